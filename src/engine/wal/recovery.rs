//! Bringing a log to a known end at its first opening for writing, and repairing one that refuses.

use std::fs;
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;

use super::base::read_base;
use super::cut::{Verdict, judge};
use super::frame::{ALIGNMENT, Step, read};
use super::lock::{Held, Stamp};
use super::log::{Log, Read};
use super::place::LogPlace;
use super::room::end_of_written;
use super::segment::{Rest, Segment};
use crate::engine::durable::sync_folder;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Recovery;
use crate::engine::fault;

/// The log, its records, and what had to be mended.
pub(crate) type Recovered = (Log, Read, Vec<Recovery>);

/// What is done about damage in front of promised records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promised {
    Refuse,
    Cut,
}

impl Log {
    /// Opens a log for writing: the segments must follow each other from `persisted` on, a torn end is
    /// moved aside, and what was not synced is written anew and synced. Where none is left, one of `schema`
    /// begins. Needs both locks.
    ///
    /// A second run changes nothing. `None` where there is no log.
    ///
    /// # Errors
    /// [`Error::LogDamaged`] where records that were promised cannot be read.
    pub(crate) fn recover(
        place: &LogPlace,
        append: &mut Held,
        persisted: u64,
        schema: &SchemaRef,
    ) -> Result<Option<Recovered>> {
        open_for_writing(place, append, (persisted, schema), Promised::Refuse)
    }
}

/// As [`Log::recover`], and cuts also where promised records lie behind. What is taken away is kept.
pub(crate) fn repair(
    place: &LogPlace,
    append: &mut Held,
    persisted: u64,
    schema: &SchemaRef,
) -> Result<Option<Recovered>> {
    open_for_writing(place, append, (persisted, schema), Promised::Cut)
}

/// The sound front of a log, and what stands behind it.
struct Front {
    segments: Vec<Segment>,
    read: Read,
    /// Where and why it ends, if not at the log's end; then the segments that lie behind.
    damage: Option<(Damage, Vec<u64>)>,
}

struct Damage {
    path: PathBuf,
    at: u64,
    lsn: u64,
    reason: String,
    kind: DamageKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum DamageKind {
    /// A frame that was not written to its end.
    Torn,
    /// Something else that cannot be read.
    Broken,
    /// Segments are missing in front of the first.
    Gap,
}

fn open_for_writing(
    place: &LogPlace,
    append: &mut Held,
    (persisted, schema): (u64, &SchemaRef),
    promised: Promised,
) -> Result<Option<Recovered>> {
    let Some(base) = read_base(place)? else { return Ok(None) };
    let mut front = read_front(place, persisted)?;
    let mut mended = Vec::new();
    if let Some((damage, behind)) = front.damage.take() {
        let known = front.segments.iter().map(|s| s.promised).max().unwrap_or_default();
        let sound = sound_frames(place, &damage, &behind);
        let is_refused = damage.kind == DamageKind::Gap
            || judge(damage.lsn, known.max(sound.promised), persisted) == Verdict::Refuse;
        if is_refused && promised == Promised::Refuse {
            return Err(damage.into_error());
        }
        mended.push(move_aside(place, &front, &damage, (&behind, sound.is_behind))?);
        fault::at(&place.folder, "recover.cut")?;
    }
    let Front { segments, read, .. } = front;
    let mut log = Log { place: place.clone(), base, segments, stamp: None, is_clean: false };
    if log.segments.is_empty() {
        log.start_at(persisted, schema)?;
    }
    log.finish(append, !mended.is_empty())?;
    Ok(Some((log, Read { restarted: true, ..read }, mended)))
}

impl Damage {
    fn into_error(self) -> Error {
        Error::LogDamaged { path: self.path, at: self.at, lsn: self.lsn, reason: self.reason }
    }
}

impl Log {
    fn finish(&mut self, append: &mut Held, is_changed: bool) -> Result<()> {
        if self.segments.last().is_some_and(|last| last.is_sealed) {
            let schema = self.schema();
            self.start_at(self.end(), &schema)?;
        }
        fault::at(&self.place.folder, "recover.started")?;
        let synced = self.sync_plan()?.run()?;
        self.synced(&synced);
        fault::at(&self.place.folder, "recover.synced")?;
        let before = append.stamp();
        let is_void = is_changed || before.is_poisoned || before.log != self.id();
        if is_void {
            let generation = before.generation + 1;
            append.set_stamp(Stamp { log: self.id(), generation, is_poisoned: false })?;
        }
        self.stamp = Some(append.stamp());
        Ok(())
    }
}

/// Reads from the first segment that is not persisted up to the first place that cannot be read.
fn read_front(place: &LogPlace, persisted: u64) -> Result<Front> {
    let all = place.firsts()?;
    let mut front = Front { segments: Vec::new(), read: Read::default(), damage: None };
    for (index, first) in all.iter().enumerate() {
        let path = place.segment(*first);
        let expected = front.segments.last().map(|last: &Segment| last.end);
        let broken = match expected {
            None if *first > persisted => {
                Some(format!("records from {persisted} to {first} are missing in front of it"))
            }
            Some(end) if end != *first || !front.segments.last().is_some_and(|s| s.is_sealed) => {
                Some(format!("the segment before ends at log position {end}"))
            }
            _ => None,
        };
        let behind = || all.iter().skip(index + 1).copied().collect();
        if let Some(reason) = broken {
            let lsn = expected.unwrap_or(persisted);
            let kind = if expected.is_none() { DamageKind::Gap } else { DamageKind::Broken };
            let damage = Damage { path, at: 0, lsn, reason, kind };
            front.damage = Some((damage, behind()));
            return Ok(front);
        }
        match open_whole(&path, *first, &mut front)? {
            None => {}
            Some(damage) => {
                front.damage = Some((damage, behind()));
                return Ok(front);
            }
        }
    }
    Ok(front)
}

/// Reads a segment into the front; says where it ends before its end.
fn open_whole(path: &Path, first: u64, front: &mut Front) -> Result<Option<Damage>> {
    let damage = |at, lsn, reason: &str, kind| Damage {
        path: path.into(),
        at,
        lsn,
        reason: reason.into(),
        kind,
    };
    let mut segment = match Segment::open(path) {
        Ok(Some(segment)) => segment,
        Ok(None) => return Ok(Some(damage(0, first, "it is gone", DamageKind::Broken))),
        Err(Error::LogDamaged { at, reason, .. }) => {
            return Ok(Some(damage(at, first, &reason, DamageKind::Broken)));
        }
        Err(error) => return Err(error),
    };
    let rest = segment.read_on(&mut front.read.found);
    let (at, end) = (segment.at, segment.end);
    let is_behind = matches!(rest, Ok(Rest::Nothing)) && has_bytes_behind(&segment)?;
    front.segments.push(segment);
    match rest {
        Ok(Rest::Nothing) if is_behind => {
            Ok(Some(damage(at, end, "what stands behind is no frame", DamageKind::Broken)))
        }
        Ok(Rest::Nothing) => Ok(None),
        Ok(Rest::Incomplete) => {
            Ok(Some(damage(at, end, "the frame is not complete", DamageKind::Torn)))
        }
        Ok(Rest::Bad(reason)) => Ok(Some(damage(at, end, reason, DamageKind::Broken))),
        Err(Error::LogDamaged { reason, .. }) => {
            Ok(Some(damage(at, end, &reason, DamageKind::Broken)))
        }
        Err(error) => Err(error),
    }
}

/// Whether there is more behind the last frame than the room for others: a power cut can lose the page that a frame
/// begins in, and keep the next.
fn has_bytes_behind(segment: &Segment) -> Result<bool> {
    Ok(!segment.is_sealed && end_of_written(&segment.bytes_behind(segment.at)?) > 0)
}

/// The sound frames of the damaged segment and of those behind it.
struct Sound {
    /// The largest position that one of them says to be on the disk.
    promised: u64,
    /// Some lie behind the damage.
    is_behind: bool,
}

fn sound_frames(place: &LogPlace, damage: &Damage, behind: &[u64]) -> Sound {
    let own = frames_in(&damage.path);
    let later: Vec<_> = behind.iter().flat_map(|first| frames_in(&place.segment(*first))).collect();
    let is_behind = !later.is_empty() || own.iter().any(|(at, _)| *at > damage.at);
    let promised = own.into_iter().chain(later).map(|(_, promised)| promised).max();
    Sound { promised: promised.unwrap_or_default(), is_behind }
}

/// Where sound frames stand in a segment, and what they promise; whatever lies between them.
fn frames_in(path: &Path) -> Vec<(u64, u64)> {
    let Ok(Some(segment)) = Segment::open(path) else { return Vec::new() };
    let from = segment.at;
    let Ok(bytes) = segment.bytes_behind(from) else { return Vec::new() };
    let places = (0..bytes.len()).step_by(ALIGNMENT);
    let sound = places.filter_map(|place| {
        let at = from + place as u64;
        match read(segment.home, at, bytes.get(place..)?) {
            Step::Frame(frame, ..) => Some((at, frame.durable_upto)),
            _ => None,
        }
    });
    sound.collect()
}

/// Moves what lies behind the sound front to the quarantine, and says what it is.
fn move_aside(
    place: &LogPlace,
    front: &Front,
    damage: &Damage,
    (behind, is_sound_behind): (&[u64], bool),
) -> Result<Recovery> {
    let folder = free_folder(place)?;
    if let Some(last) = front.segments.last().filter(|last| last.path == damage.path) {
        keep_end(last, &folder)?;
        let file = fs::OpenOptions::new().write(true).open(&last.path);
        let cut = file.and_then(|file| file.set_len(damage.at).and_then(|()| file.sync_all()));
        cut.map_err(Error::io("cut the torn end of", &last.path))?;
        fault::synced(&last.path);
    } else {
        put_aside(&damage.path, &folder)?;
    }
    for first in behind {
        put_aside(&place.segment(*first), &folder)?;
    }
    sync_folder(&folder)?;
    sync_folder(&place.log())?;
    let name = damage.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recovery {
        bucket_id: place.bucket,
        what: format!(
            "the log was cut at byte {} of {name}, log position {}: {}",
            damage.at, damage.lsn, damage.reason
        ),
        kept_in: Some(folder),
        // A frame that a dying process did not finish was never acknowledged; it is the last one.
        records_lost: (damage.kind == DamageKind::Torn && !is_sound_behind).then_some(0),
    })
}

pub(super) fn free_folder(place: &LogPlace) -> Result<PathBuf> {
    let quarantine = place.quarantine();
    let mut names = (1..=u32::MAX).map(|n| quarantine.join(n.to_string()));
    let folder = names.find(|path| !path.exists()).unwrap_or(quarantine);
    crate::engine::durable::create_folders(&folder, Path::new(""))?;
    Ok(folder)
}

fn keep_end(segment: &Segment, folder: &Path) -> Result<()> {
    let mut bytes = segment.bytes_behind(segment.at)?;
    bytes.truncate(end_of_written(&bytes));
    let name = segment.path.file_name().unwrap_or_default().to_string_lossy();
    let path = folder.join(format!("{name}.from-{}", segment.at));
    fs::write(&path, bytes).map_err(Error::io("write", &path))?;
    crate::engine::durable::sync_file(&path)
}

fn put_aside(path: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(path.file_name().unwrap_or_default());
    fs::rename(path, &to).map_err(Error::io("move aside", path))
}
