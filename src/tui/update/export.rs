//! Exports: which records, into which file; and saying what became of them.

use std::path::Path;

use super::{copying, deeds};
use crate::files::FileFormat;
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::exporting::UNKNOWN;
use crate::tui::state::{ExportPrompt, Overlay, Screen, Severity, State};
use crate::tui::text::quantity::{bytes, counted, elapsed};
use crate::tui::work::{Exported, Fact, Order, Outcome};

/// Asks for the file.
pub(super) fn open(state: &mut State) {
    // A tail may show records of other topics, too.
    let together = state.screen == Screen::Tail
        && state.tail.as_ref().is_some_and(|tail| !tail.beside.is_empty());
    let in_view = if together { Vec::new() } else { copying::in_view(state) };
    let in_view = in_view.iter().map(|record| (record.bucket, record.offset)).collect();
    if let Some(prompt) = state.export_prompt(in_view) {
        state.overlay = Overlay::Export(Box::new(prompt));
    }
}

/// Chooses other records.
pub(super) fn turn(state: &mut State) {
    if let Overlay::Export(export) = &mut state.overlay {
        export.turn();
    }
}

/// Closes the prompt; what was asked for and has not begun is given up.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    let waits = matches!(&state.overlay, Overlay::Export(export) if export.waits);
    state.overlay = Overlay::None;
    if waits { state.loads.cancel(&Slot::Export).into_iter().collect() } else { Vec::new() }
}

/// Begins, or says what is wrong with the name. The prompt stays until something was begun, as it may be refused.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Overlay::Export(export) = &mut state.overlay else {
        return Vec::new();
    };
    let file = export.prompt.text().trim().to_owned();
    let Some(choice) = export.choice().cloned() else { return Vec::new() };
    if FileFormat::of(Path::new(&file)).is_none() {
        export.prompt.error = Some(UNKNOWN.into());
        return Vec::new();
    }
    let replace = export.is_there.as_ref() == Some(&file);
    let (place, version) = (export.place.clone(), export.version.clone());
    export.waits = true;
    let order = Order { place, version, lot: choice.lot, file, replace };
    vec![state.loads.begin(Slot::Export, Request::Export(order))]
}

/// It has begun: the prompt has served.
pub(super) fn begun(state: &mut State) {
    let Overlay::Export(export) = &state.overlay else { return };
    if !export.waits {
        return;
    }
    let file = export.prompt.text().trim().to_owned();
    state.earlier_files.note(&file);
    state.overlay = Overlay::None;
    state.say(Severity::Done, format!("exporting to {file} … w shows how far it is, and stops it"));
}

/// There is such a file: the same again replaces it.
pub(super) fn is_there(state: &mut State, file: String) {
    if let Some(export) = waiting(state) {
        export.prompt.error = Some(format!("{file} exists: ↵ again replaces it"));
        export.is_there = Some(file);
        return;
    }
    state.say(Severity::Refused, format!("{file} exists: nothing was written"));
}

/// Nothing was written.
pub(super) fn failed(state: &mut State, fault: Fault) {
    match waiting(state) {
        Some(export) => export.prompt.error = Some(fault.message),
        None => state.say(Severity::Failed, format!("nothing was exported: {}", fault.message)),
    }
}

/// The prompt, where it waits for an answer; it does not any more.
fn waiting(state: &mut State) -> Option<&mut ExportPrompt> {
    match &mut state.overlay {
        Overlay::Export(export) if export.waits => {
            export.waits = false;
            Some(export)
        }
        _ => None,
    }
}

/// Says what was written.
pub(super) fn done(state: &mut State, done: &Exported) {
    begun(state);
    let outcome = told(done);
    state.say(Severity::Done, outcome.said.clone());
    state.outcome = Some(outcome);
    deeds::exported(state, done);
}

/// What there is to say of it.
pub(super) fn told(done: &Exported) -> Outcome {
    let Exported { order, path, records, bytes: size, non_finite, took } = done;
    let (count, length) = (counted(*records, "record"), bytes(*size));
    let mut facts = vec![
        Fact::plain("file", path.clone()),
        Fact::plain("records", count.clone()),
        Fact::plain("size", length.clone()),
    ];
    if *non_finite > 0 {
        let values = counted(*non_finite, "value");
        facts.push(Fact::plain("as null", format!("{values}, NaN or infinite")));
    }
    Outcome {
        title: format!("Exported {count}"),
        said: format!("exported {count} to {}: {length} in {}", order.file, elapsed(*took)),
        facts,
        took: *took,
        is_bad: false,
    }
}
