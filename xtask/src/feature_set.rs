//! Holds a promise: demo, tests, checks and the engine alone build each dependency with one set of features.
//!
//! A crate low in the tree that gains a feature in one of them takes Lance with it, and a command that should take
//! seconds takes a quarter of an hour. The comparison reads `cargo tree`, so it needs no build.

use std::collections::{BTreeMap, BTreeSet};

use crate::cargo;

/// The selections that are built in one target folder; each is compared with the first.
const SELECTIONS: [(&str, &[&str]); 3] = [
    ("the tests", &["--edges", "normal,build,dev"]),
    ("the demo", &["--edges", "normal,build"]),
    ("the engine alone", &["--edges", "normal,build", "--no-default-features"]),
];

/// The feature sets each package is built with; two where a build script and the program differ.
type Packages = BTreeMap<String, BTreeSet<String>>;

/// Compares the dependency trees of all selections.
pub(crate) fn check() -> Result<(), String> {
    let mut trees = Vec::new();
    for (name, options) in SELECTIONS {
        trees.push((name, packages(&tree(options)?)));
    }
    let (first, others) = trees.split_first().ok_or("no selections")?;
    let found: Vec<String> = others.iter().flat_map(|other| differences(first, other)).collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(format!(
        "dependencies would be built twice:\n  {}\n\
         hint: declare the missing features under [dependencies] in Cargo.toml",
        found.join("\n  ")
    ))
}

fn tree(options: &[&str]) -> Result<String, String> {
    let mut cargo = cargo::command(&["tree", "--package", "lanceq", "--prefix", "none"])?;
    cargo.args(["--format", "{p} [{f}]"]).args(options);
    let output = cargo.output().map_err(|cause| format!("{cargo:?}: {cause}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{cargo:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// Reads lines like `rustix v1.1.6 [fs,process] (*)`; our own package, whose features differ on purpose, is left out.
fn packages(tree: &str) -> Packages {
    let mut packages = Packages::new();
    for line in tree.lines().filter(|line| !line.starts_with("lanceq ")) {
        let Some((package, features)) = line.split_once(" [") else {
            continue;
        };
        let features = features.split(']').next().unwrap_or_default();
        packages.entry(package.to_owned()).or_default().insert(features.to_owned());
    }
    packages
}

fn differences(first: &(&str, Packages), other: &(&str, Packages)) -> Vec<String> {
    let differs = |(package, features): (&String, &BTreeSet<String>)| {
        let expected = first.1.get(package)?;
        let line = format!("{package}: {expected:?} in {}, {features:?} in {}", first.0, other.0);
        (expected != features).then_some(line)
    };
    other.1.iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_only_one_selection_has_is_named() {
        let tests = (
            "the tests",
            packages("lanceq v0.1.0 (/x) [cli]\nrustix v1.1.6 [fs,stdio]\nvt100 v0.16.2 []"),
        );
        let alone = (
            "the engine alone",
            packages("lanceq v0.1.0 (/x) []\nrustix v1.1.6 [fs] (*)\nbytes v1.0.0 [std]"),
        );
        let found = differences(&tests, &alone);
        assert_eq!(
            found,
            ["rustix v1.1.6: {\"fs,stdio\"} in the tests, {\"fs\"} in the engine alone"]
        );
    }

    #[test]
    fn packages_of_one_selection_alone_and_repeated_lines_are_no_difference() {
        let tests =
            ("the tests", packages("rustix v1.1.6 [fs]\nrustix v1.1.6 [fs] (*)\nvt100 v0.16.2 []"));
        let demo = ("the demo", packages("rustix v1.1.6 [fs] (*)\n\nclap v4.6.9 [std]"));
        assert_eq!(differences(&tests, &demo), Vec::<String>::new());
    }
}
