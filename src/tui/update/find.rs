//! Looking for a text: in the table through all of its pages, in the tail through its lines.

use super::{act, listing};
use crate::Needle;
use crate::tui::effect::{Effect, Request, Search, Slot, Way};
use crate::tui::event::Hit;
use crate::tui::layout::Layout;
use crate::tui::state::{Find, Focus, Line, Overlay, Prompt, Screen, Severity, State};
use crate::tui::text::quantity::{counted, grouped};

/// Opens the prompt.
pub(super) fn open(state: &mut State) {
    state.overlay = Overlay::Find(Prompt::after(&state.earlier_texts));
}

/// Looks for what was typed, from the selected record on; for nothing where nothing was typed.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Overlay::Find(prompt) = &state.overlay else {
        return Vec::new();
    };
    let needle = Needle::new(prompt.text());
    state.earlier_texts.note(prompt.text());
    state.overlay = Overlay::None;
    state.find = needle.map(Find::of);
    let way = onward(state);
    look(state, way, 0)
}

/// Goes on to the next place in the direction of the search, or back.
pub(super) fn again(state: &mut State, forwards: Forwards) -> Vec<Effect> {
    let way = match (onward(state), forwards) {
        (way, Forwards::Yes) => way,
        (Way::Down, Forwards::No) => Way::Up,
        (Way::Up, Forwards::No) => Way::Down,
    };
    look(state, way, 1)
}

/// Whether one goes on in the direction of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forwards {
    Yes,
    No,
}

/// A table is searched downwards; a tail, whose newest line is the lowest, upwards.
fn onward(state: &State) -> Way {
    match state.screen {
        Screen::Records | Screen::Versions => Way::Down,
        Screen::Tail => Way::Up,
    }
}

/// Stops a search; says how far it had come.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    let stopped: Vec<Effect> = state.loads.cancel(&Slot::Find).into_iter().collect();
    if let Some(find) = state.find.as_ref().filter(|_| !stopped.is_empty()) {
        let text = format!("stopped after {}", counted(find.progress.0, "record"));
        state.say(Severity::Refused, text);
    }
    stopped
}

/// Looks from `skip` places beside the selected one.
fn look(state: &mut State, way: Way, skip: u64) -> Vec<Effect> {
    // What became of the search before is not said of this one.
    state.notice = None;
    match state.screen {
        Screen::Records | Screen::Versions => look_in_table(state, way, skip).into_iter().collect(),
        Screen::Tail => {
            look_in_tail(state, way, skip);
            Vec::new()
        }
    }
}

fn look_in_table(state: &mut State, way: Way, skip: u64) -> Option<Effect> {
    let find = state.find.as_mut()?;
    find.progress = (0, 0);
    let needle = find.needle.clone();
    let place = state.records.place.clone()?;
    let (bucket, local) = state.records.extents.find(state.records.scroll.selected)?;
    let selected = state.records.scroll.selected;
    let among = state.records.listed.is_some().then(|| match way {
        Way::Down => state.records.places_from(selected + skip, true),
        Way::Up => state.records.places_from(selected + 1 - skip, false),
    });
    let row = match way {
        Way::Down => local + skip,
        // The row itself is not among those before it.
        Way::Up => local + 1 - skip,
    };
    let version = state.records.past();
    let search = Search { place, version, needle, from: (bucket, row), way, among };
    Some(state.loads.begin(Slot::Find, Request::Find(search)))
}

/// Takes a record of the table that has the text.
pub(super) fn found(state: &mut State, hit: &Hit) {
    let (focus, open) = (state.focus, state.detail.open);
    if state.records.listed.is_some() {
        listing::arrive(state, (hit.bucket, hit.offset));
    } else {
        act::jump(state, hit.bucket, hit.row);
    }
    if focus == Focus::Detail {
        (state.focus, state.detail.open) = (focus, open);
    }
    state.records.across.go_to(&hit.field);
    say_found(state, (hit.bucket, hit.offset), &hit.field);
}

fn say_found(state: &mut State, (bucket, offset): (u32, u64), field: &str) {
    let text = state.find.as_ref().map(|find| find.needle.text().to_owned()).unwrap_or_default();
    let place = format!("{bucket}·{}", grouped(offset));
    let more = "n next · N previous";
    state.say(Severity::Done, format!("found `{text}` at {place} in {field} · {more}"));
}

/// Takes it that no record has the text.
pub(super) fn not_found(state: &mut State, looked_at: u64) {
    let text = state.find.as_ref().map(|find| find.needle.text().to_owned()).unwrap_or_default();
    let records = counted(looked_at, "record");
    let text =
        format!("not found: `{text}` is not in the {records} looked at · N looks the other way");
    state.say(Severity::Refused, text);
}

fn look_in_tail(state: &mut State, way: Way, skip: u64) {
    let height = Layout::of(state).map_or(0, |layout| layout.tail_rows());
    let (Some(tail), Some(find)) = (&mut state.tail, &state.find) else {
        return;
    };
    let ring = &tail.ring;
    let from = tail.selected().unwrap_or_else(|| ring.end().saturating_sub(1));
    let has_it = |number: &u64| match ring.get(*number) {
        Some(Line::Record { row, .. }) => row.cells.iter().any(|cell| cell.has(&find.needle)),
        _ => false,
    };
    let found = match way {
        Way::Down => (from + skip..ring.end()).find(has_it),
        Way::Up => (ring.first()..(from + 1).saturating_sub(skip)).rev().find(has_it),
    };
    let looked_at = match way {
        Way::Down => ring.end().saturating_sub(from + skip),
        Way::Up => (from + 1).saturating_sub(skip + ring.first()),
    };
    match found {
        Some(number) => {
            let (place, field) = match tail.ring.get(number) {
                Some(Line::Record { row, columns, .. }) => {
                    let mut cells = columns.iter().zip(row.cells.iter());
                    let column = cells.find(|(_, cell)| cell.has(&find.needle));
                    let field = column.map(|(column, _)| column.name.clone());
                    ((row.bucket, row.offset), field.unwrap_or_default())
                }
                _ => return,
            };
            tail.select(number, height);
            tail.across.go_to(&field);
            say_found(state, place, &field);
        }
        None => not_found(state, looked_at),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use crate::tui::effect::{Effect, Slot};
    use crate::tui::event::{Event, Input};
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::state::{Severity, State};
    use crate::tui::update::update;

    fn after(keys: &[Key], typed: &str, then: &[Key]) -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        let typed = typed.chars().map(Key::Char);
        let keys = [Key::End].into_iter().chain(keys.iter().copied()).chain(typed);
        press(&mut state, &keys.chain(then.iter().copied()).collect::<Vec<_>>());
        state
    }

    fn said(state: &State) -> (Severity, &str) {
        let notice = state.notice.as_ref().expect("something is said");
        (notice.severity, &notice.text)
    }

    #[test]
    fn a_text_is_found_from_the_selected_row_on_and_then_at_the_next_ones_and_back() {
        let find = [Key::Enter, Key::Char('/')];
        let state = after(&find, "t-00100", &[Key::Enter]);
        assert_eq!(state.records.scroll.selected, 25);
        assert_eq!(
            said(&state),
            (Severity::Done, "found `t-00100` at 0·25 in id · n next · N previous")
        );
        let rows: Vec<u64> = [&[][..], &[Key::Char('n')], &[Key::Char('n'), Key::Char('N')]]
            .iter()
            .map(|then| {
                let state = after(&find, "HAIKU", &[&[Key::Enter], *then].concat());
                assert_eq!(said(&state).0, Severity::Refused, "capitals are meant as they are");
                let state = after(&find, "a haiku", &[&[Key::Enter], *then].concat());
                state.records.scroll.selected
            })
            .collect();
        assert!(rows[0] < rows[1] && rows[2] == rows[0], "{rows:?}");
    }

    #[test]
    fn what_is_not_there_moves_nothing_and_says_how_much_was_looked_at() {
        let state = after(&[Key::Enter, Key::Char('/')], "no such text", &[Key::Enter]);
        assert_eq!(state.records.scroll.selected, 0);
        let text = "not found: `no such text` is not in the 3 201 records looked at · N looks the other way";
        assert_eq!(said(&state), (Severity::Refused, text));
    }

    #[test]
    fn a_tail_is_searched_upwards_and_held_at_what_is_found() {
        let keys = [Key::Char('f'), Key::Char('/')];
        let state = after(&keys, "find the bug", &[Key::Enter]);
        let tail = state.tail.as_ref().unwrap();
        let offset = tail.selected_record().unwrap().offset;
        assert!(tail.selected().is_some());
        let older = after(&keys, "find the bug", &[Key::Enter, Key::Char('n')]);
        let older = older.tail.unwrap().selected_record().unwrap().offset;
        assert!(older < offset, "{older} {offset}");
    }

    #[test]
    fn any_key_stops_a_search_and_escape_does_nothing_else() {
        let mut state = after(&[Key::Enter, Key::Char('/')], "x y z", &[]);
        let begun = update(&mut state, Event::Input(Input::Key(Key::Enter)));
        assert!(begun.iter().any(|e| matches!(e, Effect::Load { slot: Slot::Find, .. })));
        let stopped = update(&mut state, Event::Input(Input::Key(Key::Esc)));
        assert!(stopped.contains(&Effect::Cancel(Slot::Find)));
        assert_eq!(said(&state), (Severity::Refused, "stopped after 0 records"));
        assert_eq!(state.context(), crate::tui::input::Context::Records);
        update(&mut state, Event::Input(Input::Key(Key::Char('n'))));
        let moved = update(&mut state, Event::Input(Input::Key(Key::Down)));
        assert!(moved.contains(&Effect::Cancel(Slot::Find)));
        assert_eq!(state.records.scroll.selected, 1);
    }

    #[test]
    fn there_is_nothing_to_go_on_with_before_a_search_and_in_another_place() {
        let reason = "nothing was looked for here yet: / looks for a text";
        let state = after(&[Key::Enter], "", &[Key::Char('n')]);
        assert_eq!(said(&state), (Severity::Refused, reason));
        let elsewhere = [Key::Enter, Key::Esc, Key::Home, Key::Down, Key::Down, Key::Char('n')];
        let state = after(&[Key::Enter, Key::Char('/')], "opus", &elsewhere);
        assert_eq!(said(&state), (Severity::Refused, reason));
    }
}
