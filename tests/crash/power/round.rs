//! One round on a disk: processes put and flush, the power is cut, and the disk is looked at after the next mount.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::image::Image;
use super::inspect::goes_on;
use super::ledger::{Ended, Ledger, Moments, id};
use crate::child::{Order, Putter};
use crate::kills::Dice;
use crate::model::{copy, folder};
use crate::oracle::read;

pub(crate) const LEVELS: [&str; 4] = ["always", "50", "os", "always"];
/// A process is given as long to come to where it is wanted.
const PATIENCE: Duration = Duration::from_secs(5);

/// A disk, what is known of it, and what is off on it.
pub(crate) struct Power {
    image: Image,
    ledger: Ledger,
    series: u64,
    off: &'static str,
    pub(crate) tally: Tally,
}

/// What many cuts did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cuts: u64,
    pub(crate) acknowledged: usize,
    /// Acknowledged and gone, as their durability allows.
    pub(crate) lost: usize,
    pub(crate) flushes: u64,
    pub(crate) mended: usize,
}

/// Processes of a round.
pub(crate) struct Running {
    putters: Vec<(&'static str, Putter)>,
    flush: Option<Instant>,
}

impl Power {
    pub(crate) fn on(image: Image, off: &'static str) -> Self {
        Self { image, ledger: Ledger::default(), series: 0, off, tally: Tally::default() }
    }

    /// Goes on with a new disk.
    pub(crate) fn renew(&mut self) {
        self.image.renew().unwrap();
        self.ledger = Ledger::default();
    }

    /// Starts a process for each of the levels.
    pub(crate) fn start(
        &mut self,
        levels: &[&'static str],
        dice: &mut Dice,
        variables: &[(&str, &str)],
    ) -> Running {
        let variables = [&[("LANCEQ_OFF", self.off)], variables].concat();
        let is_paced = variables.len() > 1 || dice.roll(2) == 0;
        let flush_threshold = [5, 40, 100_000][usize::try_from(dice.roll(3)).unwrap()];
        let flush_threshold = if variables.len() > 1 { 5 } else { flush_threshold };
        let root = self.image.root();
        let mut start = |durability| {
            let series = self.series;
            self.series += 1;
            let variables = &variables;
            let order =
                Order { durability, flush_threshold, series, first: 0, is_paced, variables };
            (durability, Putter::ordered(&root, &order))
        };
        Running { putters: levels.iter().map(|level| start(*level)).collect(), flush: None }
    }

    /// `lanceq flush`, as a further process.
    pub(crate) fn flush(&mut self, running: &mut Running) {
        let begun = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lanceq"));
        command.arg("--root").arg(self.image.root()).args(["flush", "t"]);
        command.env("LANCEQ_OFF", self.off).stdin(Stdio::null());
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        if done.success() {
            self.tally.flushes += 1;
            running.flush = Some(begun);
        }
    }

    /// Cuts the power, and looks at what is there then.
    pub(crate) async fn cut(&mut self, running: Running) -> Result<(), String> {
        let cut = self.image.switch()?.cut()?;
        let ended = |(durability, putter): (_, Putter)| Ended { durability, said: putter.kill() };
        let round: Vec<Ended> = running.putters.into_iter().map(ended).collect();
        self.image.boot()?;
        self.look(&round, &Moments { cut, flush: running.flush }).await
    }

    /// Looks at a copy: what is there stays as the cut left it, for those who come next.
    async fn look(&mut self, round: &[Ended], moments: &Moments) -> Result<(), String> {
        let folder = folder();
        let root = folder.path().join("root");
        // An early cut leaves not even the root.
        std::fs::create_dir(&root).unwrap();
        if self.image.root().is_dir() {
            copy(&self.image.root(), &root);
        }
        let records = read(&root).await.map_err(|error| format!("it cannot be read: {error}"))?;
        let before = self.ledger.len();
        self.ledger.check(&records, round, moments)?;
        let acknowledged: usize = round.iter().map(|ended| ended.said.acks.len()).sum();
        self.tally.cuts += 1;
        self.tally.acknowledged += acknowledged;
        self.tally.lost += acknowledged.saturating_sub(self.ledger.len() - before);
        let there: Vec<_> = records.iter().map(id).collect();
        self.tally.mended += goes_on(&root, &there).await?.len();
        Ok(())
    }
}

impl Running {
    /// Waits until each was answered once, where it is not stuck.
    pub(crate) fn until_answered(&mut self) {
        for (_, putter) in &mut self.putters {
            putter.acks_within(PATIENCE);
        }
    }

    /// Waits until the first of them stands where it is to stop; whether it does.
    pub(crate) fn until_stopped(&mut self) -> bool {
        self.putters.first_mut().is_some_and(|(_, putter)| putter.stops_within(PATIENCE))
    }
}
