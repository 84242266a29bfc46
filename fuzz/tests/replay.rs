//! Every input of the corpora keeps what its target promises.

use std::fs;
use std::panic::take_hook;
use std::path::{Path, PathBuf};

use lanceq_fuzz::{TARGETS, quiet, run};

fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = fs::read_dir(&folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_input_of_the_corpora_keeps_what_its_target_promises() {
    quiet();
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        if inputs.is_empty() {
            broken.push(format!("{name} has no corpus"));
        }
        for path in inputs {
            if let Err(message) = run(target, &fs::read(&path).unwrap()) {
                broken.push(format!("{}: {message}", path.display()));
            }
        }
    }
    // From here on panics are told again.
    drop(take_hook());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
