//! Processes put and are killed while every other command works on the same topic, and is killed too.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lanceq::{Engine, Job};

use crate::child::{Putter, Said};
use crate::kills::{Dice, kills};
use crate::oracle::{records, violation};
use crate::scratch::Scratch;

/// What is done beside. A restore is not: it takes records away, as it is told to.
const COMMANDS: [&[&str]; 13] = [
    &["flush", "t"],
    &["repair", "t"],
    &["cleanup", "t", "--keep", "1"],
    &["compact", "t"],
    &["verify", "t"],
    &["tag", "t", "a"],
    &["tag", "t", "a", "--delete"],
    &["versions", "t"],
    &["get", "t", "--filter", "n > 3", "--limit", "50"],
    &["tail", "t", "--from", "start", "--timeout", "5"],
    &["tail", "t", "--group", "g", "--timeout", "5"],
    &["groups", "t", "g", "--reset"],
    &["stats", "t"],
];
const LEVELS: [&str; 2] = ["os", "always"];
/// Rounds of one topic.
const ROUNDS: u64 = 10;
const KILLS_A_ROUND: u64 = 4;

const COMPACT: &[&str] = &["compact", "t"];
const CLEAN_UP: &[&str] = &["cleanup", "t", "--keep", "1"];
/// The steps of maintenance.
const STEPS: [(&str, &[&str]); 9] = [
    ("compact.reserve", COMPACT),
    ("compact.rewritten", COMPACT),
    ("compact.synced", COMPACT),
    ("compact.commit", COMPACT),
    ("commit.linked", COMPACT),
    ("cleanup.based", CLEAN_UP),
    ("cleanup.unnamed", CLEAN_UP),
    ("cleanup.look", CLEAN_UP),
    ("cleanup.file", CLEAN_UP),
];
const A_STEP: u64 = 6;

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

/// What is wrong after deaths at a step of maintenance beside a process that puts and is killed, and how many died there.
async fn broken_at(step: &str, command: &[&str], off: &str) -> (Option<String>, u64) {
    let (mut dice, seed) = Dice::new();
    let folder = Scratch::new();
    let (mut all, mut deaths): (Vec<Said>, u64) = (Vec::new(), 0);
    for round in 0..A_STEP {
        let before = Putter::start(folder.path(), "os", 2 * round, 0, None);
        all.push(before.kill_after(true, Duration::from_millis(40 + dice.roll(20))));
        let mut putter = Putter::start(folder.path(), "os", 2 * round + 1, 0, None);
        putter.acks_within(Duration::from_secs(5));
        // The others are passed once.
        let is_each = matches!(step, "cleanup.unnamed" | "cleanup.file");
        let nth = if is_each { 1 + dice.roll(2) } else { 1 };
        let mut child = Command::new(env!("CARGO_BIN_EXE_lanceq"));
        child.arg("--root").arg(folder.path()).args(command);
        child.env("LANCEQ_CRASH", format!("{step}:{nth}")).env("LANCEQ_OFF", off);
        child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        deaths += u64::from(child.status().unwrap().signal().is_some());
        all.push(putter.kill_after(false, Duration::from_micros(dice.roll(20_000))));
        let found = match violation(&records(folder.path()).await, &all) {
            None => damage(folder.path()).await,
            found => found,
        };
        if let Some(found) = found {
            return (Some(format!("{step}:{nth}, seed {seed}, round {round}: {found}")), deaths);
        }
    }
    (None, deaths)
}

/// What a version that is listed cannot be read for.
async fn damage(root: &Path) -> Option<String> {
    let engine = Engine::open(root).await.unwrap();
    match engine.verify("t", None, &Job::new()).await {
        Ok(found) => {
            let damage = found.into_iter().flat_map(|bucket| bucket.damage).next();
            damage.map(|damage| format!("{}: {}", damage.file.display(), damage.what))
        }
        Err(error) => Some(error.to_string()),
    }
}

#[tokio::test]
async fn maintenance_that_dies_at_any_step_beside_puts_loses_nothing_and_leaves_what_can_be_read() {
    for (step, command) in STEPS {
        let (broken, deaths) = broken_at(step, command, "").await;
        assert_eq!(broken, None);
        assert!(deaths > A_STEP / 2, "{step} was passed in {deaths} of {A_STEP}");
    }
}

/// With files removed before the names of their versions, a death in between leaves versions that cannot be read.
#[tokio::test]
async fn a_clean_up_in_the_wrong_order_is_found_out() {
    let (broken, _) = broken_at("cleanup.based", CLEAN_UP, "cleanup-order").await;
    eprintln!("cleanup-order: {:?}", broken.expect("nothing was found"));
}
