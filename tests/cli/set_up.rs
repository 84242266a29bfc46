//! What a person set up, and what the explorer remembers of the last time.

use crate::console::{Console, command};
use crate::program::Test;

/// Asks the terminal for clicks and the wheel.
const MOUSE: &str = "\x1b[?1000h";

fn three_columns() -> Test {
    let line = |n: u32| format!("{{\"id\":\"id-{n}\",\"text\":\"note {n}\",\"number\":{n}}}\n");
    Test::new().topic("notes", &(0..300).map(line).collect::<String>())
}

/// With this configuration, where a person has theirs.
fn with(test: Test, config: &str) -> Test {
    std::fs::create_dir_all(test.path("XDG_CONFIG_HOME/lanceq")).unwrap();
    test.file("XDG_CONFIG_HOME/lanceq/config.toml", config)
}

fn explorer(test: &Test, args: &[&str]) -> Console {
    let args = ["open"].iter().chain(args);
    let mut console = Console::start(command(test, args));
    console.shows("note ");
    console
}

/// Waits until a record is the selected one.
fn selects(console: &mut Console, number: u32) {
    let text = format!("note {number} ");
    console.sees(|screen| {
        screen.contents().lines().any(|line| line.contains("▶■") && line.contains(&text))
    });
}

#[test]
fn a_bad_line_names_file_line_and_key_and_the_others_are_taken() {
    let config = "mouse = 3\n[keys]\nseek = \"f5\"\ntial = \"x\"\n[columns]\nhide = \"id\"\n";
    let test = with(three_columns(), config);
    let mut console = Console::start(command(&test, ["open"]));
    console.shows("config.toml, line 1: `mouse`: expected true or false, found 3");
    console.shows("1 hidden");
    assert!(!console.has("id-0"), "what was set up is hidden");
    console.type_in("\r\x1bOS");
    console.shows("line 4: `tial`: there is no such action");
    console.type_in("\x1bOS\x1b[15~");
    console.shows("jump to");
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
}

#[test]
fn a_file_that_is_named_must_be_there_and_a_theme_must_be_one() {
    let test = three_columns();
    let ran = test.run(["open", "--config", "none.toml"]).code(1);
    assert!(ran.stderr.contains("there is no file none.toml"), "{}", ran.stderr);
    let ran = test.run(["open", "--theme", "pink"]).code(2);
    assert!(ran.stderr.contains("expected ansi, contrast, deuteranopia or mono"), "{}", ran.stderr);
}

#[test]
fn the_mouse_is_taken_unless_it_is_not_wanted_and_given_back() {
    let test = three_columns();
    let mut console = explorer(&test, &[]);
    assert!(console.wrote(MOUSE));
    // The wheel over the table.
    console.type_in("\x1b[<65;60;10M");
    selects(&mut console, 3);
    console.type_in("q");
    console.type_in("q");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
    let mut console = explorer(&test, &["--no-mouse"]);
    assert!(!console.wrote(MOUSE));
    console.type_in("\x1bOQ");
    console.shows("the mouse is the explorer's");
    assert!(console.wrote(MOUSE));
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
}

#[test]
fn the_next_time_one_goes_on_with_the_columns_and_at_the_record_of_the_last() {
    let test = three_columns();
    let mut console = explorer(&test, &[]);
    console.type_in("\r-");
    console.shows("1 hidden");
    console.type_in("g222\r");
    selects(&mut console, 222);
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    let mut console = Console::start(command(&test, ["open"]));
    selects(&mut console, 222);
    console.shows("1 hidden");
    assert!(!console.has("id-222"), "it is hidden still");
}

#[test]
fn a_damaged_memory_is_told_and_set_aside() {
    let test = three_columns();
    let mut console = explorer(&test, &[]);
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    let folder = test.path("XDG_STATE_HOME/lanceq");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "{").unwrap();
    let mut console = Console::start(command(&test, ["open"]));
    console.shows("is damaged");
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    assert!(file.with_extension("json.damaged").exists() && file.exists());
}
