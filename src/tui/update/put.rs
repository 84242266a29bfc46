//! The put prompt: typing a record, which is checked at every key, and putting it.

use super::prompt;
use crate::Receipt;
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::input::Key;
use crate::tui::state::{Overlay, PutPrompt, Severity, State, Verdict};
use crate::tui::text::quantity::grouped;
use crate::{JsonObject, TopicName};

/// Characters that a paste may add.
const LONGEST_PASTE: usize = 64 << 10;

/// Opens the prompt on the topic that is shown, with what was left there.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    let topic = place.topic.clone();
    let draft = state.drafts.remove(&topic).unwrap_or_default();
    state.overlay = Overlay::Put(PutPrompt { topic, draft });
    check(state)
}

/// Leaves the prompt; the draft is kept.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if let Overlay::Put(PutPrompt { topic, draft }) =
        std::mem::replace(&mut state.overlay, Overlay::None)
        && !draft.text().is_empty()
    {
        state.drafts.insert(topic, draft);
    }
    state.loads.cancel(&Slot::Check).into_iter().collect()
}

/// Types a key; what is being put is not changed any more.
pub(super) fn edit(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(request) = prompt::request(key) else {
        return Vec::new();
    };
    match writable(state) {
        Some(prompt) => prompt.draft.edit(request),
        None => return Vec::new(),
    }
    check(state)
}

/// Types what was pasted, as one line.
pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let line = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().take(LONGEST_PASTE).map(line).collect();
    match writable(state) {
        Some(prompt) => prompt.draft.insert(&text),
        None => return Vec::new(),
    }
    check(state)
}

/// Puts the record, or says why it is none.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Some(prompt) = writable(state) else {
        return Vec::new();
    };
    let topic = prompt.topic.clone();
    let Some(record) = prompt.draft.record() else {
        prompt.draft.insist();
        return Vec::new();
    };
    let mut effects: Vec<Effect> = state.loads.cancel(&Slot::Check).into_iter().collect();
    effects.push(state.loads.begin(Slot::Put(topic.clone()), Request::Put { topic, record }));
    effects
}

/// Takes what a check has found.
pub(super) fn checked(state: &mut State, refusal: Option<String>) {
    if let Overlay::Put(prompt) = &mut state.overlay {
        prompt.draft.verdict = refusal.map_or(Verdict::Fits, Verdict::Wrong);
    }
}

/// The record was put: the draft has served.
pub(super) fn done(state: &mut State, topic: &TopicName, receipt: Receipt) {
    if shows(state, topic) {
        state.overlay = Overlay::None;
    }
    state.drafts.remove(topic);
    if let Some(topic) = state.topics.get_mut(topic) {
        topic.stale = true;
    }
    let (bucket, offset) = (receipt.bucket, grouped(receipt.lsn));
    state.say(Severity::Done, format!("put · bucket {bucket} · offset {offset} · buffered"));
}

/// The record was not put: it stays to be corrected.
pub(super) fn failed(state: &mut State, topic: &TopicName, reason: String) {
    match &mut state.overlay {
        Overlay::Put(prompt) if prompt.topic == *topic => {
            prompt.draft.verdict = Verdict::Wrong(reason);
        }
        _ => state.say(Severity::Failed, format!("not put into `{topic}`: {reason}")),
    }
}

fn shows(state: &State, topic: &TopicName) -> bool {
    matches!(&state.overlay, Overlay::Put(prompt) if prompt.topic == *topic)
}

/// The prompt, unless its record is being put.
fn writable(state: &mut State) -> Option<&mut PutPrompt> {
    let Overlay::Put(prompt) = &mut state.overlay else {
        return None;
    };
    (!state.loads.is_running(&Slot::Put(prompt.topic.clone()))).then_some(prompt)
}

/// Has the draft checked against the topic, where it is a record at all.
fn check(state: &mut State) -> Vec<Effect> {
    let found: Option<(TopicName, JsonObject)> =
        writable(state).and_then(|prompt| Some((prompt.topic.clone(), prompt.draft.record()?)));
    match found {
        Some((topic, record)) => {
            vec![state.loads.begin(Slot::Check, Request::Check { topic, record })]
        }
        None => state.loads.cancel(&Slot::Check).into_iter().collect(),
    }
}
