//! How a person arranged the columns of a topic: order, width, which are hidden, which stay in view.

use serde::{Deserialize, Serialize};

use crate::tui::data::{Column, PathColumn, PathColumns};

/// Narrowest and widest that a column can be made.
const WIDTHS: (u16, u16) = (3, 200);

/// The columns of a topic that were arranged, in their order; any other comes behind them as the schema has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Arrangement {
    columns: Vec<Placed>,
}

/// One column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Placed {
    name: String,
    /// Where its values lie, where it is no column of the schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    path: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    frozen: bool,
    /// Cells; none where its values say how wide it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<u16>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A column, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stand<'a> {
    pub(crate) column: &'a Column,
    pub(crate) hidden: bool,
    pub(crate) frozen: bool,
    pub(crate) width: Option<u16>,
}

/// A column that may be shown, for a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) name: String,
    /// Its type.
    pub(crate) kind: String,
    pub(crate) hidden: bool,
    pub(crate) frozen: bool,
}

impl Choice {
    /// What is to be said of a column.
    pub(super) fn of(stand: &Stand<'_>) -> Self {
        let Stand { column, hidden, frozen, .. } = *stand;
        Self { name: column.name.clone(), kind: column.kind.clone(), hidden, frozen }
    }
}

impl Arrangement {
    /// Columns as the schema has them, of which some are hidden and some stay in view.
    pub(super) fn preset(
        columns: &[Column],
        (hidden, frozen): &(Vec<String>, Vec<String>),
    ) -> Self {
        let mut preset = Self::default();
        if hidden.is_empty() && frozen.is_empty() {
            return preset;
        }
        preset.learn(columns);
        // Something is always shown.
        let some_left = columns.iter().any(|column| !hidden.contains(&column.name));
        for placed in &mut preset.columns {
            placed.hidden = some_left && hidden.contains(&placed.name);
            placed.frozen = frozen.contains(&placed.name);
        }
        preset
    }

    /// All columns in their order: those that stay in view first.
    pub(super) fn stands<'a>(&self, columns: &'a [Column]) -> Vec<Stand<'a>> {
        let of = |placed: &Placed| {
            let column = columns.iter().find(|column| column.name == placed.name)?;
            let Placed { hidden, frozen, width, .. } = *placed;
            Some(Stand { column, hidden, frozen, width })
        };
        let mut stands: Vec<Stand<'a>> = self.columns.iter().filter_map(of).collect();
        let new = columns.iter().filter(|column| self.get(&column.name).is_none());
        stands.extend(new.map(|column| Stand {
            column,
            hidden: false,
            frozen: false,
            width: None,
        }));
        stands.sort_by_key(|stand| !stand.frozen);
        stands
    }

    /// The columns that are made of what lies at a path.
    pub(crate) fn inner(&self) -> PathColumns {
        let inner = self.columns.iter().filter(|placed| !placed.path.is_empty());
        let column =
            |placed: &Placed| PathColumn { name: placed.name.clone(), path: placed.path.clone() };
        inner.map(column).collect()
    }

    /// Makes a column of what lies at a path, behind the others; where it is there already, takes it away. Returns
    /// whether it is there now.
    pub(crate) fn turn(&mut self, columns: &[Column], column: &PathColumn) -> bool {
        self.learn(columns);
        let before = self.columns.len();
        self.columns.retain(|placed| placed.path != column.path);
        if self.columns.len() < before {
            return false;
        }
        let (name, path) = (column.name.clone(), column.path.clone());
        self.columns.push(Placed { name, path, ..Placed::default() });
        true
    }

    /// Hides a column, or shows it.
    pub(crate) fn hide(&mut self, columns: &[Column], name: &str, hidden: bool) {
        if let Some(placed) = self.placed(columns, name) {
            placed.hidden = hidden;
        }
    }

    /// Shows every column.
    pub(crate) fn show_all(&mut self) {
        for placed in &mut self.columns {
            placed.hidden = false;
        }
    }

    /// Keeps a column in view, or lets it scroll with the others; returns whether it stays.
    pub(crate) fn freeze(&mut self, columns: &[Column], name: &str) -> bool {
        let placed = self.placed(columns, name);
        placed.is_some_and(|placed| {
            placed.frozen = !placed.frozen;
            placed.frozen
        })
    }

    /// Gives a column a width, or the one that its values need.
    pub(crate) fn resize(&mut self, columns: &[Column], name: &str, width: Option<u16>) {
        if let Some(placed) = self.placed(columns, name) {
            placed.width = width.map(|width| width.clamp(WIDTHS.0, WIDTHS.1));
        }
    }

    /// Moves a column past its neighbour among those that are shown, to the right or to the left; one that stays in
    /// view stays among those that do. Returns whether there was one.
    pub(crate) fn shift(&mut self, columns: &[Column], name: &str, right: bool) -> bool {
        let stands = self.stands(columns);
        let Some(own) = stands.iter().find(|stand| stand.column.name == name) else {
            return false;
        };
        let beside = stands.iter().filter(|stand| !stand.hidden && stand.frozen == own.frozen);
        let beside: Vec<&str> = beside.map(|stand| stand.column.name.as_str()).collect();
        let at = beside.iter().position(|other| *other == name);
        let other = match (at, right) {
            (Some(at), true) => beside.get(at + 1),
            (Some(at), false) => at.checked_sub(1).and_then(|at| beside.get(at)),
            (None, _) => None,
        };
        let Some(other) = other.map(|other| (*other).to_owned()) else {
            return false;
        };
        self.learn(columns);
        let place = |all: &[Placed], name: &str| all.iter().position(|placed| placed.name == name);
        if let (Some(from), Some(to)) = (place(&self.columns, name), place(&self.columns, &other)) {
            let placed = self.columns.remove(from);
            self.columns.insert(to, placed);
        }
        true
    }

    fn get(&self, name: &str) -> Option<&Placed> {
        self.columns.iter().find(|placed| placed.name == name)
    }

    fn placed(&mut self, columns: &[Column], name: &str) -> Option<&mut Placed> {
        self.learn(columns);
        self.columns.iter_mut().find(|placed| placed.name == name)
    }

    /// Takes in the columns that it does not know, so that each has a place of its own.
    fn learn(&mut self, columns: &[Column]) {
        for column in columns {
            if self.get(&column.name).is_none() {
                self.columns.push(Placed { name: column.name.clone(), ..Placed::default() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::data::Align;

    fn columns(names: &[&str]) -> Vec<Column> {
        let column =
            |name: &&str| Column { name: (*name).into(), kind: String::new(), align: Align::Left };
        names.iter().map(column).collect()
    }

    fn shown(arrangement: &Arrangement, names: &[&str]) -> String {
        let columns = columns(names);
        let stands = arrangement.stands(&columns);
        stands
            .iter()
            .filter(|stand| !stand.hidden)
            .flat_map(|stand| [stand.column.name.as_str(), if stand.frozen { "!" } else { "" }])
            .collect()
    }

    const ALL: [&str; 4] = ["a", "b", "c", "d"];

    #[test]
    fn columns_move_past_those_that_are_shown_and_within_those_that_stay() {
        let all = columns(&ALL);
        let mut arrangement = Arrangement::default();
        assert_eq!(shown(&arrangement, &ALL), "abcd");
        arrangement.hide(&all, "b", true);
        assert!(arrangement.shift(&all, "c", false));
        assert_eq!(shown(&arrangement, &ALL), "cad");
        assert!(!arrangement.shift(&all, "c", false), "there is nothing to the left");
        assert!(arrangement.freeze(&all, "d"));
        assert!(arrangement.freeze(&all, "a"));
        assert_eq!(shown(&arrangement, &ALL), "a!d!c");
        assert!(!arrangement.shift(&all, "d", true), "it stays among those that stay in view");
        assert!(arrangement.shift(&all, "d", false));
        assert_eq!(shown(&arrangement, &ALL), "d!a!c");
        assert!(!arrangement.freeze(&all, "d"));
        arrangement.show_all();
        assert_eq!(shown(&arrangement, &ALL), "a!cdb");
    }

    #[test]
    fn what_was_set_up_hides_and_freezes_but_never_all() {
        let all = columns(&ALL);
        let set_up = |hidden: &[&str], frozen: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            shown(&Arrangement::preset(&all, &(names(hidden), names(frozen))), &ALL)
        };
        assert_eq!(set_up(&["b", "none"], &["d"]), "d!ac");
        assert_eq!(set_up(&ALL, &[]), "abcd");
    }

    #[test]
    fn a_column_that_comes_later_stands_last_and_one_that_is_gone_leaves_no_trace() {
        let mut arrangement = Arrangement::default();
        arrangement.shift(&columns(&ALL), "d", false);
        assert_eq!(shown(&arrangement, &["new", "d", "c"]), "dcnew");
    }

    #[test]
    fn a_path_becomes_a_column_behind_the_others_and_is_taken_away_again() {
        let path = ["usage".to_owned(), "tokens".to_owned()];
        let tokens = PathColumn::new("usage.tokens", &path);
        let mut arrangement = Arrangement::default();
        assert!(arrangement.turn(&columns(&ALL), &tokens));
        assert_eq!(*arrangement.inner(), *std::slice::from_ref(&tokens));
        let names = ["a", "b", "c", "d", "usage.tokens"];
        assert_eq!(shown(&arrangement, &names), "abcdusage.tokens");
        assert!(arrangement.shift(&columns(&names), "usage.tokens", false));
        assert_eq!(shown(&arrangement, &names), "abcusage.tokensd");
        let text = serde_json::to_string(&arrangement).unwrap();
        assert!(text.contains(r#"{"name":"usage.tokens","path":["usage","tokens"]}"#), "{text}");
        assert_eq!(serde_json::from_str::<Arrangement>(&text).unwrap(), arrangement);
        assert!(!arrangement.turn(&columns(&names), &tokens));
        assert!(arrangement.inner().is_empty());
        assert_eq!(shown(&arrangement, &ALL), "abcd");
    }

    #[test]
    fn what_is_written_reads_back_and_says_only_what_was_chosen() {
        let all = columns(&ALL);
        let mut arrangement = Arrangement::default();
        arrangement.hide(&all, "b", true);
        arrangement.resize(&all, "c", Some(1));
        let text = serde_json::to_string(&arrangement).unwrap();
        let expected =
            r#"[{"name":"a"},{"name":"b","hidden":true},{"name":"c","width":3},{"name":"d"}]"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Arrangement>(&text).unwrap(), arrangement);
    }
}
