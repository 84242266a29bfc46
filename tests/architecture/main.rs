//! Holds the laws of the house (ARCHITECTURE.md) by reading the sources. It links nothing of the engine.
//!
//! The laws bind what ships: `tests.rs` files and `#[cfg(test)]` items are left out.

mod fuzzed;
mod laws;
mod source;
mod tokens;

use laws::*;
use source::{Source, sources};

fn broken<'a>(law: Law, sources: &'a [Source]) -> impl Iterator<Item = String> + 'a {
    let report = move |source: &'a Source| {
        law(source).into_iter().map(move |(line, what)| format!("{}:{line}: {what}", source.path))
    };
    sources.iter().flat_map(report)
}

#[track_caller]
fn hold(words: &str, law: Law) {
    let sources = sources().unwrap_or_default();
    assert!(sources.iter().any(|source| source.path == "src/lib.rs"), "the sources were not found");
    let found: Vec<String> = broken(law, &sources).collect();
    assert!(found.is_empty(), "{words}:\n  {}", found.join("\n  "));
}

#[test]
fn every_engine_module_has_a_layer() {
    hold("each module of the engine stands in one layer", has_a_layer);
}

#[test]
fn engine_modules_import_from_lower_layers_only() {
    hold(
        "a module imports from lower layers only; siblings do not know each other",
        imports_from_lower_layers,
    );
}

#[test]
fn the_engine_knows_neither_explorer_nor_command_line() {
    hold("the engine names nothing outside itself", engine_stands_alone);
}

#[test]
fn only_the_store_imports_lance() {
    hold("only src/engine/store names lance", only_the_store_knows_lance);
}

#[test]
fn explorer_and_command_line_use_public_names() {
    hold(
        "files, tui and cli use the engine's public names; tui does not know cli, files neither of them",
        wings_use_public_names,
    );
}

#[test]
fn only_the_terminal_files_import_crossterm() {
    hold(
        "crossterm is named in src/tui/terminal.rs and src/tui/events.rs only",
        only_terminal_files_know_crossterm,
    );
}

#[test]
fn printing_happens_in_one_file() {
    hold("printing happens in src/cli/output.rs only", only_one_file_prints);
}

#[test]
fn no_file_outgrows_the_budget() {
    hold("a file has at most 400 lines, its tests not counted", within_the_budget);
}

#[test]
fn the_fuzz_targets_have_all_that_their_sources_name() {
    let missing = fuzzed::missing();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_file_is_named_as_a_concept() {
    hold("a file is named as the concept it holds", named_as_a_concept);
}

#[test]
fn every_file_opens_with_a_sentence() {
    hold("the first line of a file says what it is for", opens_with_a_sentence);
}

#[test]
fn doors_hold_docs_modules_and_exports_only() {
    hold("mod.rs holds docs, `mod` and `pub use`", doors_hold_no_code);
}

/// Each law, a file that breaks it on its last line, and the file beside it that does not.
const CASES: &[(Law, &str, &str, &str)] = &[
    (has_a_layer, "src/engine/queue.rs", "struct Q;", ""),
    (
        imports_from_lower_layers,
        "src/engine/bucket/flush.rs",
        "use super::super::{error::Error, topic::Topic};",
        "use crate::engine::{error::Error, store::Dataset};",
    ),
    (
        imports_from_lower_layers,
        "src/engine/wal/frame.rs",
        "use crate::engine::store::Dataset;",
        "use super::segment::Segment; use crate::engine::record::Batch;",
    ),
    (
        imports_from_lower_layers,
        "src/engine/topic.rs",
        "use crate::engine::Error;",
        "fn f() -> crate::engine::error::Error {}",
    ),
    (
        imports_from_lower_layers,
        "src/engine/record/json.rs",
        "fn f() { super::super::bucket::open(); }",
        "fn f() { super::schema::infer(); }",
    ),
    (
        imports_from_lower_layers,
        "src/engine/name.rs",
        "use super::record::Batch;",
        "use super::error::Error;",
    ),
    (
        engine_stands_alone,
        "src/engine/topic.rs",
        "use crate::tui::App;",
        "use crate::engine::error::Error;",
    ),
    (
        engine_stands_alone,
        "src/engine/topic.rs",
        "use ratatui::layout::Rect;",
        "use arrow_array::RecordBatch;",
    ),
    (
        only_the_store_knows_lance,
        "src/engine/bucket.rs",
        "fn f() -> lance::Result<()> {}",
        "let lance_version = lanceq::open();",
    ),
    (
        only_the_store_knows_lance,
        "src/cli/ls.rs",
        "use {lance_table::format::Fragment, std::fmt};",
        "/// Like [`lance::Dataset`].",
    ),
    (
        wings_use_public_names,
        "src/tui/state.rs",
        "use crate::engine::topic::Topic;",
        "use crate::engine::{Error, Topic};",
    ),
    (
        wings_use_public_names,
        "src/cli/get.rs",
        "fn f(e: crate::engine::error::Error) {}",
        "fn f(e: crate::Error) { crate::engine::Error::from(e); }",
    ),
    (
        wings_use_public_names,
        "src/tui/state.rs",
        "use crate::cli::Args;",
        "use crate::tui::view::Frame;",
    ),
    (
        wings_use_public_names,
        "src/files/sink.rs",
        "use crate::tui::clean;",
        "use crate::{Decoder, files::Fault};",
    ),
    (
        only_terminal_files_know_crossterm,
        "src/tui/keymap.rs",
        "use ratatui::crossterm::event::KeyCode;",
        "// crossterm::event",
    ),
    (
        only_one_file_prints,
        "src/cli/get.rs",
        "fn f() { println!(\"x\"); }",
        "fn f() { writeln!(out, \"println!\"); }",
    ),
    (
        only_one_file_prints,
        "src/tui/app.rs",
        "use std::io::{self, stderr};",
        "fn f() { command.stdout(Stdio::null()); }",
    ),
    (
        only_one_file_prints,
        "src/main.rs",
        "fn f() { std::io::stdout().lock(); }",
        "fn main() -> ExitCode { lanceq::cli::main() }",
    ),
    (named_as_a_concept, "src/engine/util.rs", "struct U;", ""),
    (
        doors_hold_no_code,
        "src/engine/store/mod.rs",
        "fn open() {}",
        "mod open; pub use open::open;",
    ),
];

#[test]
fn each_law_can_be_broken_and_kept() {
    for (law, path, wrong, right) in CASES {
        let found: Vec<String> =
            broken(*law, &[Source::parse(path, &format!("//! A file.\n\n{wrong}\n"))]).collect();
        assert_eq!(found.len(), 1, "{path}: {wrong} gave {found:?}");
        let line = if wrong.ends_with("Q;") || wrong.ends_with("U;") { 1 } else { 3 };
        assert!(
            found.iter().all(|text| text.starts_with(&format!("{path}:{line}: "))),
            "{found:?}"
        );
        if !right.is_empty() {
            let tested =
                format!("//! A file.\n\n{right}\n#[cfg(test)]\nmod tests {{\n    {wrong}\n}}\n");
            assert_eq!(
                broken(*law, &[Source::parse(path, &tested)]).collect::<Vec<_>>(),
                Vec::<String>::new(),
                "{right}"
            );
        }
    }
}

#[test]
fn the_budget_counts_lines_without_tests() {
    let body = "fn f() {}\n".repeat(LINES - 1);
    let tests = "#[cfg(test)]\nmod tests {\n    const OPEN: char = '{';\n\n    fn g() {}\n}\n";
    assert!(
        within_the_budget(&Source::parse("src/a.rs", &format!("//! A.\n{body}{tests}"))).is_empty()
    );
    assert_eq!(
        within_the_budget(&Source::parse(
            "src/a.rs",
            &format!("//! A.\n{body}fn g() {{}}\n{tests}")
        ))
        .len(),
        1
    );
}

#[test]
fn a_silent_file_is_found() {
    assert_eq!(opens_with_a_sentence(&Source::parse("src/a.rs", "use std::fmt;\n")).len(), 1);
    assert!(opens_with_a_sentence(&Source::parse("src/a.rs", "//! Reads.\n")).is_empty());
}
