//! One case: processes on one bucket, what happens to them, and what must be true of it.

use std::fmt::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use lanceq::Durability;
use lanceq::fault::{Armed, Event, Plan, Then};
use tempfile::TempDir;

use super::action::{Action, Mix, Reach, Role};
use super::baton::{Baton, Said};
use super::disk::Disk;
use super::expected::{FOREIGN, Model};
use super::process::{Outcome, Process, Row, TOPIC, Work, perform};
use super::{files, foreign, template};
use crate::kills::Dice;
use crate::oracle;

const ROLES: [Role; 4] =
    [Role::Writer(Durability::Always), Role::Writer(Durability::Os), Role::Reader, Role::Foreign];
const READER: usize = 2;
const OTHER: usize = 3;
const STREAMS: usize = 2;
const PAGE: usize = 4096;

/// Why a case ended before its end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// A promise was broken.
    Wrong(String),
    /// Another program removed what would have told what was flushed, and lanceq said so.
    Undecided,
}

/// What happened in a case.
pub(crate) struct Story {
    pub(crate) end: Result<(), Halt>,
    pub(crate) told: String,
}

type Turn = (Option<Process>, Outcome);

/// A process of the case.
struct Seat {
    role: Role,
    process: Option<Process>,
    doing: Option<Doing>,
    is_killed: bool,
}

/// What it is at, and what was there when it began.
struct Doing {
    action: Action,
    there: Vec<u64>,
    /// What was let go by then.
    first: u64,
    ids: Range<u64>,
    /// The segment before it appended to it.
    before: Option<(PathBuf, Vec<u8>)>,
}

/// A stream that is read on, now and then.
#[derive(Default)]
struct Following {
    cursor: Option<String>,
    delivered: Vec<Row>,
    /// Where it stood, and how many rows it had delivered then.
    stood: Vec<(String, usize)>,
}

struct World {
    dice: Dice,
    mix: Mix,
    folder: TempDir,
    boots: u64,
    disk: Arc<Mutex<Disk>>,
    baton: Arc<Baton<Turn>>,
    _armed: Armed,
    model: Model,
    seats: Vec<Seat>,
    streams: [Following; STREAMS],
    /// Another program removed versions, and nothing durable stands on the head since.
    is_fragile: bool,
    has_cleaned: bool,
    /// An operation may be refused; nothing may be lost or doubled all the same.
    may_refuse: bool,
    told: String,
}

/// Runs the case of a seed, up to so many actions.
pub(crate) fn run(seed: u64, mix: Option<Mix>, off: &[&'static str], most: u64) -> Story {
    let _runtime = template::runtime().enter();
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995);
    dice.roll(2);
    let drawn = Mix::drawn(&mut dice);
    let actions = (6 + dice.roll(8)).min(most);
    let mut world = World::new(dice, mix.unwrap_or(drawn), off);
    let end = world.live(actions).and_then(|()| world.end());
    world.kill_all();
    Story { end, told: world.told }
}

impl World {
    fn new(dice: Dice, mix: Mix, off: &[&'static str]) -> Self {
        let folder = template::folder();
        template::lay(&folder.path().join("0"));
        let disk = Arc::new(Mutex::new(Disk::after_a_sync(&folder.path().join("0"))));
        let baton = Arc::new(Baton::new(ROLES.len()));
        let (stage, synced) = (baton.clone(), disk.clone());
        let hook = move |event: Event<'_>| match event {
            Event::Point(point) => stage.stand(point),
            Event::Syncing(_) => Then::Go,
            Event::Synced(path) => {
                synced.lock().unwrap().synced(path);
                Then::Go
            }
        };
        let plan = Plan { hook: Arc::new(hook), off: off.to_vec() };
        let seat = |role| Seat { role, process: None, doing: None, is_killed: false };
        Self {
            _armed: plan.arm(folder.path()),
            seats: ROLES.into_iter().map(seat).collect(),
            streams: std::array::from_fn(|_| Following::default()),
            model: Model::new(),
            boots: 0,
            is_fragile: false,
            has_cleaned: false,
            may_refuse: off == ["flush-lock"],
            told: String::new(),
            dice,
            mix,
            folder,
            disk,
            baton,
        }
    }

    /// So many actions, in any order, each at any pace.
    fn live(&mut self, actions: u64) -> Result<(), Halt> {
        let (mut left, mut last) = (actions, None);
        loop {
            let can_go = |seat: &Seat| {
                seat.doing.is_some()
                    || left > 0 && (seat.role != Role::Foreign || self.mix.foreign > Reach::Nothing)
            };
            let all: Vec<usize> =
                (0..self.seats.len()).filter(|n| can_go(&self.seats[*n])).collect();
            if all.is_empty() {
                return Ok(());
            }
            // Who runs goes on for some steps: much happens while the others stand.
            let is_on = |seat: &usize| all.contains(seat) && self.seats[*seat].doing.is_some();
            let goes_on = last.filter(is_on).filter(|_| self.dice.roll(3) > 0);
            let seat = goes_on.unwrap_or_else(|| all[self.roll_index(all.len())]);
            last = Some(seat);
            if self.seats[seat].doing.is_some() {
                self.go_on(seat)?;
            } else {
                left -= 1;
                let action = Action::drawn(&mut self.dice, self.seats[seat].role, &self.mix);
                self.begin(seat, action)?;
            }
        }
    }

    /// A process that stands somewhere goes on, dies, or the power is cut.
    fn go_on(&mut self, seat: usize) -> Result<(), Halt> {
        if !self.is_fragile && self.dice.roll(1000) < self.mix.cuts {
            return self.cut_power();
        }
        if seat != READER && self.dice.roll(100) < self.mix.kills {
            return self.kill(seat);
        }
        let said = self.baton.resume(seat, Then::Go);
        self.hear(seat, said)
    }

    fn begin(&mut self, seat: usize, action: Action) -> Result<(), Halt> {
        let author = if seat == OTHER { FOREIGN } else { seat as u64 + 1 };
        let (there, first) = (self.model.there(), self.model.first());
        if matches!(action, Action::LetGo { .. }) {
            self.model.lets_go();
        }
        let ids = match action {
            Action::Put { rows, column } => self.model.begin(author, rows, column),
            Action::Append { rows } => self.model.begin(author, rows, None),
            _ => 0..0,
        };
        let cursor = match action {
            Action::Follow { stream } => self.streams[stream].cursor.clone(),
            _ => None,
        };
        let (root, role) = (self.root(), self.seats[seat].role);
        let work = Work { root, role, action: action.clone(), ids: ids.clone(), author, cursor };
        self.tell(seat, &format!("{action} {}", numbers(&ids)));
        self.seats[seat].is_killed = false;
        let process = self.seats[seat].process.take();
        self.seats[seat].doing = Some(Doing { action, there, first, ids, before: None });
        let said = self.baton.begin(seat, perform(process, work));
        self.hear(seat, said)
    }

    /// A process stands, or has ended.
    fn hear(&mut self, seat: usize, said: Said<Turn>) -> Result<(), Halt> {
        let by_lanceq = self.seats[seat].role != Role::Foreign;
        let seen = self.disk.lock().unwrap().observe(by_lanceq);
        match said {
            Said::Stands(point) => {
                if point != "lock.wait" {
                    self.tell(seat, &format!("  at {point}"));
                }
                self.write_half(seat, point)?;
            }
            Said::Ended((process, outcome)) => {
                let Some(doing) = self.seats[seat].doing.take() else { return Ok(()) };
                if !self.seats[seat].is_killed {
                    self.seats[seat].process = process;
                    self.judge(seat, doing, outcome)?;
                }
            }
            Said::Lost(what) => {
                self.seats[seat].doing = None;
                return Err(Halt::Wrong(what));
            }
        }
        seen.map_err(Halt::Wrong)
    }

    fn judge(&mut self, seat: usize, doing: Doing, outcome: Outcome) -> Result<(), Halt> {
        let Doing { action, there, first, ids, .. } = doing;
        let is_synced = self.seats[seat].role == Role::Writer(Durability::Always);
        match outcome {
            Outcome::Opened(Ok(mended)) => {
                for found in mended {
                    self.tell(seat, &format!("  {}", found.what));
                }
            }
            Outcome::Put(Ok(receipts)) => {
                self.tell(seat, &format!("  put {} at {}", numbers(&ids), receipts[0].lsn));
                self.model.acknowledged(ids, &receipts[0], is_synced);
            }
            Outcome::Flushed(Ok(flushed)) => {
                let (rows, version) = (flushed[0].rows, flushed[0].version);
                self.tell(seat, &format!("  flushed {rows} as version {version}"));
                self.model.flushed(&there, rows > 0);
                self.is_fragile &= rows == 0;
            }
            Outcome::Cleaned(Ok(cleaned)) => {
                let (versions, left) = (cleaned[0].versions, cleaned[0].versions_left);
                self.tell(seat, &format!("  removed {versions} versions, {left} are left"));
            }
            Outcome::Rewritten(Ok(done)) => {
                let (before, after) = (done[0].fragments_before, done[0].fragments_after);
                self.tell(seat, &format!("  made {after} fragments of {before}"));
            }
            Outcome::LetGo(Ok(done)) => {
                let (records, first) = (done[0].records, done[0].first_offset);
                self.tell(seat, &format!("  let {records} go, the first is {first}"));
                self.model.let_go(first);
            }
            // Somebody stands with a lock for longer than that is waited for.
            Outcome::Cleaned(Err(lanceq::Error::Locked { .. }))
            | Outcome::LetGo(Err(lanceq::Error::Locked { .. }))
            | Outcome::Rewritten(Err(lanceq::Error::Locked { .. })) => {}
            Outcome::Read(Ok(rows)) => {
                self.tell(seat, &format!("  sees {}", shown(&rows)));
                self.model.check(&rows, (&there, first)).map_err(Halt::Wrong)?;
            }
            Outcome::Followed(Ok(events)) => return self.followed(&action, events, &there),
            Outcome::Foreign(Ok(())) => {
                self.model.appended(ids);
                self.is_fragile |= action == Action::Clean;
                self.has_cleaned |= action == Action::Clean;
            }
            Outcome::Foreign(Err(error)) => {
                return Err(Halt::Wrong(format!("another program cannot go on: {error}")));
            }
            Outcome::Opened(Err(error))
            | Outcome::Put(Err(error))
            | Outcome::Flushed(Err(error))
            | Outcome::Cleaned(Err(error))
            | Outcome::Rewritten(Err(error))
            | Outcome::LetGo(Err(error))
            | Outcome::Read(Err(error))
            | Outcome::Followed(Err(error)) => return self.refused(seat, &error),
        }
        Ok(())
    }

    /// Nothing may fail, but where another program removed what would have told.
    fn refused(&mut self, seat: usize, error: &lanceq::Error) -> Result<(), Halt> {
        let text = full(error);
        self.tell(seat, &format!("  {text}"));
        if self.has_cleaned && matches!(error, lanceq::Error::InDoubt { .. }) {
            return Err(Halt::Undecided);
        }
        // Whoever is refused opens anew.
        self.seats[seat].process = None;
        // A version that is cleaned up between its commit and the next look at it: that it is not known is the truth.
        let is_gone = self.has_cleaned && matches!(error, lanceq::Error::Poisoned { .. });
        if self.may_refuse || is_gone { Ok(()) } else { Err(Halt::Wrong(text)) }
    }

    fn followed(
        &mut self,
        action: &Action,
        events: Vec<(Vec<Row>, String)>,
        there: &[u64],
    ) -> Result<(), Halt> {
        let Action::Follow { stream } = action else { return Ok(()) };
        let following = &mut self.streams[*stream];
        for (rows, cursor) in events {
            following.delivered.extend(rows);
            following.stood.push((cursor.clone(), following.delivered.len()));
            following.cursor = Some(cursor);
        }
        let (delivered, cursor) = (shown(&following.delivered), following.cursor.clone());
        let checked = self.model.check_delivered(&following.delivered, there);
        self.tell(READER, &format!("  was given {delivered}, stands at {cursor:?}"));
        checked.map_err(|what| Halt::Wrong(format!("stream {stream}: {what}")))
    }

    /// A process that is at a frame may die in the middle of writing it.
    fn write_half(&mut self, seat: usize, point: &str) -> Result<(), Halt> {
        if !point.starts_with("put.") {
            return Ok(());
        }
        let newest = self.newest_segment();
        let Some(doing) = &mut self.seats[seat].doing else { return Ok(()) };
        if point == "put.locked" {
            doing.before = newest;
            return Ok(());
        }
        let Some((path, before)) = doing.before.take().filter(|_| point == "put.written") else {
            return Ok(());
        };
        if self.dice.roll(100) >= self.mix.kills {
            return Ok(());
        }
        let now = std::fs::read(&path).unwrap();
        let is_new = |at: &usize| before.get(*at) != now.get(*at);
        let changed: Vec<usize> = (0..now.len()).filter(is_new).collect();
        // A process that is killed while it writes stops at a page's end.
        let is_torn =
            |at: &usize| changed.iter().any(|n| n < at) && changed.iter().any(|n| n >= at);
        let Some(cut) = (0..now.len()).step_by(PAGE).find(is_torn) else { return Ok(()) };
        let old = before.get(cut..).unwrap_or_default();
        // In place: the engine has the file open.
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all_at(old, cut as u64).unwrap();
        file.set_len((cut + old.len()) as u64).unwrap();
        self.kill(seat)
    }

    /// A process dies where it stands.
    fn kill(&mut self, seat: usize) -> Result<(), Halt> {
        let at = self.baton.at(seat).unwrap_or_default();
        if at == "log.sync" {
            // Whoever cannot go on there tells the others that a sync failed; the dead tell nobody.
            let said = self.baton.resume(seat, Then::Go);
            return self.hear(seat, said);
        }
        self.tell(seat, &format!("  dies at {at}"));
        self.seats[seat].is_killed = true;
        let said = self.baton.resume(seat, Then::Crash);
        self.hear(seat, said)
    }

    /// What the engines still do then happens to the old disk, which nobody looks at.
    fn kill_all(&mut self) {
        for seat in 0..self.seats.len() {
            self.seats[seat].is_killed = true;
            if self.baton.at(seat).is_some() {
                drop(self.baton.resume(seat, Then::Crash));
            }
            (self.seats[seat].doing, self.seats[seat].process) = (None, None);
        }
    }

    fn cut_power(&mut self) -> Result<(), Halt> {
        self.told.push_str("the power is cut\n");
        self.boots += 1;
        let root = self.root();
        let left = self.disk.lock().unwrap().cut(&mut self.dice, &root);
        *self.disk.lock().unwrap() = left;
        self.kill_all();
        self.model.power_cut();
        self.recover()
    }

    /// Opens after a power cut: a reader first, which mends nothing; then a writer, which may die at it.
    fn recover(&mut self) -> Result<(), Halt> {
        let durable = self.model.durable();
        self.begin_alone(READER, Action::Read, |world, seat, outcome| match outcome {
            Outcome::Read(Ok(rows)) => {
                world.tell(seat, &format!("  sees {}", shown(&rows)));
                world.model.check_rows(&rows).map_err(Halt::Wrong)?;
                world.model.check_left(&rows, &durable).map_err(Halt::Wrong)
            }
            Outcome::Read(Err(error)) if world.mix.foreign == Reach::Nothing => {
                world.refused(seat, &error)
            }
            // What another program did not sync cannot be read before it is mended.
            _ => Ok(()),
        })?;
        if self.dice.roll(3) == 0 {
            self.begin(0, Action::Open)?;
            while self.seats[0].doing.is_some() {
                if self.dice.roll(4) == 0 {
                    self.kill(0)?;
                } else {
                    let said = self.baton.resume(0, Then::Go);
                    self.hear(0, said)?;
                }
            }
        }
        self.open_twice()?;
        let durable = self.model.durable();
        self.begin_alone(READER, Action::Read, |world, seat, outcome| match outcome {
            Outcome::Read(Ok(rows)) => {
                world.tell(seat, &format!("  sees {}", shown(&rows)));
                world.model.check_rows(&rows).map_err(Halt::Wrong)?;
                world.model.check_left(&rows, &durable).map_err(Halt::Wrong)?;
                let first = world.model.first();
                world.model.check_offsets(&rows, first).map_err(Halt::Wrong)?;
                world.model.census(&rows);
                Ok(())
            }
            Outcome::Read(Err(error)) => world.refused(seat, &error),
            _ => Ok(()),
        })?;
        self.examine()
    }

    /// A second recovery changes nothing (I12).
    fn open_twice(&mut self) -> Result<(), Halt> {
        self.alone(0, Action::Open)?;
        let before = oracle::files(&self.root());
        self.alone(1, Action::Open)?;
        if oracle::files(&self.root()) == before {
            return Ok(());
        }
        Err(Halt::Wrong("a second recovery changed something".into()))
    }

    /// Everybody is done: a new process flushes, and all that was promised is looked for once more.
    fn end(&mut self) -> Result<(), Halt> {
        self.seats.iter_mut().for_each(|seat| seat.process = None);
        self.open_twice()?;
        self.alone(0, Action::Flush)?;
        let (there, first) = (self.model.there(), self.model.first());
        let mut all = Vec::new();
        self.begin_alone(READER, Action::Read, |world, seat, outcome| match outcome {
            Outcome::Read(Ok(rows)) => {
                world.tell(seat, &format!("  sees {}", shown(&rows)));
                world.model.check(&rows, (&there, first)).map_err(Halt::Wrong)?;
                all = rows;
                Ok(())
            }
            Outcome::Read(Err(error)) => world.refused(seat, &error),
            _ => Ok(()),
        })?;
        if let Some(row) = all.iter().find(|row| row.buffered) {
            return Err(Halt::Wrong(format!("{row:?} is buffered after a flush")));
        }
        let marks = files::check(&self.root().join(TOPIC).join("bucket_0"));
        let marks = marks.map_err(Halt::Wrong)?;
        self.model.check_marks(&all, &marks).map_err(Halt::Wrong)?;
        if self.mix.streams {
            self.end_streams(&all)?;
        }
        self.examine()?;
        if self.dice.roll(4) == 0 {
            let done = template::runtime().block_on(foreign::maintain(&self.root()));
            done.map_err(Halt::Wrong)?;
            drop(self.disk.lock().unwrap().observe(false));
            self.alone(READER, Action::Read)?;
        }
        Ok(())
    }

    /// Each stream has delivered everything, and gives the rest from wherever it stood (I8).
    fn end_streams(&mut self, all: &[Row]) -> Result<(), Halt> {
        for stream in 0..STREAMS {
            self.alone(READER, Action::Follow { stream })?;
            let following = std::mem::take(&mut self.streams[stream]);
            self.same(&following.delivered, all, "in all")?;
            for _ in 0..2 {
                let (cursor, count) = &following.stood[self.roll_index(following.stood.len())];
                let before = following.delivered[..*count].to_vec();
                self.streams[stream].cursor = Some(cursor.clone());
                self.streams[stream].delivered = before;
                self.alone(READER, Action::Follow { stream })?;
                let resumed = std::mem::take(&mut self.streams[stream]);
                self.same(&resumed.delivered, all, &format!("resumed at {cursor}"))?;
            }
        }
        Ok(())
    }

    /// The same rows, in whatever order; where records were let go, those that are left at least, and none twice.
    fn same(&self, delivered: &[Row], all: &[Row], when: &str) -> Result<(), Halt> {
        let numbers = |rows: &[Row]| {
            let mut numbers: Vec<_> = rows.iter().map(|row| row.id).collect();
            numbers.sort_unstable();
            numbers
        };
        let (found, wanted) = (numbers(delivered), numbers(all));
        let has_all = wanted.iter().all(|id| found.binary_search(id).is_ok());
        let is_right = if self.mix.lets_go {
            has_all && found.is_sorted_by(|a, b| a < b)
        } else {
            found == wanted
        };
        if is_right {
            return Ok(());
        }
        Err(Halt::Wrong(format!("{when}, a stream delivers {found:?} instead of {wanted:?}")))
    }

    fn examine(&mut self) -> Result<(), Halt> {
        let examined = template::runtime().block_on(foreign::examine(&self.root()));
        examined.map_err(|what| Halt::Wrong(format!("another program cannot read it: {what}")))
    }

    /// One action from its beginning to its end, while nobody else does anything.
    fn alone(&mut self, seat: usize, action: Action) -> Result<(), Halt> {
        self.begin(seat, action)?;
        while self.seats[seat].doing.is_some() {
            let said = self.baton.resume(seat, Then::Go);
            self.hear(seat, said)?;
        }
        Ok(())
    }

    /// As `alone`, in a new process, and judged otherwise.
    fn begin_alone(
        &mut self,
        seat: usize,
        action: Action,
        mut judge: impl FnMut(&mut Self, usize, Outcome) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        self.tell(seat, &format!("{action}, alone"));
        let (root, role) = (self.root(), self.seats[seat].role);
        let work = Work { root, role, action, ids: 0..0, author: 0, cursor: None };
        let mut said = self.baton.begin(seat, perform(None, work));
        loop {
            match said {
                Said::Stands(_) => said = self.baton.resume(seat, Then::Go),
                Said::Ended((process, outcome)) => {
                    self.seats[seat].process = process;
                    return judge(self, seat, outcome);
                }
                Said::Lost(what) => return Err(Halt::Wrong(what)),
            }
        }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join(self.boots.to_string())
    }

    fn newest_segment(&self) -> Option<(PathBuf, Vec<u8>)> {
        let folder = self.root().join(TOPIC).join("bucket_0/wal");
        let paths = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        let newest =
            paths.filter(|path| path.extension().is_some_and(|kind| kind == "wal")).max()?;
        let bytes = std::fs::read(&newest).ok()?;
        Some((newest, bytes))
    }

    fn roll_index(&mut self, length: usize) -> usize {
        usize::try_from(self.dice.roll(length as u64)).unwrap()
    }

    fn tell(&mut self, seat: usize, what: &str) {
        let who = ["P1", "P2", "R ", "F "][seat];
        writeln!(self.told, "{who} {what}").unwrap();
    }
}

fn shown(rows: &[Row]) -> String {
    let one = |row: &Row| {
        let mark = if row.buffered { "*" } else { "" };
        row.id.map_or("?".into(), |id| format!("{id}{mark}"))
    };
    rows.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn numbers(ids: &Range<u64>) -> String {
    if ids.is_empty() { String::new() } else { format!("{}..{}", ids.start, ids.end) }
}

/// An error with its causes.
fn full(error: &lanceq::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        write!(text, ": {error}").unwrap();
        cause = error.source();
    }
    text
}
