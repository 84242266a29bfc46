//! What a version says of an import: how far it had come when the version was made, in the same commit as the records.

use std::fmt;

use lance::dataset::transaction::Operation;
use uuid::Uuid;

use super::table::Table;

/// The transaction property that holds a mark.
pub(super) const PROPERTY: &str = "lanceq_import";
/// The first word of a mark's text; other texts are of a version that this one does not know.
const FORM: &str = "1";

/// All records of an import with numbers below `next` that belong into this bucket are rows of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportMark {
    pub(crate) import: Uuid,
    pub(crate) next: u64,
}

/// What a version tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Mark(ImportMark),
    /// It is not of an import.
    Nothing,
    /// It is gone, or cannot be read.
    Unknown,
}

impl ImportMark {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        if words.next()? != FORM {
            return None;
        }
        let mark = Self { import: words.next()?.parse().ok()?, next: words.next()?.parse().ok()? };
        words.next().is_none().then_some(mark)
    }
}

impl fmt::Display for ImportMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FORM} {} {}", self.import, self.next)
    }
}

impl Table {
    /// Asks a version how far an import had come. Reads one manifest; none for the table's own version.
    pub(crate) async fn import_mark(&self, version: u64) -> Told {
        let Ok(found) = self.transaction(version).await else { return Told::Unknown };
        let Some(transaction) = found.transaction else { return Told::Nothing };
        if !matches!(transaction.operation, Operation::Append { .. }) {
            return Told::Nothing;
        }
        let properties = transaction.transaction_properties.as_ref();
        match properties.and_then(|properties| properties.get(PROPERTY)) {
            None => Told::Nothing,
            Some(text) => ImportMark::parse(text).map_or(Told::Unknown, Told::Mark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_from_its_text_and_nothing_else_does() {
        let mark = ImportMark { import: Uuid::from_u128(7), next: 1_000_000 };
        assert_eq!(ImportMark::parse(&mark.to_string()), Some(mark));
        for text in ["", "1", "2 00000000-0000-0000-0000-000000000007 1", "1 x 1"] {
            assert_eq!(ImportMark::parse(text), None, "{text}");
        }
        assert_eq!(ImportMark::parse(&format!("{mark} 7")), None);
    }
}
