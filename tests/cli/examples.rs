//! The examples print what stands at their top.

use std::path::Path;
use std::process::Command;

#[path = "../../examples/show/consumer_group.rs"]
mod consumer_group;
#[path = "../../examples/show/live_tail.rs"]
mod live_tail;
#[path = "../../examples/show/put_and_read.rs"]
mod put_and_read;
#[path = "../../examples/show/similar.rs"]
mod similar;
#[path = "../../examples/show/time_travel.rs"]
mod time_travel;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// Tells this binary, started again, which example to run.
const EXAMPLE: &str = "LANCEQ_TEST_EXAMPLE";
/// Printed in front of what an example prints: the test runner has words of its own around it.
const BEGIN: &str = "-- begin";
const END: &str = "-- end";

/// The names of the examples, as the folder has them.
fn names() -> Vec<String> {
    let entries = std::fs::read_dir(Path::new(HERE).join("examples/show")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let mut names: Vec<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.retain(|name| name != "main");
    names.sort();
    names
}

/// What stands at the top of an example.
fn promised(name: &str) -> String {
    let source = Path::new(HERE).join("examples/show").join(name).with_extension("rs");
    let source = std::fs::read_to_string(source).unwrap();
    let block = source.split("//! ```").nth(1).unwrap();
    let lines = block.lines().skip(1).map(|line| line.trim_start_matches("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n").collect()
}

#[test]
fn each_prints_what_stands_at_its_top() {
    for name in names() {
        let done = Command::new(std::env::current_exe().unwrap())
            .args(["examples::runs_an_example_in_a_process_of_its_own", "--exact", "--nocapture"])
            .env(EXAMPLE, &name)
            .output()
            .unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{name}: {said}{}", String::from_utf8_lossy(&done.stderr));
        let printed = said.split(BEGIN).nth(1).and_then(|rest| rest.split(END).next());
        assert_eq!(printed.unwrap().trim_start_matches('\n'), promised(&name), "{name}");
    }
}

#[tokio::test]
async fn runs_an_example_in_a_process_of_its_own() {
    let Ok(name) = std::env::var(EXAMPLE) else { return };
    let folder = tempfile::tempdir().unwrap();
    println!("{BEGIN}");
    let done = match name.as_str() {
        "put_and_read" => put_and_read::run(folder.path()).await,
        "consumer_group" => consumer_group::run(folder.path()).await,
        "live_tail" => live_tail::run(folder.path()).await,
        "similar" => similar::run(folder.path()).await,
        "time_travel" => time_travel::run(folder.path()).await,
        other => panic!("this test does not know the example {other}"),
    };
    done.unwrap();
    println!("{END}");
}

#[test]
fn the_readme_and_the_program_list_each_of_them() {
    let readme = std::fs::read_to_string(Path::new(HERE).join("README.md")).unwrap();
    let program = std::fs::read_to_string(Path::new(HERE).join("examples/show/main.rs")).unwrap();
    for name in names() {
        assert!(readme.contains(&format!("examples/show/{name}.rs")), "{name} is in the README");
        assert!(program.contains(&format!("\"{name}\" =>")), "{name} can be run");
    }
}
