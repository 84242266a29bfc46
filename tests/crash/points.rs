//! A process dies at each step of a put and of a flush.

use std::time::Duration;

use crate::child::{Putter, Said};
use crate::kills::Dice;
use crate::oracle::{records, violation};
use crate::scratch::Scratch;

pub(crate) const POINTS: [&str; 11] = [
    "put.locked",
    "put.written",
    "seal.sealed",
    "seal.done",
    "flush.staged",
    "flush.synced",
    "flush.commit",
    "commit.link",
    "commit.linked",
    "flush.committed",
    "release.one",
];
const A_POINT: u64 = 20;

#[tokio::test]
async fn a_process_that_dies_at_any_step_loses_and_doubles_nothing() {
    let (mut dice, seed) = Dice::new();
    for point in POINTS {
        let folder = Scratch::new();
        let mut all: Vec<Said> = Vec::new();
        let mut deaths = 0;
        for series in 0..A_POINT {
            // A flush takes longer than all the puts that a child makes: there are few.
            let nth = if point.starts_with("put") { 1 + dice.roll(3) } else { 1 };
            let crash = format!("{point}:{nth}");
            let putter = Putter::start(folder.path(), "os", series, 0, Some(&crash));
            let (said, died) = putter.until_it_dies(Duration::from_secs(5));
            deaths += u64::from(died);
            all.push(said);
            let found = violation(&records(folder.path()).await, &all);
            assert_eq!(found, None, "{crash}, seed {seed}, kill {series}");
        }
        assert!(deaths > A_POINT / 2, "{point} was passed in {deaths} of {A_POINT}, seed {seed}");
    }
}
