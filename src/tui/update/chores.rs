//! What keeps topics in order: asked first, with what it would do; then done, and told before and after.

use super::deeds;
use crate::tui::data::Fault;
use crate::tui::effect::{BucketId, Effect, Place, Request, Slot};
use crate::tui::input::{Context, Task};
use crate::tui::state::{Overlay, Preview, Severity, State, Tending};
use crate::tui::work::{Chore, Outcome, named};

/// Asks whether it is to be done, and finds out what that would do.
pub(super) fn ask(state: &mut State, task: Task) -> Vec<Effect> {
    let Some((chore, place)) = meant(state, task) else { return Vec::new() };
    let request = Request::Preview { chore: chore.clone(), place: place.clone() };
    state.overlay = Overlay::Tend(Box::new(Tending { chore, place, preview: Preview::Looking }));
    vec![state.loads.begin(Slot::Preview, request)]
}

/// What would be done, and where: to the bucket whose versions are listed, else to what is shown.
pub(crate) fn meant(state: &State, task: Task) -> Option<(Chore, Place)> {
    let place = match (&state.overlay, &state.versions, state.pane()) {
        (Overlay::Storage(storage), ..) => of_bucket(&storage.bucket),
        (_, Some(list), Context::Versions) => of_bucket(&list.bucket),
        _ => state.records.place.clone()?,
    };
    let chore = match task {
        Task::Compact => Chore::Compact,
        Task::CleanUp => Chore::CleanUp,
        Task::Verify => Chore::Verify,
        Task::Index => index(state)?,
    };
    Some((chore, place))
}

fn of_bucket(BucketId { topic, bucket }: &BucketId) -> Place {
    Place { topic: topic.clone(), bucket: Some(*bucket) }
}

/// An index over the column of the cursor, where it can have one.
fn index(state: &State) -> Option<Chore> {
    let column = state.across()?.column()?;
    let is_text = matches!(column.kind.as_str(), "utf8" | "large_utf8");
    let is_vector = column.kind.contains(" × f") && !column.kind.starts_with("list<");
    let is_inner = state.inner().iter().any(|path| path.name == column.name);
    let column = column.name.clone();
    ((is_text || is_vector) && !is_inner).then_some(Chore::Index { column, is_text })
}

/// Does what was asked.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Overlay::Tend(tending) = &state.overlay else { return Vec::new() };
    let (chore, place) = (tending.chore.clone(), tending.place.clone());
    let mut effects = leave(state);
    let what = format!("{} {} …", chore.verb(), named(&place));
    state.say(Severity::Done, format!("{what} w shows how far it is, and stops it"));
    let slot = Slot::Tend(chore.clone(), place.clone());
    effects.push(state.loads.begin(slot, Request::Tend { chore, place }));
    effects
}

/// Does not.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::None;
    state.loads.cancel(&Slot::Preview).into_iter().collect()
}

/// Takes what it would do, or why that cannot be known.
pub(super) fn foretold(state: &mut State, found: Result<Vec<String>, Fault>) {
    if let Overlay::Tend(tending) = &mut state.overlay {
        tending.preview = match found {
            Ok(lines) => Preview::Known(lines),
            Err(fault) => Preview::Failed(fault.message),
        };
    }
}

/// Takes what was done.
pub(super) fn done(
    state: &mut State,
    (chore, place): (&Chore, &Place),
    outcome: Outcome,
) -> Vec<Effect> {
    let severity = if outcome.is_bad { Severity::Failed } else { Severity::Done };
    state.say(severity, outcome.said.clone());
    state.outcome = Some(outcome);
    deeds::tended(state, chore, place);
    look_again(state, place)
}

/// It was stopped, by a wish.
pub(super) fn stopped(state: &mut State, (chore, place): (&Chore, &Place)) -> Vec<Effect> {
    let text = format!("stopped: {} {}; {}", chore.verb(), named(place), chore.left());
    state.say(Severity::Done, text);
    look_again(state, place)
}

/// It failed.
pub(super) fn failed(state: &mut State, (chore, place): (&Chore, &Place), fault: &Fault) {
    let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    let text = format!("{} {}: {}{hint}", chore.verb(), named(place), fault.message);
    state.say(Severity::Failed, text);
}

/// Has what may have changed read again.
fn look_again(state: &mut State, place: &Place) -> Vec<Effect> {
    if let Some(topic) = state.topics.get_mut(&place.topic) {
        topic.stale = true;
    }
    if let Some(list) = state.versions.as_mut().filter(|list| list.bucket.topic == place.topic) {
        list.forget();
    }
    Vec::new()
}
