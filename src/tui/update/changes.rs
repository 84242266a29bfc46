//! What happens by itself: changes on disk, and time.

use chrono::NaiveDateTime;

use crate::tui::data::Fault;
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::state::{Severity, State};
use crate::{Change, WatchMode};

/// Takes a hint that something changed: the named thing is asked for again where it is in view.
pub(super) fn take(state: &mut State, change: Change, watch: WatchMode) -> Vec<Effect> {
    state.watch = watch;
    match change {
        Change::Topics => vec![state.loads.begin(Slot::Topics, Request::Topics)],
        Change::Topic(name) => {
            if let Some(topic) = state.topics.get_mut(&name) {
                topic.stale = true;
            }
            Vec::new()
        }
    }
}

/// Tells what the program says that the explorer runs in.
pub(super) fn tell(state: &mut State, text: String) -> Vec<Effect> {
    state.say(Severity::Failed, text);
    Vec::new()
}

/// Tells what broke in the background; whoever prints such things has written on the screen.
pub(super) fn mourn(state: &mut State, Fault { message, hint, .. }: Fault) -> Vec<Effect> {
    state.repaint = true;
    let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    state.say(Severity::Failed, format!("{message}{hint}"));
    Vec::new()
}

/// Lets a second pass.
pub(super) fn pass_time(state: &mut State, now: NaiveDateTime) -> Vec<Effect> {
    if let Some(tail) = &mut state.tail {
        tail.rate.add(now, 0);
    }
    for topic in &mut state.topics.list {
        topic.rates.pass(now);
        topic.lag.pass(now);
    }
    Vec::new()
}
