//! `lanceq man`: the manual pages, from the same comments as the help.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::args;
use super::count::counted;
use super::failure::{Failure, Result};
use super::output::{self, Data};

/// Print the manual page, or write those of all commands into a folder
///
/// In the folder they are `lanceq.1` and one for each command, such as `lanceq-put.1`, which replace files of these names. A
/// package puts them into `share/man/man1`; `man -l lanceq.1` shows one from where it is.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Where to write the pages; without it the program's own is printed
    pub(crate) dir: Option<PathBuf>,
}

/// What the page of the program says besides, in the language of manual pages.
const ABOUT_THE_PROGRAM: &str = r".SH ENVIRONMENT
.TP
\fBLANCEQ_ROOT\fR
The folder that holds the topics, where \fB\-\-root\fR names none; else it is \fI./queue_storage\fR.
.TP
\fBLANCEQ_LOG\fR
A file to which the engine's log is appended.
.TP
\fBNO_COLOR\fR
Where it is set, nothing has a colour.
.SH FILES
.TP
\fI$XDG_CONFIG_HOME/lanceq/config.toml\fR
How the explorer is set up; else it is below \fI~/.config\fR.
.TP
\fI$XDG_STATE_HOME/lanceq/\fR
What the explorer remembers of each root; else it is below \fI~/.local/state\fR.
";

const EXIT_STATUS: &str = r".SH EXIT STATUS
0: done, also where nothing matched. 1: failed. 2: wrong use. 130: interrupted; what was kept is said.
";

/// A manual page: the name of its file, and its text.
struct Leaf {
    file: String,
    text: String,
}

/// Prints one page, or writes all.
pub(crate) fn run(args: &ManArgs) -> Result {
    let pages = pages(args::Args::command())
        .map_err(|error| Failure::io("could not make the manual pages", &error))?;
    match (&args.dir, pages.first()) {
        (Some(dir), _) => written(&pages, dir),
        (None, Some(own)) => print(&own.text),
        (None, None) => Ok(()),
    }
}

fn print(page: &str) -> Result {
    let mut data = Data::stdout();
    data.write(page)?;
    data.finish()
}

fn written(pages: &[Leaf], dir: &Path) -> Result {
    let failed =
        |path: &Path, error| Failure::io(format!("could not write {}", path.display()), &error);
    fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
    for page in pages {
        let path = dir.join(&page.file);
        fs::write(&path, &page.text).map_err(|error| failed(&path, error))?;
    }
    output::narrate(format!(
        "wrote {} into {}",
        counted(pages.len() as u64, "page"),
        dir.display()
    ));
    Ok(())
}

/// The pages of the program and of each command that its help lists, the program's first.
fn pages(mut program: Command) -> std::io::Result<Vec<Leaf>> {
    program.build();
    let listed = program.get_subcommands().filter(|command| !command.is_hide_set());
    let of_commands: Vec<Command> = listed.cloned().collect();
    let names: Vec<String> = of_commands.iter().map(page_name).collect();
    let mut pages = vec![page(program, &names)?];
    for command in of_commands {
        pages.push(page(command, &["lanceq".to_owned()])?);
    }
    Ok(pages)
}

/// `lanceq-put`, of the command `put`.
fn page_name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

/// One page; without a date, so that the same program always makes the same one.
fn page(command: Command, related: &[String]) -> std::io::Result<Leaf> {
    let is_program = command.has_subcommands();
    let name = page_name(&command);
    let source = concat!("lanceq ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).title(name.to_uppercase()).source(source).manual("lanceq");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if is_program {
        man.render_subcommands_section(&mut text)?;
        text.extend(ABOUT_THE_PROGRAM.bytes());
    }
    text.extend(EXIT_STATUS.bytes());
    text.extend(see_also(related).bytes());
    Ok(Leaf { file: format!("{name}.1"), text: in_ascii(&String::from_utf8_lossy(&text)) })
}

/// The same for formatters that read bytes: other characters by their numbers.
fn in_ascii(text: &str) -> String {
    let escaped = |c: char| match c {
        c if c.is_ascii() => c.to_string(),
        c => format!("\\[u{:04X}]", u32::from(c)),
    };
    text.chars().map(escaped).collect()
}

fn see_also(related: &[String]) -> String {
    let pages = related.iter().map(|name| format!(r"\fB{}\fR(1)", name.replace('-', r"\-")));
    format!(".SH SEE ALSO\n{}\n", pages.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_of_the_help_has_a_page_and_the_same_program_the_same_pages() {
        let made = || pages(args::Args::command()).unwrap();
        let files: Vec<String> = made().into_iter().map(|page| page.file).collect();
        assert_eq!(files[0], "lanceq.1");
        assert!(files.contains(&"lanceq-put.1".to_owned()), "{files:?}");
        assert!(!files.iter().any(|file| file.contains("__")), "{files:?}");
        assert_eq!(in_ascii("[0.1,…]"), r"[0.1,\[u2026]]");
        let texts = || made().into_iter().map(|page| page.text).collect::<Vec<_>>();
        assert_eq!(texts(), texts());
    }
}
