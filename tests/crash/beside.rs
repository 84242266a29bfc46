//! Processes put and are killed while every other command works on the same topic, and is killed too.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::child::{Putter, Said};
use crate::kills::{Dice, kills};
use crate::oracle::{records, violation};
use crate::scratch::Scratch;

/// What is done beside. A restore is not: it takes records away, as it is told to.
const COMMANDS: [&[&str]; 10] = [
    &["flush", "t"],
    &["repair", "t"],
    &["cleanup", "t", "--keep", "1"],
    &["verify", "t"],
    &["tag", "t", "a"],
    &["tag", "t", "a", "--delete"],
    &["versions", "t"],
    &["get", "t", "--filter", "n > 3", "--limit", "50"],
    &["tail", "t", "--from", "start", "--timeout", "5"],
    &["stats", "t"],
];
const LEVELS: [&str; 2] = ["os", "always"];
/// Rounds of one topic.
const ROUNDS: u64 = 10;
const KILLS_A_ROUND: u64 = 4;

fn begin(root: &Path, command: &[&str]) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lanceq"));
    child.arg("--root").arg(root).args(command);
    child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test]
async fn processes_killed_beside_every_other_command_lose_and_double_nothing() {
    let (mut dice, seed) = Dice::new();
    let pick = |dice: &mut Dice| {
        let number = usize::try_from(dice.roll(COMMANDS.len() as u64)).unwrap();
        COMMANDS[number]
    };
    for topic in 0..kills().div_ceil(ROUNDS * KILLS_A_ROUND) {
        let folder = Scratch::new();
        let mut all: Vec<Said> = Vec::new();
        for round in 0..ROUNDS {
            let started = LEVELS.into_iter().zip(2 * round..);
            let running: Vec<Putter> = started
                .map(|(level, series)| Putter::start(folder.path(), level, series, 0, None))
                .collect();
            let beside = [pick(&mut dice), pick(&mut dice)];
            let children = beside.map(|command| begin(folder.path(), command));
            for putter in running {
                let pause = Duration::from_micros(dice.roll(60_000));
                all.push(putter.kill_after(dice.roll(4) > 0, pause));
            }
            for mut child in children {
                child.kill().unwrap();
                child.wait().unwrap();
            }
            let found = violation(&records(folder.path()).await, &all);
            assert_eq!(found, None, "{beside:?}, seed {seed}, topic {topic}, round {round}");
        }
    }
}
