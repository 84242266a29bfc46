//! The put prompt: typing a record, which is checked at every key, and putting it.

use super::{deeds, prompt};
use crate::Receipt;
use crate::tui::data::Whole;
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::input::Key;
use crate::tui::state::{Draft, Overlay, PutPrompt, Severity, State, Verdict};
use crate::tui::text::one_line::one_line;
use crate::tui::text::quantity::{bytes, counted, grouped};
use crate::{JsonObject, TopicName};

/// Bytes that a paste may add.
const LONGEST_PASTE: usize = 64 << 10;
/// Bytes that the copy of a record may take.
const LONGEST_COPY: usize = 256 << 10;

/// Opens the prompt on the topic that is shown, with what was left there.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    let topic = place.topic.clone();
    let draft = state.drafts.remove(&topic).unwrap_or_default();
    state.overlay = Overlay::Put(PutPrompt { topic, draft, note: None });
    check(state)
}

/// Reads the selected record in full, to be changed and put.
pub(super) fn clone(state: &mut State) -> Vec<Effect> {
    let Some(record) = state.selected_record() else {
        return Vec::new();
    };
    state.cloned = Some(record.clone());
    vec![state.loads.begin(Slot::Clone, Request::Record(record))]
}

/// Gives up the record that is being read to be put again.
pub(super) fn forget_copy(state: &mut State) -> Option<Effect> {
    state.cloned = None;
    state.loads.cancel(&Slot::Clone)
}

/// Opens the prompt on a copy of a record, where nothing else is open and its topic is still shown.
pub(super) fn open_copy(state: &mut State, record: &Whole) -> Vec<Effect> {
    let is_free = matches!(state.overlay, Overlay::None);
    let shown = state.records.place.as_ref().map(|place| place.topic.clone());
    let copied = state.cloned.take().filter(|id| is_free && shown.as_ref() == Some(&id.topic));
    let Some(id) = copied else {
        return Vec::new();
    };
    let (fields, lost) = record.json();
    let text = one_line(&fields);
    if text.len() > LONGEST_COPY {
        let size = bytes(text.len() as u64);
        state.say(
            Severity::Refused,
            format!("as JSON the record takes {size}: too long to be changed here"),
        );
        return Vec::new();
    }
    let lost = match lost {
        0 => String::new(),
        lost => format!("; {} JSON cannot say became null", counted(lost as u64, "number that")),
    };
    let note = format!("a copy of {}·{}{lost}", id.bucket, grouped(id.offset));
    let draft = Draft::made(text);
    state.overlay = Overlay::Put(PutPrompt { topic: id.topic, draft, note: Some(note) });
    check(state)
}

/// Leaves the prompt; the draft is kept.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if let Overlay::Put(PutPrompt { topic, draft, .. }) =
        std::mem::replace(&mut state.overlay, Overlay::None)
        && !draft.text().is_empty()
        && !draft.untouched
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
        Some(prompt) => {
            prompt.draft.edit(request);
            // What is typed from here on is no copy.
            if prompt.draft.text().is_empty() {
                prompt.note = None;
            }
        }
        None => return Vec::new(),
    }
    check(state)
}

/// Types what was pasted, as one line; half a record is none, so a longer one is not taken at all.
pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let line = |c: char| if c.is_control() { ' ' } else { c };
    let Some(prompt) = writable(state) else {
        return Vec::new();
    };
    if text.len() > LONGEST_PASTE {
        let size = bytes(text.len() as u64);
        let topic = &prompt.topic;
        prompt.draft.verdict = Verdict::Wrong(format!(
            "what was pasted takes {size}, too much for a prompt: `lanceq put {topic} FILE`"
        ));
        return state.loads.cancel(&Slot::Check).into_iter().collect();
    }
    let text: String = text.trim_end().chars().map(line).collect();
    prompt.draft.insert(&text);
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
        prompt.draft.go_to_fault();
        return Vec::new();
    };
    let mut effects: Vec<Effect> = state.loads.cancel(&Slot::Check).into_iter().collect();
    effects.push(state.loads.begin(Slot::Put(topic.clone()), Request::Put { topic, record }));
    effects
}

/// Takes what a check has found.
pub(super) fn checked(state: &mut State, found: Result<Vec<String>, String>) {
    if let Overlay::Put(prompt) = &mut state.overlay {
        prompt.draft.verdict = match found {
            Ok(added) if added.is_empty() => Verdict::Fits,
            Ok(added) => Verdict::Adds(added.join(", ")),
            Err(reason) => Verdict::Wrong(reason),
        };
    }
}

/// The record was put: the draft has served.
pub(super) fn done(state: &mut State, topic: &TopicName, receipt: Receipt) {
    if let Overlay::Put(prompt) = &state.overlay
        && prompt.topic == *topic
    {
        let record = prompt.draft.text().to_owned();
        deeds::put(state, topic, &record);
        state.overlay = Overlay::None;
    } else if let Some(draft) = state.drafts.get(topic) {
        // It was left while the record was being put.
        let record = draft.text().to_owned();
        deeds::put(state, topic, &record);
    }
    state.drafts.remove(topic);
    if let Some(topic) = state.topics.get_mut(topic) {
        topic.stale = true;
    }
    let (bucket, offset) = (receipt.bucket, grouped(receipt.lsn));
    let hidden = match state.records.version() {
        _ if state.records.branch().is_some() => "; the branch does not show it".into(),
        Some(version) => format!("; v {} does not show it", grouped(version)),
        None => String::new(),
    };
    state
        .say(Severity::Done, format!("put · bucket {bucket} · offset {offset} · buffered{hidden}"));
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
