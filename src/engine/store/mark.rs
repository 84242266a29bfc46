//! What a flush says in its version: which records of which log became which offsets.

use std::collections::HashMap;
use std::fmt;

use uuid::Uuid;

/// The transaction property that holds a mark.
pub(super) const PROPERTY: &str = "lanceq";
/// The first word of a mark's text; other texts are of a version that this one does not know.
const FORM: &str = "1";

/// Log positions `first..end` of a log became the offsets from `offset` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FlushMark {
    pub(crate) log: Uuid,
    pub(crate) first: u64,
    pub(crate) end: u64,
    pub(crate) offset: u64,
}

impl FlushMark {
    pub(super) fn properties(&self) -> HashMap<String, String> {
        HashMap::from([(PROPERTY.to_owned(), self.to_string())])
    }

    /// The mark in a text; `None` for a text that is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        if words.next()? != FORM {
            return None;
        }
        let log = words.next()?.parse().ok()?;
        let mut number = || words.next()?.parse::<u64>().ok();
        let mark = Self { log, first: number()?, end: number()?, offset: number()? };
        (words.next().is_none() && mark.first <= mark.end).then_some(mark)
    }
}

impl fmt::Display for FlushMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { log, first, end, offset } = self;
        write!(f, "{FORM} {log} {first} {end} {offset}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_from_its_text_and_nothing_else_does() {
        let mark = FlushMark { log: Uuid::from_u128(3), first: 5, end: 9, offset: 12 };
        assert_eq!(FlushMark::parse(&mark.to_string()), Some(mark));
        for text in ["", "1", "2 x 1 2 3", "1 00000000-0000-0000-0000-000000000003 9 5 12"] {
            assert_eq!(FlushMark::parse(text), None, "{text}");
        }
        assert_eq!(FlushMark::parse(&format!("{mark} 7")), None);
    }
}
