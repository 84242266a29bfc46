//! Bringing a log to a known end at its first opening for writing, and repairing one that refuses.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;

use super::base::Base;
use super::cut::{Verdict, judge};
use super::frame::{HEADER, claimed_rows};
use super::front::{Damage, DamageKind, Front, read_front};
use super::holder::Stamp;
use super::lock::Held;
use super::log::{Log, Read};
use super::place::{LogPlace, first_of};
use super::rebuild::base_or_rebuilt;
use super::room::end_of_written;
use super::segment::Segment;
use super::sound::Sound;
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

fn open_for_writing(
    place: &LogPlace,
    append: &mut Held,
    (persisted, schema): (u64, &SchemaRef),
    promised: Promised,
) -> Result<Option<Recovered>> {
    let Some((base, base_damage)) = base_or_rebuilt(place)? else { return Ok(None) };
    if let Some(damage) = base_damage {
        return Err(damage);
    }
    let mut front = read_front(place, base.log, persisted)?.unless_gap(place, persisted);
    let mut mended = Vec::new();
    if let Some(damage) = front.damage.take() {
        let sound = Sound::of(place, base.log, &damage);
        let known = front.segments.iter().map(|s| s.promised).max().unwrap_or_default();
        let is_refused = damage.kind == DamageKind::Gap
            || judge(damage.lsn, known.max(sound.promised), persisted) == Verdict::Refuse;
        if is_refused && promised == Promised::Refuse {
            return Err(damage.into_error());
        }
        let is_of_a_kill =
            damage.kind == DamageKind::Torn && !is_refused && append.is_of_this_boot();
        mended.push(cut(place, &front, &damage, &told(&damage, sound.end, is_of_a_kill))?);
        if let Some(last) = mended.last_mut() {
            // A frame that a dying process did not finish was never acknowledged; it is the last one.
            last.records_lost = (is_of_a_kill && sound.end.is_none()).then_some(0);
        }
        fault::at(&place.folder, "recover.cut")?;
    }
    mended.extend(put_passed_aside(place, &base, &front.passed)?);
    let Front { segments, mut found, .. } = front;
    let mut log = Log::new(place, base, segments);
    if log.segments.last().is_some_and(|last| last.end < persisted) {
        // Positions below would be given again, and their records taken for persisted.
        mended.push(put_all_aside(place, &log, persisted)?);
        log.segments.clear();
        found.clear();
    }
    if log.segments.is_empty() {
        if mended.is_empty() {
            mended.push(no_segment(place, persisted));
        }
        log.start_at(persisted, schema)?;
    }
    log.finish(append, !mended.is_empty())?;
    Ok(Some((log, Read { found, restarted: true }, mended)))
}

impl Front {
    /// With nothing of it, where segments are missing in front of the first.
    fn unless_gap(self, place: &LogPlace, persisted: u64) -> Self {
        let Some(first) = self.first().filter(|first| *first > persisted) else { return self };
        let behind = self.segments.iter().map(|segment| segment.home.first);
        let rest = self.damage.iter().flat_map(|damage| {
            let own = damage.path.file_name().and_then(|name| first_of(&name.to_string_lossy()));
            own.into_iter().chain(damage.behind.iter().copied())
        });
        let mut behind: Vec<u64> = behind.chain(rest).filter(|other| *other != first).collect();
        behind.dedup();
        let damage = Damage {
            path: place.segment(first),
            at: 0,
            lsn: persisted,
            reason: format!("records from {persisted} to {first} are missing in front of it"),
            kind: DamageKind::Gap,
            behind,
        };
        Self { segments: Vec::new(), found: Vec::new(), damage: Some(damage), ..self }
    }
}

impl Log {
    fn finish(&mut self, append: &mut Held, is_changed: bool) -> Result<()> {
        if self.segments.last().is_some_and(|last| last.is_sealed) {
            let schema = self.schema();
            self.start_at(self.end(), &schema)?;
        }
        fault::at(&self.place.folder, "recover.started")?;
        let synced = self.sync_plan()?.run().inspect_err(|_| {
            // Others that write it rely on no sync from now on either.
            drop(append.set_stamp(Stamp { is_poisoned: true, ..append.stamp() }));
        })?;
        self.synced(&synced);
        fault::at(&self.place.folder, "recover.synced")?;
        let before = append.stamp();
        let is_void = is_changed || before.is_poisoned || before.log != self.id();
        if is_void {
            let generation = before.generation + 1;
            append.set_stamp(Stamp { log: self.id(), generation, is_poisoned: false })?;
        }
        self.stamp = Some(append.stamp());
        append.note_boot()
    }
}

/// What was wrong, and how much is known of what is lost by the cut.
fn told(damage: &Damage, end: Option<u64>, is_of_a_kill: bool) -> String {
    let reason = &damage.reason;
    if let Some(end) = end {
        return format!("{reason}; sound records up to log position {end} lay behind");
    }
    if damage.kind != DamageKind::Torn || is_of_a_kill {
        return reason.clone();
    }
    let at_most = claimed(damage).map_or_else(String::new, |rows| format!(", {rows} at most"));
    format!(
        "{reason}; a kill leaves such a frame, which nobody was told of, and so does a power cut: then records are lost that were put without a sync{at_most}"
    )
}

/// How many records a frame that is not complete says it has.
fn claimed(damage: &Damage) -> Option<u32> {
    let mut header = [0; HEADER];
    let file = fs::File::open(&damage.path).ok()?;
    file.read_exact_at(&mut header, damage.at).ok()?;
    claimed_rows(&header)
}

/// Moves segments that a version holds out of the way: whatever they look like, nothing in them is needed.
fn put_passed_aside(place: &LogPlace, base: &Base, passed: &[u64]) -> Result<Option<Recovery>> {
    let Some(last) = passed.last() else { return Ok(None) };
    let folder = free_folder(place)?;
    for first in passed {
        put_aside(&place.segment(*first), &folder)?;
    }
    sync_folder(&folder)?;
    sync_folder(&place.log())?;
    Ok(Some(Recovery {
        bucket_id: place.bucket,
        what: format!(
            "segments of log {} up to the one from log position {last} on, which a version holds, were put aside",
            base.log
        ),
        kept_in: Some(folder),
        records_lost: Some(0),
    }))
}

/// A log has a segment at any time, so somebody took them away.
fn no_segment(place: &LogPlace, persisted: u64) -> Recovery {
    Recovery {
        bucket_id: place.bucket,
        what: format!("the log had no segment, and goes on at log position {persisted}"),
        kept_in: None,
        records_lost: None,
    }
}

fn put_all_aside(place: &LogPlace, log: &Log, persisted: u64) -> Result<Recovery> {
    let folder = free_folder(place)?;
    for segment in &log.segments {
        put_aside(&segment.path, &folder)?;
    }
    sync_folder(&folder)?;
    sync_folder(&place.log())?;
    Ok(Recovery {
        bucket_id: place.bucket,
        what: format!(
            "the log ended at log position {}, though a version holds it up to {persisted}, and goes on there",
            log.end()
        ),
        kept_in: Some(folder),
        records_lost: Some(0),
    })
}

/// Moves what lies behind the sound front to the quarantine, and says what it is.
fn cut(place: &LogPlace, front: &Front, damage: &Damage, told: &str) -> Result<Recovery> {
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
    for first in &damage.behind {
        put_aside(&place.segment(*first), &folder)?;
    }
    sync_folder(&folder)?;
    sync_folder(&place.log())?;
    let name = damage.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recovery {
        bucket_id: place.bucket,
        what: format!(
            "the log was cut at byte {} of {name}, log position {}: {told}",
            damage.at, damage.lsn
        ),
        kept_in: Some(folder),
        records_lost: None,
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

pub(super) fn put_aside(path: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(path.file_name().unwrap_or_default());
    fs::rename(path, &to).map_err(Error::io("move aside", path))
}
