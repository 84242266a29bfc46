//! A record by hand: opening the form, checking what stands there, putting it, and what became of it.

use super::{deeds, keys, pin, places};
use crate::tui::data::{Refusal, Shape, Stored, Trial, Whole};
use crate::tui::effect::{Effect, RecordId, Request, Slot};
use crate::tui::input::{Action, Key};
use crate::tui::state::{Overlay, PutPage, Severity, State, Verdict};
use crate::tui::text::one_line::one_line;
use crate::tui::text::quantity::{bytes, counted, grouped};
use crate::{JsonObject, TopicName};

/// Bytes that the copy of a record may take.
const LONGEST_COPY: usize = 256 << 10;
/// Records of one put that are noted as commands.
const NOTED: usize = 20;

/// Opens the form on the topic that is shown, with what was left there.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    let topic = place.topic.clone();
    let page = state.drafts.remove(&topic).unwrap_or_else(|| Box::new(PutPage::new(topic)));
    show(state, page)
}

/// Shows a page, and asks what its topic takes: others may have added columns meanwhile.
fn show(state: &mut State, page: Box<PutPage>) -> Vec<Effect> {
    let request = Request::Shape(page.topic.clone());
    state.overlay = Overlay::Put(page);
    vec![state.loads.begin(Slot::Shape, request)]
}

/// Takes what the topic takes, and then what was typed in the meantime.
pub(super) fn shaped(state: &mut State, shape: Shape) -> Vec<Effect> {
    let Overlay::Put(page) = &mut state.overlay else {
        return Vec::new();
    };
    page.take_shape(shape);
    let early = page.kept();
    let mut effects = check(state);
    for key in early {
        effects.extend(keys::acted(state, key));
    }
    effects
}

/// Keeps a key that means the fields of a form until it has them; whether it is such a key.
pub(super) fn is_early(state: &mut State, key: Key, action: Option<Action>) -> bool {
    let Overlay::Put(page) = &mut state.overlay else {
        return false;
    };
    let means_fields = matches!(
        action,
        None | Some(
            Action::NextField
                | Action::PreviousField
                | Action::Null
                | Action::EmptyDraft
                | Action::TurnJson
        )
    );
    let is_early = means_fields && page.awaits_fields();
    if is_early {
        page.keep(key);
    }
    is_early
}

/// It cannot be found out what the topic takes: without that there is no form.
pub(super) fn shapeless(state: &mut State, reason: String) {
    if let Overlay::Put(page) = &mut state.overlay {
        page.verdict = Verdict::Wrong(reason);
    }
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

/// Opens the form on a copy of a record, where nothing else is open and its topic is still shown.
pub(super) fn open_copy(state: &mut State, record: &Whole) -> Vec<Effect> {
    let is_free = matches!(state.overlay, Overlay::None);
    let shown = state.records.place.as_ref().map(|place| place.topic.clone());
    let copied = state.cloned.take().filter(|id| is_free && shown.as_ref() == Some(&id.topic));
    let Some(id) = copied else {
        return Vec::new();
    };
    let (fields, lost) = record.json();
    let size = one_line(&fields).len();
    if size > LONGEST_COPY {
        let (size, most) = (bytes(size as u64), bytes(LONGEST_COPY as u64));
        let text =
            format!("as JSON the record takes {size}: {most} is the most that can be changed here");
        state.say(Severity::Refused, text);
        return Vec::new();
    }
    let lost = match lost {
        0 => String::new(),
        lost => format!("; {} JSON cannot say became null", counted(lost as u64, "number that")),
    };
    let note = format!("a copy of {}·{}{lost}", id.bucket, grouped(id.offset));
    show(state, Box::new(PutPage::beginning_with(id.topic, fields, note)))
}

/// Leaves the form; what was typed is kept.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if let Overlay::Put(page) = std::mem::replace(&mut state.overlay, Overlay::None)
        && page.changed
        && !page.is_blank()
    {
        state.drafts.insert(page.topic.clone(), page);
    }
    let loads = [Slot::Shape, Slot::Check];
    loads.iter().filter_map(|slot| state.loads.cancel(slot)).collect()
}

/// Changes the page, where it may be changed, and has what stands there checked.
pub(super) fn change(state: &mut State, how: impl FnOnce(&mut PutPage)) -> Vec<Effect> {
    let Some(page) = writable(state) else {
        return Vec::new();
    };
    how(page);
    page.changed = true;
    // What was said of a copy is not said of what is typed in its place.
    if page.is_blank() {
        page.note = None;
    }
    check(state)
}

/// Puts what stands there, or says why that is nothing to put.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Some(page) = writable(state) else {
        return Vec::new();
    };
    let topic = page.topic.clone();
    if let Some(pasted) = page.pasted.as_mut().filter(|pasted| pasted.refused() > 0) {
        pasted.next_refused();
        return Vec::new();
    }
    let Some(records) = page.records() else {
        page.insist();
        return state.loads.cancel(&Slot::Check).into_iter().collect();
    };
    let mut effects: Vec<Effect> = state.loads.cancel(&Slot::Check).into_iter().collect();
    let request = Request::Put { topic: topic.clone(), records };
    effects.push(state.loads.begin(Slot::Put(topic), request));
    effects
}

/// Takes what a check has found.
pub(super) fn checked(state: &mut State, found: Result<Trial, Vec<Refusal>>) {
    let Overlay::Put(page) = &mut state.overlay else { return };
    if let Some(pasted) = &mut page.pasted {
        pasted.take(found);
        return;
    }
    match found {
        Ok(trial) => page.verdict = Verdict::Fits(trial),
        Err(refused) => {
            if let Some(refusal) = refused.first() {
                page.refuse(refusal);
            }
        }
    }
}

/// It was put: the draft has served.
pub(super) fn done(state: &mut State, topic: &TopicName, stored: &Stored) {
    note_deeds(state, topic);
    match &mut state.overlay {
        // What was being typed before lines were pasted has not been put.
        Overlay::Put(page) if page.topic == *topic && page.pasted.is_some() && !page.is_blank() => {
            page.pasted = None;
        }
        Overlay::Put(page) if page.topic == *topic => state.overlay = Overlay::None,
        _ => drop(state.drafts.remove(topic)),
    }
    if let Some(topic) = state.topics.get_mut(topic) {
        topic.stale = true;
    }
    let first = stored.receipts.first();
    state.put_last = first.map(|receipt| RecordId {
        topic: topic.clone(),
        bucket: receipt.bucket,
        offset: receipt.lsn,
        version: None,
    });
    let hidden = match state.records.version() {
        _ if state.records.branch().is_some() => "; the branch does not show it".into(),
        Some(version) => format!("; v {} does not show it", grouped(version)),
        None => String::new(),
    };
    let (places, survives) = (stored.places(), stored.survives());
    let goes = if first.is_some() { " · P goes there" } else { "" };
    state.say(Severity::Done, format!("put · {places} · {survives}{hidden}{goes}"));
}

/// Notes what was put as commands; more lines than these are a file's business, and none is noted then.
fn note_deeds(state: &mut State, topic: &TopicName) {
    let page = match &mut state.overlay {
        Overlay::Put(page) if page.topic == *topic => Some(page),
        // It was left while it was being put.
        _ => state.drafts.get_mut(topic),
    };
    let records = page.and_then(|page| page.records()).unwrap_or_default();
    if records.len() <= NOTED {
        for record in &records {
            deeds::put(state, topic, &one_line(record));
        }
    }
}

/// It was not put: it stays to be corrected.
pub(super) fn failed(state: &mut State, topic: &TopicName, reason: String) {
    match &mut state.overlay {
        Overlay::Put(page) if page.topic == *topic => page.verdict = Verdict::Wrong(reason),
        _ => state.say(Severity::Failed, format!("not put into `{topic}`: {reason}")),
    }
}

/// Goes to the record that was put last; a version or a branch that is looked at does not have it.
pub(super) fn go_to_last(state: &mut State) -> Vec<Effect> {
    let Some(record) = state.put_last.clone() else {
        return Vec::new();
    };
    let mut effects = if state.records.pin.is_some() { pin::leave(state) } else { Vec::new() };
    effects.extend(places::visit(state, record));
    effects
}

/// The page, unless its record is being put, or there is no form yet.
pub(super) fn writable(state: &mut State) -> Option<&mut PutPage> {
    let Overlay::Put(page) = &mut state.overlay else {
        return None;
    };
    let is_being_put = state.loads.is_running(&Slot::Put(page.topic.clone()));
    (!is_being_put && page.shape.is_some()).then_some(page)
}

/// Has what stands there checked against the topic, where it is records at all.
pub(super) fn check(state: &mut State) -> Vec<Effect> {
    let found: Option<(TopicName, Vec<JsonObject>)> =
        writable(state).and_then(|page| Some((page.topic.clone(), page.records()?)));
    match found {
        Some((topic, records)) => {
            let request = Request::Check { topic, records };
            vec![state.loads.begin(Slot::Check, request)]
        }
        None => state.loads.cancel(&Slot::Check).into_iter().collect(),
    }
}
