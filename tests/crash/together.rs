//! Four processes put, flush and read one topic at once, and are killed.

use std::time::Duration;

use crate::child::{Putter, Said};
use crate::kills::{Dice, kills};
use crate::oracle::{records, violation};
use crate::scratch::Scratch;

const PROCESSES: u64 = 4;
/// Rounds of one topic.
const ROUNDS: u64 = 10;

#[tokio::test]
async fn four_processes_that_are_killed_at_any_moment_lose_and_double_nothing() {
    let (mut dice, seed) = Dice::new();
    for topic in 0..kills().div_ceil(ROUNDS * PROCESSES) {
        let folder = Scratch::new();
        let mut all: Vec<Said> = Vec::new();
        for round in 0..ROUNDS {
            let levels = ["os", "always", "50", "os"];
            let running: Vec<Putter> = (0..PROCESSES)
                .zip(levels)
                .map(|(n, level)| {
                    Putter::start(folder.path(), level, round * PROCESSES + n, 0, None)
                })
                .collect();
            for putter in running {
                let pause = Duration::from_micros(dice.roll(30_000));
                all.push(putter.kill_after(dice.roll(4) > 0, pause));
                // A reader beside those that still run.
                let found = records(folder.path()).await;
                let dead = violation(&found, &all);
                assert_eq!(dead, None, "seed {seed}, topic {topic}, round {round}");
            }
        }
    }
}
