//! The manual pages: one for the program and for each command, and a formatter takes them.

use std::process::Command;

use crate::program::Test;

#[test]
fn a_folder_gets_a_page_for_each_command_of_the_help() {
    let test = Test::new();
    test.run(["man", "share/man1"]).code(0).stdout("").stderr_contains("pages into share/man1");
    let help = test.run(["--help"]).stdout;
    let listed = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let mut count = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        let page = std::fs::read_to_string(test.path(&format!("share/man1/lanceq-{command}.1")));
        let page = page.unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(
            page.contains(&format!("lanceq\\-{command}")) && page.contains(".SH SYNOPSIS"),
            "{page}"
        );
        count += 1;
    }
    assert!(count > 20, "{help}");
    let files = std::fs::read_dir(test.path("share/man1")).unwrap().count();
    assert_eq!(files, count + 1, "and the program's own");
    let own = std::fs::read_to_string(test.path("share/man1/lanceq.1")).unwrap();
    test.run(["man"]).code(0).stderr("").stdout(&own);
    for part in ["LANCEQ_ROOT", ".SH EXIT STATUS", "lanceq\\-put(1)"] {
        assert!(own.contains(part), "{part}: {own}");
    }
}

#[test]
fn a_formatter_takes_the_pages_without_a_warning() {
    let test = Test::new();
    test.run(["man", "pages"]).code(0);
    for page in std::fs::read_dir(test.path("pages")).unwrap().map(|entry| entry.unwrap().path()) {
        let formatted = Command::new("groff").args(["-man", "-ww", "-Tutf8"]).arg(&page).output();
        let Ok(formatted) = formatted else {
            eprintln!("skipped: there is no groff");
            return;
        };
        let said = String::from_utf8_lossy(&formatted.stderr);
        assert!(formatted.status.success() && said.is_empty(), "{}: {said}", page.display());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let test = Test::new().file("taken", "");
    test.run(["man", "taken"]).code(1).stdout("").stderr_contains("error: could not write taken");
}
