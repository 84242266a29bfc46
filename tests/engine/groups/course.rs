//! A group in the course of puts, flushes, compactions and rows of another program, reopened again and again.

use std::sync::Arc;

use lance::dataset::WriteMode;
use lanceq::fault::{Plan, Then};
use lanceq::{Engine, Group, Job, Writer};

use super::{group, taken};
use crate::foreign::{own, write};
use crate::setup::{Setup, put_all};

/// Numbers that look random, and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What another program puts is numbered from here on.
const FOREIGN: u64 = 1_000_000;

struct Course {
    setup: Setup,
    dice: Dice,
    writer: Writer,
    group: Group,
    own: u64,
    foreign: u64,
    /// What was handed out before a commit.
    committed: Vec<u64>,
    /// What was handed out since.
    open: Vec<u64>,
    reopened: u64,
}

impl Course {
    async fn begin(seed: u64) -> Self {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").flush_threshold(usize::MAX).maintenance(false);
        let writer = writer.open().await.unwrap();
        put_all(&writer, 0..1).await;
        let group = group(&setup.other().await).await;
        let (committed, open) = (Vec::new(), Vec::new());
        let dice = Dice(seed);
        Self { setup, dice, writer, group, own: 1, foreign: 0, committed, open, reopened: 0 }
    }

    async fn step(&mut self) {
        match self.dice.roll(20) {
            0..6 => {
                let count = 1 + self.dice.roll(5);
                put_all(&self.writer, self.own..self.own + count).await;
                self.own += count;
            }
            6..8 => drop(self.writer.flush().await.unwrap()),
            8..10 => {
                let count = 1 + self.dice.roll(3);
                let number = |n: u64| i64::try_from(FOREIGN + n).unwrap();
                let numbers = number(self.foreign)..number(self.foreign + count);
                write(&own(&self.setup), numbers, WriteMode::Append, true).await;
                self.foreign += count;
            }
            10 => drop(self.setup.engine.compact("t", None, &Job::new()).await.unwrap()),
            11..16 => {
                let limit = 1 + usize::try_from(self.dice.roll(6)).unwrap();
                self.open.extend(taken(&mut self.group, limit).await);
            }
            16..18 => self.commit().await,
            _ => self.reopen().await,
        }
    }

    async fn commit(&mut self) {
        self.group.commit().await.unwrap();
        self.committed.append(&mut self.open);
    }

    /// As after a crash: what was not committed comes again.
    async fn reopen(&mut self) {
        let other: Engine = self.setup.other().await;
        self.group = group(&other).await;
        self.open.clear();
        self.reopened += 1;
    }

    /// Reads to the end; what was committed, and what comes behind, is everything.
    async fn ends(mut self) -> Result<u64, String> {
        self.reopen().await;
        loop {
            let found = taken(&mut self.group, 7).await;
            if found.is_empty() {
                break;
            }
            self.open.extend(found);
            self.commit().await;
        }
        let all: Vec<u64> = (0..self.own).chain((0..self.foreign).map(|n| FOREIGN + n)).collect();
        self.committed.sort_unstable();
        if self.committed == all {
            return Ok(self.reopened);
        }
        let missing: Vec<_> =
            all.iter().filter(|n| self.committed.binary_search(n).is_err()).collect();
        Err(format!("missing {missing:?} in {:?}", self.committed))
    }
}

async fn run(seed: u64) -> Result<u64, String> {
    let mut course = Course::begin(seed).await;
    for _ in 0..60 {
        course.step().await;
    }
    course.ends().await
}

#[tokio::test]
async fn what_was_committed_and_what_comes_again_is_everything_once() {
    let mut reopened = 0;
    for seed in 0..12 {
        reopened += run(seed).await.unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
    }
    assert!(reopened > 24, "{reopened}");
}

#[tokio::test]
async fn one_number_would_not_do() {
    for seed in 0..40 {
        let mut course = Course::begin(seed).await;
        let plan = Plan { hook: Arc::new(|_| Then::Go), off: vec!["cursor"] };
        let _armed = plan.arm(course.setup.engine.root());
        for _ in 0..60 {
            course.step().await;
        }
        if course.ends().await.is_err() {
            return;
        }
    }
    panic!(
        "a group that keeps one number skips or doubles nothing, so the course above proves nothing"
    );
}
