//! Whether what is done with versions is possible now, and if not, why.

use super::action::Reason;
use super::possible::{reason, writable};
use crate::tui::effect::Slot;
use crate::tui::state::{Overlay, Screen, State};
use crate::tui::update::current_bucket;

pub(super) fn versions_to_show(state: &State) -> Result<(), Reason> {
    let Some(place) = &state.records.place else {
        return reason("there is no topic whose versions to show");
    };
    if state.screen == Screen::Versions {
        return Ok(());
    }
    let topic = state.topics.get(&place.topic);
    let bucket = current_bucket(state);
    match topic.and_then(|topic| topic.bucket(bucket)) {
        Some(counts) if counts.version == 0 => {
            reason("there are no versions yet: the first flush makes one")
        }
        _ => Ok(()),
    }
}

pub(super) fn older_version(state: &State) -> Result<(), Reason> {
    match state.screen {
        Screen::Versions => Ok(()),
        Screen::Tail => reason("the tail shows what arrives now; leave it with f, then step back"),
        Screen::Records => versions_to_show(state),
    }
}

pub(super) fn newer_version(state: &State) -> Result<(), Reason> {
    let steps = state.loads.is_running(&Slot::Pin);
    if state.screen == Screen::Records && state.records.pin.is_none() && !steps {
        return reason("this is what is there now: there is nothing newer");
    }
    older_version(state)
}

pub(super) fn versions_to_compare(state: &State) -> Result<(), Reason> {
    match &state.versions {
        Some(list) if list.pair().is_some() => Ok(()),
        Some(list) if list.total() > 1 => {
            reason("nothing came before it: m marks a version to compare others with")
        }
        _ => reason("there is no other version to compare with"),
    }
}

pub(super) fn branches_to_list(state: &State) -> Result<(), Reason> {
    match &state.versions {
        Some(list) if !list.branches.is_empty() => Ok(()),
        _ if state.loads.is_running(&Slot::Branches) => reason("the branches are being listed"),
        _ => reason("this bucket has no branches: other programs make them"),
    }
}

pub(super) fn change_to_go_to(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Diff(list) if list.selected().is_some() => Ok(()),
        _ => reason("there is no record to go to"),
    }
}

/// A version that could get a tag, or become the newest again.
pub(super) fn version_to_alter(state: &State) -> Result<(), Reason> {
    let Some(list) = state.versions.as_ref().filter(|list| list.selected().is_some()) else {
        return reason("there is no version to change");
    };
    if state.loads.is_running(&Slot::Alter) {
        return reason("a version is being changed: w shows it");
    }
    writable(state, &list.bucket.topic)
}

pub(super) fn tag_to_take_away(state: &State) -> Result<(), Reason> {
    version_to_alter(state)?;
    let known = state.versions.as_ref().and_then(|list| list.get(list.scroll.selected));
    match known {
        Some(version) if !version.tags.is_empty() => Ok(()),
        _ => reason("this version has no tag"),
    }
}

pub(super) fn version_to_restore(state: &State) -> Result<(), Reason> {
    version_to_alter(state)?;
    match &state.versions {
        Some(list) if list.scroll.selected > 0 => Ok(()),
        _ => reason("this version is the newest already"),
    }
}
