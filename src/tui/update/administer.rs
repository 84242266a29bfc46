//! Renaming topics, and deleting them: asked first; what is deleted can be brought back.

use super::deeds;
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::event::Administered;
use crate::tui::state::{Deletion, Overlay, Prompt, Severity, State};
use crate::tui::work::Administration;
use crate::{Holdings, TopicName};

/// Asks for another name for the selected topic.
pub(super) fn ask_rename(state: &mut State) {
    if let Some(place) = state.topics.selected() {
        let prompt = Prompt::default().with(place.topic.as_str());
        state.overlay = Overlay::Rename(prompt, place.topic);
    }
}

/// Asks for the name of the selected topic, which is to be deleted, and finds out what goes with it.
pub(super) fn ask_delete(state: &mut State) -> Vec<Effect> {
    let Some(place) = state.topics.selected() else { return Vec::new() };
    let topic = place.topic;
    let deletion = Deletion { prompt: Prompt::default(), topic: topic.clone(), goes: None };
    state.overlay = Overlay::Delete(Box::new(deletion));
    vec![state.loads.begin(Slot::Holdings, Request::Holdings(topic))]
}

/// Does what was asked for; the prompt stays until it is done, as it may be refused.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let administration = match &mut state.overlay {
        Overlay::Rename(prompt, topic) => {
            let new = prompt.text().trim().to_owned();
            if let Err(error) = new.parse::<TopicName>() {
                prompt.error = Some(error.to_string());
                return Vec::new();
            }
            Administration::Rename { topic: topic.clone(), new }
        }
        Overlay::Delete(deletion) => {
            let Deletion { prompt, topic, .. } = deletion.as_mut();
            if prompt.text().trim() != topic.as_str() {
                prompt.error = Some(format!("that is not `{topic}`: nothing is deleted"));
                return Vec::new();
            }
            Administration::Delete { topic: topic.clone() }
        }
        _ => return Vec::new(),
    };
    vec![state.loads.begin(Slot::Administer, Request::Administer(administration))]
}

/// Takes what goes with the topic.
pub(super) fn weighed(state: &mut State, goes: Result<Box<Holdings>, Fault>) {
    if let Overlay::Delete(deletion) = &mut state.overlay {
        deletion.goes = Some(goes);
    }
}

/// It was done: the topics are listed again.
pub(super) fn done(state: &mut State, done: &Administered) -> Vec<Effect> {
    if matches!(state.overlay, Overlay::Rename(..) | Overlay::Delete(_)) {
        state.overlay = Overlay::None;
    }
    let said = match (&done.administration, &done.trashed) {
        (Administration::Rename { topic, new }, _) => {
            keep_columns(state, topic, new);
            format!("`{topic}` is `{new}` now")
        }
        (Administration::Delete { topic }, Some(name)) => {
            format!(
                "`{topic}` is in the trash: `lanceq trash --restore {name}` brings it back (U, Y)"
            )
        }
        (Administration::Delete { topic }, None) => format!("`{topic}` is deleted"),
    };
    state.say(Severity::Done, said);
    deeds::administered(state, done);
    vec![state.loads.begin(Slot::Topics, Request::Topics)]
}

/// How its columns are arranged goes along.
fn keep_columns(state: &mut State, topic: &TopicName, new: &str) {
    if let (Some(own), Ok(new)) = (state.arrangements.remove(topic), new.parse()) {
        state.arrangements.insert(new, own);
    }
}

/// Nothing was done.
pub(super) fn failed(state: &mut State, fault: Fault) {
    match &mut state.overlay {
        Overlay::Rename(prompt, _) => prompt.error = Some(fault.message),
        Overlay::Delete(deletion) => deletion.prompt.error = Some(fault.message),
        _ => state.say(Severity::Failed, fault.message),
    }
}
