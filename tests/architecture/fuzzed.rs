//! The fuzz targets build parts of the engine by their paths, without Lance, and nothing else builds them: what these
//! parts name must be there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::Source;

const DOOR: &str = "fuzz/src/engine/mod.rs";

/// Modules of the engine that files of the fuzz targets name and its door does not have.
pub(crate) fn missing() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let doors = doors(&root.join("fuzz/src/engine"));
    let there = modules(&fs::read_to_string(root.join(DOOR)).unwrap_or_default());
    let files: Vec<PathBuf> = doors.iter().flat_map(|door| shared(door)).collect();
    assert!(files.len() > 10 && there.contains("record"), "the fuzz targets were not found");
    files.iter().flat_map(|file| not_there(root, file, &there)).collect()
}

/// The files that say which others are built.
fn doors(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { doors(&path) } else { vec![path] }).collect()
}

/// The files that a door names by their paths.
fn shared(door: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(door).unwrap_or_default();
    let paths =
        text.lines().filter_map(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
    let folder = door.parent().unwrap_or(door);
    paths.filter_map(|path| folder.join(path).canonicalize().ok()).collect()
}

fn modules(door: &str) -> BTreeSet<String> {
    let names = door.lines().filter_map(|line| line.trim_end_matches(';').rsplit_once("mod "));
    names.map(|(_, name)| name.to_owned()).collect()
}

fn not_there(root: &Path, file: &Path, there: &BTreeSet<String>) -> Vec<String> {
    let path = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
    let source = Source::parse(&path, &fs::read_to_string(file).unwrap_or_default());
    let asked = source.findings(|named| match named {
        ["crate", "engine", module, ..]
            if module.starts_with(char::is_lowercase) && !there.contains(*module) =>
        {
            Some((*module).to_owned())
        }
        _ => None,
    });
    asked
        .into_iter()
        .map(|(line, module)| format!("{path}:{line}: names `{module}`, which {DOOR} lacks"))
        .collect()
}
