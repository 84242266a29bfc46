//! What stands where there is nothing to show: the reason, and the next step.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows};
use crate::tui::data::Fault;
use crate::tui::state::{Counts, Course, Listing, State, Tail};
use crate::tui::text::{sanitize, shell};
use crate::tui::theme::Meaning;

/// A message: paragraphs with their meanings.
pub(super) type Message = Vec<(String, Meaning)>;

/// Whether there is nothing at all, so that one message takes the place of the panes.
pub(super) fn covers(state: &State) -> bool {
    match state.topics.listing {
        Listing::Loading | Listing::Failed(_) => true,
        Listing::Ready => state.topics.list.is_empty(),
    }
}

/// Draws that message.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inside = canvas.frame(area, Meaning::Border, &[piece(" Topics ", Meaning::Title)]);
    let text = match &state.topics.listing {
        Listing::Loading => vec![("·····".into(), Meaning::Muted)],
        Listing::Failed(fault) if fault.missing => no_topics("there is nothing here yet", state),
        Listing::Failed(fault) => of_fault(fault),
        Listing::Ready => no_topics("there are no topics here yet", state),
    };
    message(canvas, inside, &text);
}

fn no_topics(what: &str, state: &State) -> Message {
    vec![
        (format!("{}: {what}", state.root), Meaning::Strong),
        (String::new(), Meaning::Plain),
        ("put something, and it shows here at once:".into(), Meaning::Plain),
        (put_command(state, "my_topic"), Meaning::Key),
        ("or see the explorer on living data:".into(), Meaning::Plain),
        ("    lanceq demo".into(), Meaning::Key),
    ]
}

/// A command that puts into this root, and not into the one that is taken where none is named.
fn put_command(state: &State, topic: &str) -> String {
    let root = state.named_root.as_deref().map(shell::quoted);
    let root = root.map_or_else(String::new, |root| format!("--root {root} "));
    format!("    lanceq put {root}{topic} file.jsonl")
}

/// What stands in the place of the records, where there are none to show.
pub(super) fn of_records(state: &State) -> Option<Message> {
    let place = state.records.place.as_ref()?;
    let topic = state.topics.get(&place.topic)?;
    if let Some((fault, _)) = &state.records.failed {
        return Some(of_fault(fault));
    }
    match &topic.counts {
        _ if state.records.listed.is_some() => nothing_listed(state),
        _ if state.records.pin.is_some() => at_a_version(state),
        Counts::Unknown => Some(vec![("·····".into(), Meaning::Muted)]),
        Counts::Broken(fault) => Some(of_fault(fault)),
        Counts::Known(_) if state.records.extents.total() > 0 => None,
        Counts::Known(counts) => Some(vec![
            (
                no_records(counts.buckets.iter().all(|bucket| bucket.version == 0)).into(),
                Meaning::Strong,
            ),
            (String::new(), Meaning::Plain),
            ("put some, and they show here at once:".into(), Meaning::Plain),
            (put_command(state, place.topic.as_str()), Meaning::Key),
        ]),
    }
}

fn nothing_listed(state: &State) -> Option<Message> {
    let listed = state.records.listed.as_ref().filter(|_| state.records.extents.total() == 0)?;
    let (text, advice) = match listed.course {
        Course::UnderWay => ("no record that matches yet …", "esc stops looking"),
        Course::Stopped => ("no record that matches was found so far", "r looks again"),
        Course::Done => ("no record matches", "backspace takes the last condition off"),
    };
    Some(vec![(text.into(), Meaning::Strong), (advice.into(), Meaning::Muted)])
}

fn at_a_version(state: &State) -> Option<Message> {
    let empty = state.records.extents.total() == 0;
    empty.then(|| vec![("no records were here at this version".into(), Meaning::Strong)])
}

fn no_records(unborn: bool) -> &'static str {
    if unborn {
        "no records yet, so no schema either: the first one makes it"
    } else {
        "no records"
    }
}

/// What stands in a tail to which nothing has come.
pub(super) fn of_tail(tail: &Tail) -> Message {
    match &tail.failed {
        Some(fault) => of_fault(fault),
        None => vec![("waiting for the first record …".into(), Meaning::Muted)],
    }
}

/// An error and what to do about it.
pub(super) fn of_fault(fault: &Fault) -> Message {
    let mut text = vec![(format!("✗ {}", fault.message), Meaning::Bad)];
    if let Some(hint) = &fault.hint {
        text.push((String::new(), Meaning::Plain));
        text.push((format!("hint: {hint}"), Meaning::Plain));
    }
    text
}

/// Draws a message, wrapped.
pub(super) fn message(canvas: &mut Canvas<'_>, inside: Rect, text: &Message) {
    let area = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let lines = text.iter().flat_map(|(text, meaning)| wrapped(text, *meaning, area.width));
    canvas.lines(area, lines.take(rows(area).count()));
}

fn wrapped(text: &str, meaning: Meaning, width: u16) -> Vec<Piece<'static>> {
    sanitize::wrap(text, width).into_iter().map(|line| piece(line, meaning)).collect()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::picture::opened;

    #[test]
    fn the_command_puts_into_the_root_that_is_shown() {
        let mut state = opened(Size { width: 80, height: 24 });
        for (root, command) in [
            (None, "    lanceq put t file.jsonl"),
            (Some("emp"), "    lanceq put --root emp t file.jsonl"),
            (Some("/my data/it's"), r"    lanceq put --root '/my data/it'\''s' t file.jsonl"),
        ] {
            state.named_root = root.map(str::to_owned);
            assert_eq!(put_command(&state, "t"), command);
        }
    }
}
