//! Names of topics, cursors, and the words of the command line for times.

use std::path::{Component, Path};

use chrono::{DateTime, TimeDelta};

use super::text_of;
use crate::cli::moment::{Place, seconds, tail_start};
use crate::{At, Cursor, From, MAX_TOPIC_NAME, Position, TopicName};

/// A name that is taken is one folder below the root, as it was written; a refusal holds nothing to obey.
pub(crate) fn name(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    match text.parse::<TopicName>() {
        Ok(name) => {
            assert_eq!(name.as_str(), text);
            assert!((1..=MAX_TOPIC_NAME).contains(&text.len()));
            let parts: Vec<Component<'_>> = Path::new(text).components().collect();
            assert_eq!(parts, [Component::Normal(text.as_ref())]);
            assert_eq!(TopicName::of_folder(text), Some(name));
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
    }
    if let Some(name) = TopicName::of_folder(text) {
        assert_eq!(Path::new("root").join(name.as_str()).parent(), Some(Path::new("root")));
    }
}

/// A cursor reads back from its text, and means the same.
pub(crate) fn cursor(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    if let Ok(cursor) = text.parse::<Cursor>() {
        let again = cursor.to_string().parse::<Cursor>().expect("a cursor has a text");
        assert_eq!(again, cursor);
    }
    if let Ok(position) = text.parse::<Position>() {
        assert_eq!(position.to_string().parse(), Ok(position));
        let mut cursor = Cursor::default();
        cursor.set(3, position);
        assert_eq!(cursor.to_string(), format!("3:{position}"));
    }
}

/// What names a time is in reach of the calendar, and a number is that number.
pub(crate) fn moment(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    if let Ok(place) = text.parse::<Place>() {
        match (&place, place.seen_at(now)) {
            (Place::Ago(span), At::Time(at)) => {
                assert!(*span >= TimeDelta::zero() && at <= now && now - at == *span);
            }
            (Place::Fixed(fixed), at) => assert_eq!(*fixed, at),
            (place, at) => panic!("{place:?} is {at:?}"),
        }
        match place {
            Place::Fixed(At::Version(version)) => assert_eq!(text.trim().parse(), Ok(version)),
            Place::Fixed(At::Tag(tag)) => assert_eq!(tag, text.trim()),
            _ => {}
        }
    }
    match tail_start(text) {
        Ok(From::Last(last)) => assert_eq!(tail_start(&format!("-{last}")), Ok(From::Last(last))),
        Ok(From::Offset(at)) => assert_eq!(tail_start(&at.to_string()), Ok(From::Offset(at))),
        _ => {}
    }
    if let Ok(span) = seconds(text) {
        let again = seconds(&format!("{:?}", span.as_secs_f64())).expect("a span has a text");
        assert!(again.abs_diff(span).as_secs_f64() <= span.as_secs_f64() * 1e-15 + 1e-9);
    }
}
