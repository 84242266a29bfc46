//! What is done to versions from their list: asked first, then done.

use super::deeds;
use crate::tui::data::Fault;
use crate::tui::effect::{Alteration, Effect, Request, Slot};
use crate::tui::event::Altered;
use crate::tui::state::{Overlay, Prompt, Severity, State};

/// Asks for a name for the selected version.
pub(super) fn ask_tag(state: &mut State) {
    if let Some(list) = &state.versions
        && let Some(version) = list.selected()
    {
        state.overlay = Overlay::Tag(Prompt::default(), list.bucket.clone(), version);
    }
}

/// Asks whether the names of the selected version are to be taken away.
pub(super) fn ask_untag(state: &mut State) {
    let Some(list) = &state.versions else { return };
    let Some(version) = list.get(list.scroll.selected) else { return };
    let (bucket, tags) = (list.bucket.clone(), version.tags.clone());
    let version = version.number;
    state.overlay = Overlay::Alter(Alteration::Untag { bucket, version, tags });
}

/// Asks whether the selected version is to be the newest again.
pub(super) fn ask_restore(state: &mut State) {
    let Some(list) = &state.versions else { return };
    let Some(version) = list.selected() else { return };
    let bucket = list.bucket.clone();
    state.overlay = Overlay::Alter(Alteration::Restore { bucket, version });
}

/// Does what was asked for. A name that is typed stays until it is given, as it may be refused.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let alteration = match &state.overlay {
        Overlay::Tag(prompt, bucket, version) => {
            let tag = prompt.text().trim().to_owned();
            Alteration::Tag { bucket: bucket.clone(), version: *version, tag }
        }
        Overlay::Alter(alteration) => alteration.clone(),
        _ => return Vec::new(),
    };
    if matches!(state.overlay, Overlay::Alter(_)) {
        state.overlay = Overlay::None;
    }
    vec![state.loads.begin(Slot::Alter, Request::Alter(alteration))]
}

/// Takes what was done: the list is read again.
pub(super) fn done(state: &mut State, done: &Altered) -> Vec<Effect> {
    if matches!(state.overlay, Overlay::Tag(..)) {
        state.overlay = Overlay::None;
    }
    let mut effects = Vec::new();
    if let Some(list) = &mut state.versions {
        list.forget();
        let topic = list.bucket.topic.clone();
        effects.push(state.loads.begin(Slot::Counts(topic.clone()), Request::Counts(topic)));
    }
    state.say(Severity::Done, done.said.clone());
    deeds::altered(state, &done.alteration, done.made);
    effects
}

/// Takes why nothing was done.
pub(super) fn failed(state: &mut State, fault: Fault) {
    match &mut state.overlay {
        Overlay::Tag(prompt, ..) => prompt.error = Some(fault.message),
        _ => state.say(Severity::Failed, fault.message),
    }
}
