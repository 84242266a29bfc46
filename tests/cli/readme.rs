//! What the README shows works as it is printed there.

use std::path::Path;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lanceq");
const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// Tells this binary, started again, that it is in a folder of its own.
const IN_FOLDER: &str = "LANCEQ_TEST_README";

/// The code blocks of one language, in order.
fn blocks(language: &str) -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(HERE).join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let after = readme.split(&fence).skip(1);
    after.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_commands_run_as_printed_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = format!(
        "{}:{}",
        Path::new(PROGRAM).parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let blocks = blocks("sh").concat();
    let commands: Vec<&str> = blocks.lines().filter(|line| !line.starts_with("cargo ")).collect();
    assert!(commands.iter().any(|line| line.contains("lanceq put")), "{commands:?}");
    for line in commands {
        let done = Command::new("sh")
            .args(["-c", line])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env_remove("LANCEQ_ROOT")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        if line == "lanceq" {
            assert!(said.contains("terminal"), "without a terminal it says so: {said}");
        } else {
            assert!(done.status.success(), "{line}: {said}");
        }
    }
}

#[test]
fn what_is_linked_is_there() {
    let readme = std::fs::read_to_string(Path::new(HERE).join("README.md")).unwrap();
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = links.filter(|link| !link.starts_with("https://"));
    let files: Vec<&str> = files.filter_map(|link| link.split('#').next()).collect();
    assert!(files.contains(&"assets/explorer.svg"), "{files:?}");
    for file in files.into_iter().filter(|file| !file.is_empty()) {
        assert!(Path::new(HERE).join(file).is_file(), "{file} is linked");
    }
}

#[test]
fn the_two_commands_are_commands_of_xtask() {
    let source = std::fs::read_to_string(Path::new(HERE).join("xtask/src/main.rs")).unwrap();
    for command in ["demo", "test"] {
        assert!(blocks("sh").contains(&format!("cargo xtask {command}\n")), "{command} is printed");
        assert!(source.contains(&format!("\"{command}\"")), "{command} is taken");
    }
}

#[test]
fn the_rust_quick_start_is_the_program_that_runs_here() {
    let source = include_str!("quick_start.rs");
    let printed = blocks("rust").remove(0);
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let ours = lines(source);
    for line in lines(&printed) {
        assert!(ours.contains(&line), "not in tests/cli/quick_start.rs: {line}");
    }
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["readme::runs_the_quick_start_in_a_folder_of_its_own", "--exact", "--nocapture"])
        .current_dir(folder.path())
        .env(IN_FOLDER, "yes")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("0·0"), "{said}");
    assert!(folder.path().join("queue_storage/my_topic/topic.json").exists());
}

#[tokio::test]
async fn runs_the_quick_start_in_a_folder_of_its_own() {
    if std::env::var_os(IN_FOLDER).is_some() {
        crate::quick_start::quick_start().await.unwrap();
    }
}
