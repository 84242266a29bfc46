//! A child that puts and acknowledges, and how it is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::oracle::{Ack, text};

/// `lanceq put … --ack` on a topic, fed with records of one series.
pub(crate) struct Putter {
    child: Child,
    feeder: JoinHandle<(u64, ChildStdin)>,
    acks: Receiver<Ack>,
    heard: Vec<Ack>,
    series: u64,
    first: u64,
}

/// What a child is to do, and how.
pub(crate) struct Order<'a> {
    pub(crate) durability: &'a str,
    pub(crate) flush_threshold: u64,
    pub(crate) series: u64,
    pub(crate) first: u64,
    /// Each burst waits for the answer to the one before, so that there are many puts.
    pub(crate) is_paced: bool,
    pub(crate) variables: &'a [(&'a str, &'a str)],
}

/// What a child was given and what it said.
pub(crate) struct Said {
    pub(crate) series: u64,
    /// Numbers of the records that it was given, from the first on.
    pub(crate) given: std::ops::Range<u64>,
    /// In the order of the records.
    pub(crate) acks: Vec<Ack>,
}

impl Putter {
    /// Starts a child that is given the records `first..` of a series for as long as it lives.
    ///
    /// With a point to die at, each burst waits for the answer to the one before, so that there are many puts.
    pub(crate) fn start(
        root: &Path,
        durability: &str,
        series: u64,
        first: u64,
        crash: Option<&str>,
    ) -> Self {
        let crash = crash.map(|crash| ("LANCEQ_CRASH", crash));
        Self::start_with(root, durability, (series, first), crash.as_slice())
    }

    /// As [`start`](Self::start), with these variables set.
    pub(crate) fn start_with(
        root: &Path,
        durability: &str,
        (series, first): (u64, u64),
        variables: &[(&str, &str)],
    ) -> Self {
        let is_paced = variables.iter().any(|(name, _)| *name == "LANCEQ_CRASH");
        Self::ordered(
            root,
            &Order { durability, flush_threshold: 7, series, first, is_paced, variables },
        )
    }

    /// As an order says.
    pub(crate) fn ordered(root: &Path, order: &Order<'_>) -> Self {
        let Order { series, first, .. } = *order;
        let mut command = Command::new(env!("CARGO_BIN_EXE_lanceq"));
        command.arg("--root").arg(root).args(["put", "t", "-", "--ack"]);
        command.args(["--durability", order.durability]);
        command.args(["--flush-threshold", &order.flush_threshold.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.envs(order.variables.iter().copied());
        let mut child = command.spawn().unwrap();
        let answered = Arc::new(Answered::default());
        let paced = order.is_paced.then(|| answered.clone());
        let feeder = feed(child.stdin.take().unwrap(), series, first, paced);
        let acks = listen(child.stdout.take().unwrap(), answered);
        Self { child, feeder, acks, heard: Vec::new(), series, first }
    }

    /// Waits for the first acknowledgement, or for its end; then so long, then kills it.
    pub(crate) fn kill_after(mut self, acked_first: bool, pause: Duration) -> Said {
        let mut acks = std::mem::take(&mut self.heard);
        if acked_first {
            acks.extend(self.acks.recv().ok());
        }
        std::thread::sleep(pause);
        self.child.kill().unwrap();
        self.said(acks)
    }

    /// Waits until it ends by itself, which a fail point makes it do; kills it where it does not.
    pub(crate) fn until_it_dies(mut self, patience: Duration) -> (Said, bool) {
        let mut acks = Vec::new();
        let mut died = true;
        loop {
            match self.acks.recv_timeout(patience) {
                // Puts are quicker than a flush: it may come to the point when all records are given.
                Ok(ack) => acks.push(ack),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                _ => {
                    died = false;
                    self.child.kill().unwrap();
                    break;
                }
            }
        }
        (self.said(acks), died)
    }

    /// Waits for an acknowledgement, its end, or so long; whether there was one.
    pub(crate) fn acks_within(&mut self, patience: Duration) -> bool {
        let ack = self.acks.recv_timeout(patience);
        self.heard.extend(ack.ok());
        ack.is_ok()
    }

    /// Waits until it stands at a point that it was told to stop at; whether it does within the time.
    pub(crate) fn stops_within(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let stat = format!("/proc/{}/stat", self.child.id());
        while Instant::now() < until {
            let state = std::fs::read_to_string(&stat).unwrap_or_default();
            match state.rsplit_once(')').and_then(|(_, rest)| rest.trim().chars().next()) {
                Some('T') => return true,
                None | Some('Z' | 'X') => return false,
                _ => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        false
    }

    /// Kills it now.
    pub(crate) fn kill(self) -> Said {
        self.kill_after(false, Duration::ZERO)
    }

    fn said(mut self, mut acks: Vec<Ack>) -> Said {
        self.child.wait().unwrap();
        // What it wrote before it died is in the pipe.
        acks.extend(self.acks.iter());
        let (end, _pipe) = self.feeder.join().unwrap();
        let given = self.first..end;
        Said { series: self.series, given, acks }
    }
}

/// Records that a child is given at most, so that checking stays quick.
const LONGEST: u64 = 400;

/// Writes records until nobody reads them, or it is enough; returns the number behind the last that may have been
/// read, and the pipe, whose end the child would take for the end of its work.
fn feed(
    mut into: ChildStdin,
    series: u64,
    first: u64,
    paced: Option<Arc<Answered>>,
) -> JoinHandle<(u64, ChildStdin)> {
    std::thread::spawn(move || {
        let mut number = first;
        while number < first + LONGEST {
            if paced.as_ref().is_some_and(|answered| !answered.wait_for(number - first)) {
                break;
            }
            let burst = 1 + (number * 7919) % 5;
            let mut lines = String::new();
            for _ in 0..burst {
                let record = json!({"series": series, "n": number, "text": text(series, number)});
                lines.push_str(&record.to_string());
                lines.push('\n');
                number += 1;
            }
            if into.write_all(lines.as_bytes()).is_err() {
                break;
            }
        }
        (number, into)
    })
}

/// How many records were acknowledged, and whether more may be.
#[derive(Default)]
struct Answered {
    state: Mutex<(u64, bool)>,
    changed: Condvar,
}

impl Answered {
    fn note(&self, is_over: bool) {
        let mut state = self.state.lock().unwrap();
        *state = (state.0 + u64::from(!is_over), is_over);
        self.changed.notify_all();
    }

    /// Whether so many were acknowledged; false once no more will be.
    fn wait_for(&self, records: u64) -> bool {
        let state = self.state.lock().unwrap();
        let state = self.changed.wait_while(state, |(acked, over)| *acked < records && !*over);
        !state.unwrap().1
    }
}

fn listen(from: impl std::io::Read + Send + 'static, answered: Arc<Answered>) -> Receiver<Ack> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            // A line that is cut short by the kill is no acknowledgement.
            let Ok(line) = line else { break };
            let Some((bucket, offset)) = line.split_once(' ') else { break };
            let (Ok(bucket), Ok(offset)) = (bucket.parse(), offset.parse()) else { break };
            answered.note(false);
            if send.send(Ack { bucket, offset, heard: Instant::now() }).is_err() {
                break;
            }
        }
        answered.note(true);
    });
    receive
}
