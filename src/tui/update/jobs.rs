//! The list of what takes long: opening it, moving in it, stopping what can be stopped.

use std::time::Duration;

use super::{answer, flush, listing};
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, Slot};
use crate::tui::event::Answer;
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{LONG, Overlay, Scroll, Severity, State, Work, what};
use crate::tui::text::quantity::{bytes, counted};

/// Shows the list, or stops to.
pub(super) fn toggle(state: &mut State) {
    state.jobs.marked = state.jobs().into_iter().next().map(|job| job.work);
    state.overlay = match state.overlay {
        Overlay::Jobs(_) => Overlay::None,
        _ => Overlay::Jobs(Scroll::default()),
    };
}

/// Whether the list is shown with nothing in it: then there is nothing to do there either.
pub(super) fn shows_nothing(state: &State) -> bool {
    matches!(state.overlay, Overlay::Jobs(_))
        && state.jobs.ended.is_empty()
        && state.jobs().is_empty()
}

/// Moves in the list.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = Layout::of(state).map_or(0, |layout| layout.box_rows());
    let Overlay::Jobs(mut scroll) = state.overlay else {
        return;
    };
    state.fit_jobs(&mut scroll, height);
    let jobs = state.jobs();
    scroll.step(motion, height, (jobs.len() + state.jobs.ended.len()) as u64);
    let marked = usize::try_from(scroll.selected).ok().and_then(|at| jobs.into_iter().nth(at));
    state.jobs.marked = marked.map(|job| job.work);
    state.overlay = Overlay::Jobs(scroll);
}

/// The work of the selected line, where it is still under way.
pub(crate) fn selected(state: &State) -> Option<Work> {
    let Overlay::Jobs(_) = &state.overlay else {
        return None;
    };
    let marked = state.jobs.marked.as_ref()?;
    state.jobs().into_iter().map(|job| job.work).find(|work| work == marked)
}

/// Stops the selected one. What it was to bring is then missing, and says so.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    match selected(state) {
        Some(Work::FlushRun) => flush::stop_all(state),
        Some(Work::Pages) => return stop_pages(state),
        Some(Work::Load(slot)) => return stop_load(state, &slot),
        None => {}
    }
    Vec::new()
}

fn stop_load(state: &mut State, slot: &Slot) -> Vec<Effect> {
    if matches!(slot, Slot::Tend(..)) {
        state.say(Severity::Done, format!("stopping: {} …", what(slot)));
        return state.loads.stop(slot).into_iter().collect();
    }
    let took = state.loads.since(slot);
    let mut effects: Vec<Effect> = state.loads.cancel(slot).into_iter().collect();
    ended(state, what(slot), took);
    // Where nothing is missing now, that it was stopped is all there is to say.
    let leaves_all =
        matches!(slot, Slot::Topics | Slot::Seek | Slot::Clone | Slot::Pin | Slot::Find)
            || matches!(slot, Slot::Condition | Slot::Estimate | Slot::Sift | Slot::Export);
    if *slot == Slot::Sift {
        effects.extend(listing::stop(state));
    }
    if !leaves_all {
        effects.extend(answer::failed(state, slot, by_hand()));
    }
    effects
}

fn stop_pages(state: &mut State) -> Vec<Effect> {
    let job = state.jobs().into_iter().find(|job| job.work == Work::Pages);
    if let Some(job) = job {
        ended(state, job.what, job.since);
    }
    state.records.failed = Some((by_hand(), state.records.generation));
    state.loads.cancel_pages_except(&[])
}

fn ended(state: &mut State, what: String, took: Duration) {
    state.say(Severity::Done, format!("stopped: {what}"));
    state.jobs.end(what, took, Err("stopped".into()));
}

fn by_hand() -> Fault {
    Fault::new("stopped by hand; r tries again")
}

/// Notes what has just ended, where it took long or changed something.
pub(super) fn note(state: &mut State, slot: &Slot, result: &Result<Answer, Fault>) {
    let took = state.loads.since(slot);
    let told = match (slot, result) {
        (Slot::Export, Ok(Answer::IsThere(_)))
        | (
            Slot::Tail
            | Slot::TailBeside(_)
            | Slot::SiftOn
            | Slot::Shape
            | Slot::Check
            | Slot::Condition
            | Slot::Estimate
            | Slot::Preview
            | Slot::Lag(_),
            _,
        ) => false,
        (
            Slot::Put(_)
            | Slot::Flush(_)
            | Slot::Alter
            | Slot::Export
            | Slot::Tend(..)
            | Slot::Administer,
            _,
        ) => true,
        _ => took >= LONG,
    };
    if told && !state.is_of_run(slot) {
        state.jobs.end(what(slot), exact(result, took), outcome(result));
    }
}

/// How long it took, as the one who did it says, else as it was seen here.
fn exact(result: &Result<Answer, Fault>, seen: Duration) -> Duration {
    match result {
        Ok(Answer::Flushed(report)) => report.took,
        Ok(Answer::Exported(done)) => done.took,
        Ok(Answer::Tended(outcome)) => outcome.took,
        _ => seen,
    }
}

fn outcome(result: &Result<Answer, Fault>) -> Result<String, String> {
    match result {
        Ok(Answer::Flushed(report)) => Ok(counted(report.rows(), "record")),
        Ok(Answer::Altered(done)) => Ok(done.said.clone()),
        Ok(Answer::Exported(done)) => {
            Ok(format!("{}, {}", counted(done.records, "record"), bytes(done.bytes)))
        }
        Ok(Answer::Tended(outcome)) if outcome.is_bad => Err(outcome.said.clone()),
        Ok(Answer::Tended(outcome)) => Ok(outcome.said.clone()),
        Ok(Answer::Stopped) => Err("stopped".into()),
        Ok(Answer::Put(stored)) => Ok(counted(stored.rows(), "record")),
        Ok(Answer::Counts(counts, _)) => Ok(counted(counts.total_count, "record")),
        Ok(Answer::Unlike { fault, .. }) | Err(fault) => Err(fault.message.clone()),
        Ok(_) => Ok(String::new()),
    }
}
