//! The branches of the bucket whose versions are listed: listing them, and opening one.

use super::pin;
use crate::tui::effect::{Effect, To};
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{Overlay, Scroll, State};

/// Opens the list, or closes it.
pub(super) fn toggle(state: &mut State) {
    state.overlay = match state.overlay {
        Overlay::Branches(_) => Overlay::None,
        _ => Overlay::Branches(Scroll::default()),
    };
}

/// Moves in the list.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = Layout::of(state).map_or(0, |layout| layout.box_rows());
    let total = total(state);
    if let Overlay::Branches(scroll) = &mut state.overlay {
        scroll.step(motion, height, total);
    }
}

/// Keeps the selection in the list, which may have been read again.
pub(super) fn fit(state: &mut State, height: u64) {
    let total = total(state);
    if let Overlay::Branches(scroll) = &mut state.overlay {
        scroll.fit(height, total);
    }
}

fn total(state: &State) -> u64 {
    state.versions.as_ref().map_or(0, |list| list.branches.len() as u64)
}

/// Goes to the newest version of the selected branch.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Overlay::Branches(scroll) = &state.overlay else {
        return Vec::new();
    };
    let selected = usize::try_from(scroll.selected).unwrap_or(usize::MAX);
    let Some(list) = &state.versions else { return Vec::new() };
    let Some(branch) = list.branches.get(selected) else {
        return Vec::new();
    };
    let (bucket, to) = (list.bucket.bucket, To::Branch(branch.branch.as_str().into()));
    state.overlay = Overlay::None;
    pin::look(state, bucket, to)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use crate::tui::effect::Past;
    use crate::tui::input::{Context, Key};
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::state::State;

    const VERSIONS: Key = Key::Char('v');
    const BRANCHES: Key = Key::Char('b');

    /// At the versions of the topic so many above the last one; `metrics` is two above, and has branches.
    fn versions(above: usize, keys: &[Key]) -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        let up = vec![Key::Up; above];
        press(&mut state, &[&[Key::End][..], &up, &[Key::Enter, VERSIONS], keys].concat());
        state
    }

    #[test]
    fn a_branch_is_opened_stepped_through_and_left() {
        let mut state = versions(2, &[BRANCHES]);
        assert_eq!(state.context(), Context::Branches);
        press(&mut state, &[Key::Down, Key::Enter]);
        let past = |version| Some(Past { branch: Some("what-if".into()), version });
        assert_eq!((state.context(), state.records.past()), (Context::Records, past(483)));
        assert_eq!(state.selected_record().unwrap().version, past(483));
        press(&mut state, &[Key::Char('[')]);
        assert_eq!(state.records.past(), past(482));
        press(&mut state, &[Key::Char(']'), Key::Char(']')]);
        assert_eq!(state.records.past(), past(483), "a branch has no now to go on to");
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("v 483 is the newest version of the branch `what-if`"));
        press(&mut state, &[Key::Char('m')]);
        assert!(state.marks.list().is_empty(), "marks are of the bucket's own records");
        press(&mut state, &[Key::Esc]);
        assert_eq!((state.context(), state.records.past()), (Context::Records, None));
    }

    #[test]
    fn where_there_are_none_that_is_said() {
        let state = versions(1, &[BRANCHES]);
        assert_eq!(state.context(), Context::Versions);
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("this bucket has no branches: other programs make them"));
    }
}
