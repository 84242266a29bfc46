//! Where the configuration lies, and reading it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::parse::{Config, parse};
use crate::tui::input::Keymap;

/// The file of the configuration: `lanceq/config.toml` in `$XDG_CONFIG_HOME`, else in `~/.config`; none where neither
/// is known.
pub fn config_file() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("lanceq").join("config.toml"))
}

/// Reads a configuration, and says what is wrong with it: each sentence names the file, the line and the key. What is
/// wrong keeps its default. A file that is not there is none.
pub fn read(file: &Path) -> (Config, Vec<String>) {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Default::default(),
        Err(error) => {
            return (
                Config::default(),
                vec![format!("{} cannot be read: {error}", file.display())],
            );
        }
    };
    let (config, mut troubles) = parse(&String::from_utf8_lossy(&text));
    troubles.extend(Keymap::of(&config.keys).1);
    let told = |trouble: &String| format!("{}, {trouble}", file.display());
    (config, troubles.iter().map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_none_and_a_bad_line_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        assert_eq!(read(&file), (Config::default(), Vec::new()));
        std::fs::write(&file, "mouse = 3\n").unwrap();
        let (config, troubles) = read(&file);
        assert!(config.mouse);
        let said = format!("{}, line 1: `mouse`: expected true or false, found 3", file.display());
        assert_eq!(troubles, [said]);
    }
}
