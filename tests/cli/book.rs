//! The book: each page is listed, links lead somewhere, and the commands of the how-tos run as printed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::PROGRAM;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// Pages outside of the book whose links are looked at, too.
const BESIDE: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

fn docs() -> PathBuf {
    Path::new(HERE).join("docs")
}

/// The pages below a folder, those of its folders included.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(pages(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            found.push(entry);
        }
    }
    found.sort();
    found
}

fn text(page: &Path) -> String {
    std::fs::read_to_string(page).unwrap()
}

/// The targets of a page's links, but for those on other machines.
fn links(page: &Path) -> Vec<String> {
    let text = text(page);
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    let targets = prose.iter().flat_map(|prose| prose.split("](").skip(1));
    let targets = targets.filter_map(|rest| rest.split(')').next());
    targets.filter(|link| !link.contains("://")).map(str::to_owned).collect()
}

/// The anchors that the repository's page and mdBook give to headings.
fn anchors(page: &Path) -> BTreeSet<String> {
    let slug = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    let text = text(page);
    let headings = text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    headings.map(slug).collect()
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = docs().join("SUMMARY.md");
    let listed: BTreeSet<PathBuf> = links(&summary).iter().map(|link| docs().join(link)).collect();
    let there: BTreeSet<PathBuf> =
        pages(&docs()).into_iter().filter(|page| *page != summary).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_in_it() {
    let beside = BESIDE.iter().map(|page| Path::new(HERE).join(page));
    for page in pages(&docs()).into_iter().chain(beside) {
        for link in links(&page) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            let is_there = heading.is_empty() || anchors(&target).contains(heading);
            assert!(is_there, "{}: no heading {link}", page.display());
        }
    }
}

/// The blocks of commands of a page, in order.
fn commands(page: &Path) -> Vec<String> {
    let text = text(page);
    let blocks = text.split("\n```sh\n").skip(1);
    blocks.map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_commands_of_each_how_to_run_as_printed() {
    let path = format!(
        "{}:{}",
        Path::new(PROGRAM).parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    for page in pages(&docs().join("how-to")) {
        // Between its commands there is Python, which the interop test runs along with them.
        if text(&page).contains("```python") {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let commands = commands(&page);
        assert!(commands.len() > 3, "{}", page.display());
        for command in commands {
            let done = Command::new("sh")
                .args(["-e", "-c", &command])
                .current_dir(folder.path())
                .env("PATH", &path)
                .env_remove("LANCEQ_ROOT")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{}: {command}: {said}", page.display());
        }
    }
}

#[test]
fn every_kind_of_error_is_explained() {
    let source = text(&Path::new(HERE).join("src/engine/kind.rs"));
    let kinds = source.split("pub enum ErrorKind {").nth(1).unwrap().split("\n}").next().unwrap();
    let errors = text(&docs().join("errors.md"));
    let names = kinds.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(','));
    let mut count = 0;
    for name in names {
        assert!(errors.contains(&format!("| `{name}` |")), "{name} is not in docs/errors.md");
        count += 1;
    }
    assert!(count > 9, "{kinds}");
}
