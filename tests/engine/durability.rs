//! What must reach the disk, and in which order: seen from the system calls of a real flush.

use std::process::Command;

const TRACED: &str = "flushing::flushed_records_outlive_the_writer";

/// The system calls that make names and contents durable, in order, as `name(arguments)`.
fn traced_calls() -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let status = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-qq",
            "-e",
            "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2",
        ])
        .args(["-s", "300", "-o", trace.to_str().unwrap()])
        .arg(std::env::current_exe().unwrap())
        .args([TRACED, "--exact"])
        .stdout(std::process::Stdio::null())
        .status()
        .ok()
        .filter(std::process::ExitStatus::success);
    if status.is_none() {
        eprintln!("skipped: no strace that may trace here");
        return None;
    }
    let text = std::fs::read_to_string(trace).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

fn position(calls: &[String], what: &str, matches: impl Fn(&str) -> bool) -> usize {
    let found = calls.iter().position(|call| matches(call));
    found.unwrap_or_else(|| panic!("no {what} in\n{}", calls.join("\n")))
}

#[test]
fn a_flush_syncs_data_before_the_manifest_has_its_name_and_the_name_after_it() {
    let Some(calls) = traced_calls() else { return };
    // Version 2 is the flush; its manifest's name counts down from the largest number.
    let manifest = format!("{}.manifest\"", u64::MAX - 2);
    let link = position(&calls, "link of the manifest", |call| {
        call.contains("link") && call.contains(&manifest)
    });
    let synced = |call: &str, ending: &str| call.contains("sync(") && call.contains(ending);
    let data = position(&calls, "fsync of a data file", |call| {
        call.contains("/data/") && synced(call, ".lance>)")
    });
    let data_folder = position(&calls, "fsync of data/", |call| synced(call, "/data>)"));
    let staged = calls[..link].iter().rposition(|call| synced(call, ".manifest#1>)"));
    let versions = calls[link..].iter().position(|call| synced(call, "/_versions>)"));
    assert!(data < link, "the data file is durable before the commit");
    assert!(data < data_folder && data_folder < link, "so is its name");
    assert!(staged.is_some(), "the manifest is durable before it gets its name");
    assert!(versions.is_some(), "its name is durable when the flush returns");
}
