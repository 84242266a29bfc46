//! The table of actions in groups, as the help shows it: what belongs together stands together.

use super::action::{Action, Entry};
use super::table::actions;

/// What an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Look,
    Change,
    Move,
    Program,
}

/// The groups in the order of the help, and what they are called there.
const GROUPS: [(Group, &str); 4] = [
    (Group::Look, "look"),
    (Group::Change, "put, flush and restore"),
    (Group::Move, "move"),
    (Group::Program, "the explorer"),
];

/// One row of the help.
pub(crate) enum HelpRow {
    Heading(&'static str),
    Entry(&'static Entry),
}

/// All rows of the help.
pub(crate) fn help_rows() -> impl Iterator<Item = HelpRow> {
    GROUPS.iter().flat_map(|(group, name)| {
        let entries = actions().filter(move |entry| of(entry) == *group);
        std::iter::once(HelpRow::Heading(name)).chain(entries.map(HelpRow::Entry))
    })
}

fn of(entry: &Entry) -> Group {
    match entry.action {
        _ if entry.changes() => Group::Change,
        Action::NextField
        | Action::PreviousField
        | Action::Null
        | Action::EmptyDraft
        | Action::TurnJson
        | Action::NextRefused => Group::Change,
        Action::Move(_)
        | Action::NextPane
        | Action::PreviousPane
        | Action::NextRecord
        | Action::PreviousFlush
        | Action::NextFlush
        | Action::GoToPut
        | Action::PreviousRecord => Group::Move,
        Action::Refresh
        | Action::Jobs
        | Action::Stop
        | Action::Suspend
        | Action::Help
        | Action::Palette
        | Action::Log
        | Action::Mouse
        | Action::Theme
        | Action::ReadOnly
        | Action::Deeds
        | Action::Screenshot
        | Action::Back
        | Action::Quit => Group::Program,
        _ => Group::Look,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text::sanitize;

    /// Cells of a title that fit beside the keys on 80 columns.
    const LONGEST_TITLE: u16 = 62;

    #[test]
    fn the_help_has_every_action_once() {
        let mut ids: Vec<&str> = help_rows()
            .filter_map(|row| match row {
                HelpRow::Entry(entry) => Some(entry.id),
                HelpRow::Heading(_) => None,
            })
            .collect();
        ids.sort_unstable();
        let mut all: Vec<&str> = actions().map(|entry| entry.id).collect();
        all.sort_unstable();
        assert_eq!(ids, all);
    }

    #[test]
    fn a_title_is_never_cut_on_eighty_columns() {
        for entry in actions() {
            assert!(sanitize::width(entry.title) <= LONGEST_TITLE, "{}: {}", entry.id, entry.title);
        }
    }
}
