//! The files of a bucket, read as `docs/format.md` says, by other code than the engine's.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// What a flush says in its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) version: u64,
    log: String,
    pub(crate) first: u64,
    pub(crate) end: u64,
    pub(crate) offset: u64,
}

/// How the transaction's properties hold the one of a flush: key, value, and the value's length in front.
const KEY: &[u8] = b"\x0a\x06lanceq\x12";

impl Mark {
    /// The mark in a manifest, which holds the transaction that made it.
    pub(crate) fn read(name: &OsStr, manifest: &[u8]) -> Option<Self> {
        let version = version_of(name)?;
        let at = manifest.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
        let length = usize::from(*manifest.get(at)?);
        let text = std::str::from_utf8(manifest.get(at + 1..at + 1 + length)?).ok()?;
        let words: Vec<&str> = text.split(' ').collect();
        let [form, log, first, end, offset] = words[..] else { return None };
        assert_eq!(form, "1");
        let number = |word: &str| word.parse().unwrap();
        let log = log.replace('-', "");
        Some(Self { version, log, first: number(first), end: number(end), offset: number(offset) })
    }
}

/// The version of a manifest's name, in either of Lance's two forms.
pub(crate) fn version_of(name: &OsStr) -> Option<u64> {
    let digits = name.to_str()?.strip_suffix(".manifest")?;
    let number: u64 = digits.parse().ok()?;
    Some(if digits.len() == 20 { u64::MAX - number } else { number })
}

/// The log position that a segment's name says.
pub(crate) fn segment_of(name: &OsStr) -> Option<u64> {
    let digits = name.to_str()?.strip_suffix(".wal")?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}

/// Checks what is written of a bucket while nobody writes: the segments adjoin, each but the last is sealed and none
/// goes on behind its seal (I3); the marks of flushes adjoin, from what the base says on (I2, I6); no record of the log
/// lies below what is persisted and above the log. Returns the marks.
pub(crate) fn check(bucket: &Path) -> Result<Vec<Mark>, String> {
    let base = Base::read(&bucket.join("wal/base")).ok_or("there is no sound base")?;
    let (marks, is_whole) = marks(bucket, &base)?;
    let segments = segments(bucket, &base.log)?;
    for pair in segments.windows(2) {
        if pair[0].sealed != Some(pair[1].first) {
            return Err(format!("{pair:?} do not adjoin"));
        }
    }
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return Err("the log is gone".into());
    };
    let persisted = match marks.last() {
        Some(mark) => mark.end,
        // A segment goes only once its records are persisted.
        None if !is_whole => first.first,
        None => base.persisted,
    };
    if first.first <= persisted && persisted <= last.end {
        return Ok(marks);
    }
    Err(format!("{persisted} records are persisted, and the log holds {segments:?}"))
}

/// What `wal/base` says.
pub(crate) struct Base {
    log: String,
    pub(crate) version: u64,
    persisted: u64,
}

impl Base {
    fn read(path: &Path) -> Option<Self> {
        Self::of(&fs::read(path).ok()?)
    }

    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let (sum, covered) = (bytes.last_chunk::<4>()?, bytes.len() - 4);
        let is_sound = bytes.starts_with(b"LANCEQB\0")
            && u32::from_le_bytes(*sum) == crc32c::crc32c(&bytes[..covered]);
        let log = hex(bytes.get(16..32)?);
        is_sound.then(|| Self { log, version: u64_at(bytes, 32), persisted: u64_at(bytes, 40) })
    }
}

/// The marks behind the base's version; and whether no version is missing there, as another program's cleanup leaves
/// it.
fn marks(bucket: &Path, base: &Base) -> Result<(Vec<Mark>, bool), String> {
    let folder = bucket.join("data.lance/_versions");
    let mut found: Vec<Mark> = Vec::new();
    let mut versions = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        versions.extend(version_of(&entry.file_name()));
        found.extend(Mark::read(&entry.file_name(), &fs::read(entry.path()).unwrap()));
    }
    versions.sort_unstable();
    let is_whole = versions.last().is_some_and(|head| {
        (base.version..=*head).all(|version| versions.binary_search(&version).is_ok())
    });
    found.retain(|mark| mark.log == base.log && mark.version > base.version);
    found.sort_by_key(|mark| mark.version);
    let mut end = base.persisted;
    for mark in &found {
        if mark.first < end || mark.first > end && is_whole {
            return Err(format!("{found:?} do not adjoin from {} on", base.persisted));
        }
        end = mark.end;
    }
    Ok((found, is_whole))
}

#[derive(Debug)]
struct Segment {
    first: u64,
    end: u64,
    sealed: Option<u64>,
}

fn segments(bucket: &Path, log: &str) -> Result<Vec<Segment>, String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(bucket.join("wal")).unwrap().flatten() {
        if let Some(first) = segment_of(&entry.file_name()) {
            found.push(segment(&fs::read(entry.path()).unwrap(), first, log)?);
        }
    }
    found.sort_by_key(|segment| segment.first);
    Ok(found)
}

fn segment(bytes: &[u8], first: u64, log: &str) -> Result<Segment, String> {
    let wrong = |what: &str| Err(format!("segment {first}: {what}"));
    if !bytes.starts_with(b"LANCEQW\0") || hex(&bytes[16..32]) != log || u64_at(bytes, 32) != first
    {
        return wrong("its header is another's");
    }
    let schema = u32_at(bytes, 12) as usize;
    let mut at = (40 + schema + 4).next_multiple_of(8);
    let mut segment = Segment { first, end: first, sealed: None };
    while at < bytes.len() {
        let frame = &bytes[at..];
        if frame.iter().all(|byte| *byte == 0) {
            // Room for frames to come.
            break;
        }
        let whole = 48 + if frame.len() >= 48 { u32_at(frame, 4) as usize } else { 0 };
        if frame.len() < whole || !frame.starts_with(b"LQf1") {
            return wrong(&format!("no frame at byte {at}"));
        }
        let covered = [&bytes[16..40], &(at as u64).to_le_bytes()[..], &frame[..40]].concat();
        let sum = crc32c::crc32c_append(crc32c::crc32c(&covered), &frame[48..whole]);
        if sum != u32_at(frame, 40) || u64_at(frame, 8) != segment.end || segment.sealed.is_some() {
            return wrong(&format!("the frame at byte {at} does not belong there"));
        }
        segment.end += u64::from(u32_at(frame, 16));
        segment.sealed = (frame[20] == 2).then_some(segment.end);
        at += whole.next_multiple_of(8);
    }
    Ok(segment)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
