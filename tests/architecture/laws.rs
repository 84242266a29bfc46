//! The laws, one function each: a file in, what breaks the law out.

use crate::source::Source;

/// The modules of `src/engine`, lowest first. A module imports from lower layers only; those of one layer do not know
/// each other, but for the lowest, which are words.
const LAYERS: [&[&str]; 6] = [
    &[
        "access",
        "branch_facts",
        "clock",
        "durable",
        "error",
        "facts",
        "fault",
        "group_facts",
        "group_fault",
        "hint",
        "import",
        "index",
        "index_facts",
        "job",
        "kind",
        "layout",
        "metrics",
        "name",
        "offset",
        "options",
        "poll",
        "query_fault",
        "recall",
        "record_retention",
        "retention",
        "screen",
        "search",
        "storage_facts",
        "sums",
        "tally",
        "topic_facts",
        "topic_fault",
        "verify_facts",
        "watch",
        "wording",
    ],
    &["maintenance", "record", "words"],
    &["buffer", "store", "wal"],
    &["bucket"],
    &["topic"],
    &["handle"],
];

pub(crate) const LINES: usize = 400;
const NOT_A_CONCEPT: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];
const TERMINAL_FILES: [&str; 2] = ["src/tui/terminal.rs", "src/tui/events.rs"];
const PRINTING_FILE: &str = "src/cli/output.rs";
const DRAWING_FILE: &str = "src/tui/terminal.rs";

/// A broken law: the line, and what stands there.
type Finding = (usize, String);
pub(crate) type Law = fn(&Source) -> Vec<Finding>;

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

pub(crate) fn has_a_layer(source: &Source) -> Vec<Finding> {
    let unknown = source.engine_module().filter(|module| layer_of(module).is_none());
    unknown
        .map(|module| {
            (
                1,
                format!(
                    "`{module}` is in no layer: add it to LAYERS in tests/architecture/laws.rs"
                ),
            )
        })
        .into_iter()
        .collect()
}

pub(crate) fn imports_from_lower_layers(source: &Source) -> Vec<Finding> {
    let Some(own) = source.engine_module() else {
        return Vec::new();
    };
    source.findings(|path| {
        let ["crate", "engine", other, ..] = path else {
            return None;
        };
        match (layer_of(own), layer_of(other)) {
            _ if *other == own => None,
            (Some(from), Some(to)) if to < from || (from == 0 && to == 0) => None,
            (_, None) => Some(format!(
                "`{}`: inside the engine, import from the module that owns it",
                path.join("::")
            )),
            _ => Some(format!("`{own}` imports `{other}`, which is not below it")),
        }
    })
}

pub(crate) fn engine_stands_alone(source: &Source) -> Vec<Finding> {
    if source.wing() != Some("engine") {
        return Vec::new();
    }
    source.findings(|path| match path {
        ["crate", "engine", ..] | ["crate"] => None,
        ["crate", other, ..] => Some(format!("`crate::{other}` lies outside the engine; for its own names, import from the module that owns it")),
        [
            first @ ("ratatui" | "crossterm" | "clap" | "indicatif"),
            _,
            ..,
        ] => Some(format!("the engine names `{first}`")),
        _ => None,
    })
}

pub(crate) fn only_the_store_knows_lance(source: &Source) -> Vec<Finding> {
    if source.engine_module() == Some("store") {
        return Vec::new();
    }
    source.findings(|path| match path {
        [first, _, ..] if *first == "lance" || first.starts_with("lance_") => {
            Some(format!("`{}`", path.join("::")))
        }
        _ => None,
    })
}

pub(crate) fn wings_use_public_names(source: &Source) -> Vec<Finding> {
    let Some(wing @ ("tui" | "cli" | "files")) = source.wing() else {
        return Vec::new();
    };
    source.findings(|path| match path {
        ["crate", "engine", module, _, ..] if layer_of(module).is_some() => {
            Some(format!("`{}` reaches into the engine; use its public name", path.join("::")))
        }
        ["crate", "cli", ..] if wing == "tui" => {
            Some("the explorer names the command line".to_owned())
        }
        ["crate", other @ ("cli" | "tui"), ..] if wing == "files" => {
            Some(format!("`crate::{other}` stands above the files"))
        }
        _ => None,
    })
}

pub(crate) fn only_terminal_files_know_crossterm(source: &Source) -> Vec<Finding> {
    if TERMINAL_FILES.contains(&source.path.as_str()) {
        return Vec::new();
    }
    source.findings(|path| path.contains(&"crossterm").then(|| format!("`{}`", path.join("::"))))
}

pub(crate) fn only_one_file_prints(source: &Source) -> Vec<Finding> {
    if source.path == PRINTING_FILE {
        return Vec::new();
    }
    let macros = ["print", "println", "eprint", "eprintln", "dbg"];
    let mut found = source.macro_calls(&macros);
    if source.path != DRAWING_FILE {
        found.extend(source.findings(|path| {
            let [.., "io", stream @ ("stdout" | "stderr")] = path else {
                return None;
            };
            Some(format!("takes `{stream}`"))
        }));
    }
    found
}

pub(crate) fn within_the_budget(source: &Source) -> Vec<Finding> {
    let over = source.production_lines > LINES;
    over.then(|| (1, format!("{} lines without its tests", source.production_lines)))
        .into_iter()
        .collect()
}

pub(crate) fn named_as_a_concept(source: &Source) -> Vec<Finding> {
    let vague = source.path.split(['/', '.']).find(|part| NOT_A_CONCEPT.contains(part));
    vague.map(|part| (1, format!("`{part}` says nothing"))).into_iter().collect()
}

pub(crate) fn opens_with_a_sentence(source: &Source) -> Vec<Finding> {
    let silent = !source.first_line.starts_with("//! ");
    silent.then(|| (1, "starts without a `//!` sentence".to_owned())).into_iter().collect()
}

pub(crate) fn doors_hold_no_code(source: &Source) -> Vec<Finding> {
    if !source.path.ends_with("/mod.rs") {
        return Vec::new();
    }
    source.keywords(&["fn", "struct", "enum", "trait", "impl", "const", "static", "type"])
}
