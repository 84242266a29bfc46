//! The whole table of actions: its parts one after the other.

use super::action::{ACTIONS, Entry};
use super::around::AROUND;
use super::asking::ASKING;
use super::columns::COLUMNS;
use super::copying::COPYING;
use super::leaving::LEAVING;
use super::moves::MOVES;
use super::putting::PUTTING;
use super::reading::{FINDING, FOLDING};
use super::travel::TRAVEL;
use super::waymarks::WAYMARKS;

/// All actions, in the order of the footer and of the help.
pub(crate) fn actions() -> impl Iterator<Item = &'static Entry> {
    let reading = FOLDING.iter().chain(ACTIONS).chain(TRAVEL).chain(FINDING);
    let reading = reading.chain(COPYING).chain(ASKING);
    let reading = reading.chain(PUTTING);
    reading.chain(COLUMNS).chain(WAYMARKS).chain(LEAVING).chain(AROUND).chain(MOVES)
}
