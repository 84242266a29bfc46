//! The columns of two versions side by side: which belong together, and in which fragments their values may differ.

use std::collections::HashMap;

use lance::datatypes::Field;
use lance_table::format::Fragment;

use crate::engine::facts::ColumnChange;
use crate::engine::options::Columns;
use crate::engine::record::type_text;

/// A column as each of two versions has it, where it does.
#[derive(Debug, Clone)]
pub(super) struct Pair<'a> {
    pub(super) before: Option<&'a Field>,
    pub(super) after: Option<&'a Field>,
}

impl<'a> Pair<'a> {
    /// All columns of two versions, those of the later one first. They belong together by name, or else by the number that
    /// Lance knows a column by, where it has another name and still its type, and `is_kept` finds the values in their place:
    /// once a column is dropped, another one may get its number.
    pub(super) fn all(
        before: &'a [Field],
        after: &'a [Field],
        is_kept: impl Fn(&Field, &Field) -> bool,
    ) -> Vec<Self> {
        let renamed = |field: &Field| {
            let is_it = |other: &&Field| is_renamed(other, field, after) && is_kept(other, field);
            before.iter().find(is_it)
        };
        let of_before = |field: &Field| {
            let named = before.iter().find(|other| other.name == field.name);
            named.or_else(|| renamed(field))
        };
        let mut pairs: Vec<Self> = after
            .iter()
            .map(|field| Self { before: of_before(field), after: Some(field) })
            .collect();
        let is_paired = |field: &Field| {
            pairs.iter().filter_map(|pair| pair.before).any(|paired| paired.id == field.id)
        };
        let removed: Vec<&Field> = before.iter().filter(|field| !is_paired(field)).collect();
        pairs.extend(removed.into_iter().map(|field| Self { before: Some(field), after: None }));
        pairs
    }

    /// Its name; the later one where it has two.
    pub(super) fn name(&self) -> &'a str {
        self.after.or(self.before).map_or("", |field| field.name.as_str())
    }

    /// Whether it is chosen, under either of its names.
    pub(super) fn is_among(&self, columns: &Columns) -> bool {
        let names = self.before.iter().chain(&self.after).map(|field| field.name.as_str());
        !columns.present(&names.collect::<Vec<_>>()).is_empty()
    }

    /// What the versions do not have in common of it.
    pub(super) fn change(&self) -> Option<ColumnChange> {
        let column = self.name().to_owned();
        let text = |field: &Field| type_text(&field.data_type());
        match (self.before, self.after) {
            (None, Some(field)) => Some(ColumnChange::Added { column, r#type: text(field) }),
            (Some(field), None) => Some(ColumnChange::Removed { column, r#type: text(field) }),
            (Some(before), Some(after)) if before.name != after.name => {
                Some(ColumnChange::Renamed { column, from: before.name.clone() })
            }
            (Some(before), Some(after)) if before.data_type() != after.data_type() => {
                Some(ColumnChange::Retyped { column, from: text(before), to: text(after) })
            }
            _ => None,
        }
    }

    /// Whether a row of two versions of a fragment may have two values in it, though it stands at the same place.
    fn may_differ(&self, before: &Fragment, after: &Fragment) -> bool {
        before.overlays != after.overlays
            || stored(before, self.before) != stored(after, self.after)
    }
}

/// Whether two columns are the same values: whether a fragment that both versions have keeps them in the same files. Where a
/// compaction left none, that cannot be known, and they are two.
pub(super) fn is_kept(
    (was, before): (&Field, &[Fragment]),
    (is, after): (&Field, &[Fragment]),
) -> bool {
    let known: HashMap<u64, &Fragment> = before.iter().map(|f| (f.id, f)).collect();
    let mut both = after.iter().filter_map(|after| Some((*known.get(&after.id)?, after)));
    both.any(|(before, after)| {
        let files = stored(before, Some(was));
        !files.is_empty() && files == stored(after, Some(is))
    })
}

/// Whether a column that lost its name is the one that has this other name now.
fn is_renamed(before: &Field, after: &Field, all_after: &[Field]) -> bool {
    before.id == after.id
        && before.data_type() == after.data_type()
        && all_after.iter().all(|field| field.name != before.name)
}

/// Where a fragment keeps a column: files, and the numbers of the fields in them. Nothing where it is null in every row.
fn stored<'a>(fragment: &'a Fragment, column: Option<&Field>) -> Vec<(&'a str, Option<u32>, i32)> {
    let mut ids = Vec::new();
    if let Some(field) = column {
        number(field, &mut ids);
    }
    let files = fragment.files.iter();
    files
        .flat_map(|file| {
            let held = file.fields.iter().filter(|id| ids.contains(id));
            held.map(|id| (file.path.as_str(), file.base_id, *id))
        })
        .collect()
}

/// The numbers of a column and all that is nested in it.
fn number(field: &Field, ids: &mut Vec<i32>) {
    ids.push(field.id);
    field.children.iter().for_each(|child| number(child, ids));
}

/// The columns in which a row at the same place of the same fragment may have two values, for each fragment that both
/// versions have: files are written once.
pub(super) fn suspects(
    pairs: &[Pair<'_>],
    before: &[Fragment],
    after: &[Fragment],
) -> HashMap<u64, Vec<usize>> {
    let known: HashMap<u64, &Fragment> = before.iter().map(|f| (f.id, f)).collect();
    let both = after.iter().filter_map(|after| Some((*known.get(&after.id)?, after)));
    both.map(|(before, after)| {
        let suspected = pairs.iter().enumerate().filter(|(_, pair)| pair.may_differ(before, after));
        (after.id, suspected.map(|(index, _)| index).collect())
    })
    .collect()
}

/// Whether two versions of a fragment hold the same rows at the same places.
pub(super) fn has_same_rows(before: &Fragment, after: &Fragment) -> bool {
    before.row_id_meta == after.row_id_meta
        && before.deletion_file == after.deletion_file
        && before.physical_rows == after.physical_rows
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;

    fn field(id: i32, name: &str, data_type: DataType) -> Field {
        Field { id, ..Field::new_arrow(name, data_type, true).unwrap() }
    }

    fn changes(before: &[Field], after: &[Field]) -> Vec<String> {
        let all = Pair::all(before, after, |_, _| true);
        let texts = all.iter().filter_map(Pair::change);
        texts.map(|change| serde_json::to_string(&change).unwrap()).collect()
    }

    #[test]
    fn columns_belong_together_by_name_and_renamed_ones_by_number() {
        use DataType::{Int32, Int64, Utf8};
        let before = [field(0, "id", Int64), field(1, "text", Utf8), field(2, "old", Int32)];
        let after = [
            field(0, "id", Int64),
            field(1, "words", Utf8),
            field(5, "old", Int64),
            field(6, "new", Utf8),
        ];
        assert!(changes(&before, &before).is_empty());
        let expected = [
            r#"{"change":"renamed","column":"words","from":"text"}"#,
            r#"{"change":"retyped","column":"old","from":"int32","to":"int64"}"#,
            r#"{"change":"added","column":"new","type":"utf8"}"#,
        ];
        assert_eq!(changes(&before, &after), expected);
        let gone = [r#"{"change":"removed","column":"text","type":"utf8"}"#];
        assert_eq!(changes(&before[..2], &after[..1]), gone);
        assert_eq!(Pair::all(&[], &after, |_, _| true).len(), 4, "there was no version before");
    }

    #[test]
    fn a_number_that_was_given_anew_is_another_column() {
        use DataType::{Int64, Utf8};
        let found = changes(&[field(0, "a", Int64)], &[field(0, "b", Utf8)]);
        assert_eq!(found.len(), 2, "{found:?}");
        let (before, after) = ([field(0, "a", Int64)], [field(0, "b", Int64)]);
        assert_eq!(Pair::all(&before, &after, |_, _| true).len(), 1, "where the values are kept");
        assert_eq!(Pair::all(&before, &after, |_, _| false).len(), 2, "where they are not");
        let swapped = [field(1, "a", Int64), field(0, "b", Int64)];
        let pairs = Pair::all(&[field(0, "a", Int64), field(1, "b", Int64)], &swapped, |_, _| true)
            .iter()
            .map(|pair| (pair.before.unwrap().name.clone(), pair.name().to_owned()))
            .collect::<Vec<_>>();
        assert_eq!(pairs, [("a".into(), "a".into()), ("b".into(), "b".into())]);
    }
}
