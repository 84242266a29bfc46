//! Marks: setting one, the list of them, going to one.

use super::places;
use crate::tui::effect::Effect;
use crate::tui::input::{Action, Motion};
use crate::tui::layout::Layout;
use crate::tui::state::{Marked, Overlay, Scroll, Severity, State};
use crate::tui::text::quantity::{counted, grouped};

/// Sets marks, lists them, takes them away.
pub(super) fn change(state: &mut State, action: Action) {
    match action {
        Action::Marks => list(state),
        Action::Unmark => remove(state),
        Action::ClearMarks => clear(state),
        _ => toggle(state),
    }
}

/// Marks the selected record, or takes its mark away.
fn toggle(state: &mut State) {
    let (Some(record), Some(row)) = (state.selected_record(), state.selected_row().cloned()) else {
        return;
    };
    let place = format!("{}·{}", record.bucket, grouped(record.offset));
    let text = match state.marks.toggle(record, &row) {
        Marked::Set => format!("marked {place} · ' lists the marks"),
        Marked::Taken => format!("the mark of {place} is gone"),
    };
    state.say(Severity::Done, text);
}

/// Opens the list, or closes it.
fn list(state: &mut State) {
    state.overlay = match state.overlay {
        Overlay::Marks(_) => Overlay::None,
        _ => Overlay::Marks(Scroll::default()),
    };
}

/// Moves in the list.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = Layout::of(state).map_or(0, |layout| layout.box_rows());
    if let Overlay::Marks(scroll) = &mut state.overlay {
        scroll.step(motion, height, state.marks.list().len() as u64);
    }
}

/// Keeps the selection in the list.
pub(super) fn fit(state: &mut State, height: u64) {
    if let Overlay::Marks(scroll) = &mut state.overlay {
        state.marks.fit(scroll, height);
    }
}

/// Takes the selected mark away.
fn remove(state: &mut State) {
    if let Overlay::Marks(scroll) = &state.overlay {
        state.marks.remove(scroll.selected);
    }
}

/// Takes all marks away.
fn clear(state: &mut State) {
    let taken = counted(state.marks.clear() as u64, "mark");
    state.overlay = Overlay::None;
    state.say(Severity::Done, format!("cleared {taken}"));
}

/// Goes to the record of the selected mark.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Overlay::Marks(scroll) = &state.overlay else {
        return Vec::new();
    };
    let Some(mark) = state.marks.get(scroll.selected) else {
        return Vec::new();
    };
    let record = mark.record.clone();
    state.overlay = Overlay::None;
    places::visit(state, record)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use crate::tui::input::{Context, Key};
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::state::State;

    const MARK: Key = Key::Char('m');
    const LIST: Key = Key::Char('\'');

    fn after(keys: &[Key]) -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::End, Key::Enter]);
        press(&mut state, keys);
        state
    }

    fn said(state: &State) -> &str {
        state.notice.as_ref().map_or("", |notice| &notice.text)
    }

    #[test]
    fn a_mark_leads_back_to_its_record_from_anywhere() {
        let away = [Key::Down, Key::Down, MARK, Key::End, MARK];
        let back = [LIST, Key::Enter];
        let state = after(&[&away[..], &back].concat());
        assert_eq!((state.records.scroll.selected, state.context()), (2, Context::Records));
        let elsewhere = [Key::Esc, Key::Home, Key::Down, Key::Down];
        let state = after(&[&away[..], &elsewhere, &back].concat());
        assert_eq!(state.records.place.as_ref().unwrap().topic.as_str(), "traces");
        assert_eq!(state.records.scroll.selected, 2);
    }

    #[test]
    fn a_mark_goes_by_the_key_that_set_it_in_the_list_and_all_at_once() {
        let state = after(&[MARK]);
        assert_eq!((state.marks.list().len(), said(&state)), (1, "marked 0·0 · ' lists the marks"));
        let state = after(&[MARK, MARK]);
        assert_eq!((state.marks.list().len(), said(&state)), (0, "the mark of 0·0 is gone"));
        let three = [MARK, Key::Down, MARK, Key::Down, MARK, LIST];
        let state = after(&[&three[..], &[Key::Down, Key::Char('x')]].concat());
        let left: Vec<u64> = state.marks.list().iter().map(|mark| mark.record.offset).collect();
        assert_eq!((left, state.context()), (vec![0, 2], Context::Marks));
        let state = after(&[&three[..], &[Key::Char('X')]].concat());
        assert_eq!((state.context(), said(&state)), (Context::Records, "cleared 3 marks"));
    }

    #[test]
    fn where_there_are_none_the_list_says_how_to_set_one() {
        let state = after(&[LIST]);
        assert_eq!(said(&state), "there are no marks: m marks the selected record");
        assert_eq!(state.context(), Context::Records);
    }

    #[test]
    fn a_record_of_the_tail_is_marked_and_found_in_the_table() {
        let state = after(&[Key::Char('f'), Key::Up, MARK, LIST, Key::Enter]);
        assert_eq!(state.context(), Context::Records);
        let marked = &state.marks.list()[0].record;
        assert_eq!(state.selected_record().unwrap().bucket, marked.bucket);
    }
}
