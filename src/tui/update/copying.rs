//! Copying: what is meant, reading it, and saying what became of it.

use crate::tui::data::LONGEST_NAME;
use crate::tui::effect::{ColumnId, Effect, RecordId, Request, Slot, Wanted};
use crate::tui::input::{Context, Part};
use crate::tui::layout::Layout;
use crate::tui::reproduce::{View, What};
use crate::tui::state::{Clip, Line, Overlay, Screen, Severity, State};
use crate::tui::text::quantity::{counted, grouped};
use crate::tui::text::sanitize;
use crate::tui::update::current_bucket;

/// Copies a part of what is shown.
pub(super) fn take(state: &mut State, part: Part) -> Vec<Effect> {
    state.overlay = Overlay::None;
    match part {
        Part::Value if state.context() == Context::Detail => inner(state),
        Part::Value => ask(state, |record, column| {
            let what = format!("`{}` of {}", column.name(), name(&record));
            (what, Wanted::Value { record, column })
        }),
        Part::Record => match state.selected_record() {
            Some(id) => begin(state, format!("the record {}", name(&id)), Wanted::Record(id)),
            None => Vec::new(),
        },
        Part::Column => {
            let records = in_view(state);
            let of = counted(records.len() as u64, "record");
            ask(state, |_, column| {
                let what = format!("`{}` of the {of} in view", column.name());
                (what, Wanted::Column { records, column })
            })
        }
        Part::Offset => offset(state),
        Part::Path => path(state),
        Part::Command => code(state, "the command", |view| Ok(view.command())),
        Part::Rust => code(state, "the function in Rust", |view| Ok(view.rust())),
        // Those of the list of what was done are taken there.
        Part::Deed | Part::Undo => Vec::new(),
        Part::Python => {
            code(state, "the lines of Python", |view| Err(Wanted::Python(Box::new(view))))
        }
    }
}

fn ask(state: &mut State, how: impl FnOnce(RecordId, ColumnId) -> (String, Wanted)) -> Vec<Effect> {
    let (Some(column), Some(record)) = (state.cursor_column_id(), state.selected_record()) else {
        return Vec::new();
    };
    let (what, wanted) = how(record, column);
    begin(state, what, wanted)
}

/// `traces/2 · 120 120`.
fn name(id: &RecordId) -> String {
    format!("{}/{} · {}", id.topic, id.bucket, grouped(id.offset))
}

fn begin(state: &mut State, what: String, wanted: Wanted) -> Vec<Effect> {
    state.clip = Some(Clip { what, length: None });
    vec![state.loads.begin(Slot::Copy, Request::Copy(wanted))]
}

/// Takes the text, which was read or is there anyway: the terminal gets it first, then a program of this machine.
pub(super) fn copied(state: &mut State, text: String) -> Vec<Effect> {
    let Some(clip) = &mut state.clip else {
        return Vec::new();
    };
    clip.length = Some(text.len());
    state.to_terminal = clip.fits().then(|| text.clone());
    vec![state.loads.begin(Slot::Offer, Request::Offer(text))]
}

/// Says what became of it.
pub(super) fn offered(state: &mut State, tool: Option<&'static str>) {
    let Some(clip) = state.clip.take() else { return };
    match clip.outcome(tool) {
        Ok(text) => state.say(Severity::Done, text),
        Err(text) => state.say(Severity::Failed, text),
    }
}

pub(super) fn text(state: &mut State, what: String, text: String) -> Vec<Effect> {
    state.clip = Some(Clip { what, length: None });
    copied(state, text)
}

/// The value under the cursor in the detail.
fn inner(state: &mut State) -> Vec<Effect> {
    let found = state.detail.record().zip(state.detail.line()).and_then(|((id, record), line)| {
        let (path, value) = (record.path_text(&line.path)?, record.text_at(&line.path)?);
        Some((format!("`{}` of {}", sanitize::clip(&path, LONGEST_NAME), name(id)), value))
    });
    match found {
        Some((what, value)) => text(state, what, value),
        None => Vec::new(),
    }
}

fn path(state: &mut State) -> Vec<Effect> {
    let found = state.detail.record().zip(state.detail.line());
    let found = found.and_then(|((_, record), line)| record.path_text(&line.path));
    match found {
        Some(path) => {
            let what = format!("the path `{}`", sanitize::clip(&path, LONGEST_NAME));
            text(state, what, path)
        }
        None => Vec::new(),
    }
}

fn offset(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.selected_record() else {
        return Vec::new();
    };
    let offset = format!("{}:{}", id.bucket, id.offset);
    text(state, format!("the offset `{offset}`"), offset)
}

fn code(
    state: &mut State,
    what: &str,
    how: impl FnOnce(View) -> Result<String, Wanted>,
) -> Vec<Effect> {
    let Some(view) = view(state) else {
        return Vec::new();
    };
    let what = format!("{what} for this view of `{}`", view.topic);
    match how(view) {
        Ok(code) => text(state, what, code),
        Err(wanted) => begin(state, what, wanted),
    }
}

/// The records in view that are there.
pub(super) fn in_view(state: &State) -> Vec<RecordId> {
    let Some(layout) = Layout::of(state) else {
        return Vec::new();
    };
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    let records = &state.records;
    let tail = state.tail.as_ref().filter(|_| state.screen == Screen::Tail);
    let rows: Vec<(u32, u64)> = if let Some(tail) = tail {
        let row = |number| match tail.ring.get(number) {
            Some(Line::Record { row, .. }) => Some((row.bucket, row.offset)),
            _ => None,
        };
        tail.view(layout.tail_rows()).filter_map(row).collect()
    } else {
        let rows = records.scroll.top..records.scroll.top + layout.table_rows();
        let row = |number| records.row(number).map(|row| (row.bucket, row.offset));
        rows.filter_map(row).collect()
    };
    let version = records.past().filter(|_| state.screen == Screen::Records);
    let (topic, version) = (&place.topic, &version);
    let id = |(bucket, offset)| RecordId {
        topic: topic.clone(),
        bucket,
        offset,
        version: version.clone(),
    };
    rows.into_iter().map(id).collect()
}

/// The conditions of what is shown, as one.
fn filter(state: &State) -> Option<String> {
    let conditions = state.asked.filter.conditions();
    let conditions: Vec<String> = conditions.map(|condition| format!("({condition})")).collect();
    (!conditions.is_empty()).then(|| conditions.join(" and "))
}

/// What is shown, as something else could show it too: of a table of several buckets, the records in view of the bucket
/// of the selected one, but in an order of its own those of all.
pub(super) fn view(state: &State) -> Option<View> {
    let place = state.records.place.clone()?;
    let across = state.across();
    let some = across.filter(|across| across.hidden > 0);
    // What lies at a path is read with its column.
    let inner = state.inner();
    let root = |name: &str| {
        let path = inner.iter().find(|path| path.name == name);
        path.map_or_else(|| name.to_owned(), |path| path.root().to_owned())
    };
    let columns = some.map(|across| {
        let mut names: Vec<String> = Vec::new();
        for name in across.shown.iter().map(|column| root(&column.name)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    });
    let view = |what, bucket| View {
        root: state.named_root.clone(),
        topic: place.topic.clone(),
        bucket,
        past: state.records.past().filter(|_| state.screen == Screen::Records),
        columns,
        filter: filter(state),
        texts: state.asked.filter.needles().map(|text| text.text().into()).collect(),
        what,
    };
    match state.screen {
        Screen::Tail => Some(view(What::Tail, place.bucket)),
        Screen::Versions => {
            let bucket = state.versions.as_ref().map(|list| list.bucket.bucket);
            Some(view(What::Versions, bucket))
        }
        Screen::Records => {
            let rows = in_view(state);
            let listed = state.records.listed.as_ref();
            if let Some(sort) = listed.and_then(|listed| listed.asked.sort.clone()) {
                let (skip, limit) = (state.records.scroll.top, rows.len() as u64);
                let pinned = state.records.pin.as_ref().map(|pin| pin.bucket);
                return Some(view(What::Sorted { sort, skip, limit }, pinned.or(place.bucket)));
            }
            let bucket = current_bucket(state);
            let own: Vec<&RecordId> = rows.iter().filter(|id| id.bucket == bucket).collect();
            let offset = own.first()?.offset;
            let row = (state.records.scroll.top..).map_while(|row| state.records.extents.find(row));
            let row = row.into_iter().find(|(of, _)| *of == bucket).map_or(0, |(_, row)| row);
            let what = What::Records { offset, row, limit: own.len() as u64 };
            Some(view(what, Some(bucket)))
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;

    fn after(keys: &str) -> State {
        let mut state = opened(Size { width: 140, height: 30 });
        press(&mut state, &[Key::End, Key::Enter]);
        press(&mut state, &keys.chars().map(Key::Char).collect::<Vec<_>>());
        state
    }

    fn copied(state: &State) -> (&str, &str) {
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        (state.to_terminal.as_deref().unwrap_or_default(), said.unwrap_or_default())
    }

    #[test]
    fn each_part_is_copied_and_named() {
        for (keys, text, said) in [
            ("yy", "t-00000", "copied `id` of traces/0 · 0, 7 B: through the terminal (OSC 52)"),
            ("llyv", "1309.9", "copied `latency_ms` of traces/0 · 0, 6 B"),
            ("jyo", "0:1", "copied the offset `0:1`, 3 B"),
            ("Yc", "lanceq get traces --bucket 0 --offset 0 --limit 23", "copied the command for"),
            ("-Yc", "--columns model,latency_ms,prompt,usage,embedding", "copied the command"),
            ("fYc", "lanceq tail traces", "copied the command for this view of `traces`"),
            ("vYc", "lanceq versions traces --bucket 0", "copied the command"),
            ("Yr", "reader.get(0, 23).await", "copied the function in Rust"),
            ("llooYc", "lanceq get traces --sort latency_ms:desc --skip ", "copied the command"),
        ] {
            let state = after(keys);
            let (found, notice) = copied(&state);
            assert!(found.contains(text), "{keys}: {found}");
            assert!(notice.starts_with(said), "{keys}: {notice}");
            assert!(matches!(state.overlay, Overlay::None), "{keys}");
        }
    }

    #[test]
    fn a_column_is_copied_as_far_as_it_is_in_view() {
        let state = after("lyc");
        let (text, said) = copied(&state);
        assert_eq!(text.lines().count(), 23);
        assert!(said.starts_with("copied `model` of the 23 records in view"), "{said}");
    }

    #[test]
    fn in_the_detail_the_value_of_the_cursor_is_meant_and_its_path() {
        let mut state = after("");
        press(&mut state, &[Key::Enter, Key::End, Key::Up, Key::Enter, Key::Down]);
        press(&mut state, &[Key::Char('y'), Key::Char('p')]);
        assert_eq!(copied(&state).0, "usage.input");
        press(&mut state, &[Key::Char('y'), Key::Char('y')]);
        assert_eq!(copied(&state).0, "775");
    }

    #[test]
    fn what_cannot_be_copied_says_why() {
        for (keys, why) in [
            (
                "oYp",
                "pylance reads one bucket at a time; c copies the command that sorts all of them",
            ),
            ("yp", "paths are those of the detail: ↵ opens it"),
            ("fYp", "pylance does not follow what arrives; c copies the command that does"),
        ] {
            let state = after(keys);
            assert_eq!(copied(&state), ("", why), "{keys}");
        }
    }
}
