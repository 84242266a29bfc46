//! A segment of sound frames, seals, damage and room in any order: it is read up to the first of them that is not sound.

use std::fs;
use std::sync::LazyLock;

use arrow_array::RecordBatch;

use super::front::seal;
use super::samples::{BATCHES, HOME};
use crate::engine::error::Error;
use crate::engine::scratch::Scratch;
use crate::engine::wal::LogPlace;
use crate::engine::wal::frame::{Frame, Kind};
use crate::engine::wal::header::Header;
use crate::engine::wal::log::Found;
use crate::engine::wal::payload::{Payload, encode, encode_schema};
use crate::engine::wal::segment::{Rest, Segment};

/// A batch, its payload, and the front of a segment for it.
static SAMPLE: LazyLock<(RecordBatch, Payload, Vec<u8>)> = LazyLock::new(|| {
    let batch = BATCHES.last().expect("there are some").clone();
    let payload = encode(&batch).expect("a sound batch");
    let schema = encode_schema(&batch.schema()).expect("a sound schema");
    let front = Header { home: HOME, schema }.encode();
    (batch, payload, front)
});

/// What is in a segment, and how much of it is read for certain.
struct Made {
    bytes: Vec<u8>,
    /// Behind the last record.
    end: u64,
    /// The frames written as they should be, in front of anything else.
    sound: usize,
    is_sound: bool,
}

/// Bytes taken off the front of the input say what comes next; nothing at its end.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *byte
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = usize::from(self.byte()).min(most).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes.to_vec()
    }
}

/// Every frame in front of the first damage is found, nothing is found twice or out of order, and a segment that is read
/// while it grows ends in the same.
pub(crate) fn segment(data: &[u8]) {
    let mut script = Script(data);
    let cut = usize::from(u16::from_le_bytes([script.byte(), script.byte()]));
    let mut made = Made { bytes: SAMPLE.2.clone(), end: HOME.first, sound: 0, is_sound: true };
    while !script.0.is_empty() && made.bytes.len() < 64 << 10 {
        made.step(&mut script);
    }
    let scratch = Scratch::new();
    let place = scratch.place();
    let whole = read_all(&place, &made.bytes, None);
    assert!(whole.lsns.len() >= made.sound, "{} of {}", whole.lsns.len(), made.sound);
    if let Some(behind) = made.bytes.len().checked_sub(SAMPLE.2.len()).filter(|b| *b > 0) {
        let grown = read_all(&place, &made.bytes, Some(SAMPLE.2.len() + cut % behind));
        let (seen, all) = (grown.lsns, whole.lsns);
        assert_eq!(seen, all[..seen.len()], "while it grows");
        assert!(grown.is_broken || seen.len() == all.len(), "while it grows");
    }
}

impl Made {
    fn step(&mut self, script: &mut Script<'_>) {
        let at = self.bytes.len() as u64;
        let odd = script.byte();
        let mut frame =
            Frame { kind: Kind::Data, first: self.end, rows: 3, durable_upto: 0, put_at: 0 };
        match odd % 8 {
            0..=2 => {
                frame.encode(HOME, at, &SAMPLE.1.bytes, &mut self.bytes);
                self.sound += usize::from(self.is_sound);
            }
            3 => {
                (frame.kind, frame.rows) = (Kind::Seal, 0);
                frame.encode(HOME, at, &[], &mut self.bytes);
                self.is_sound = false;
            }
            4 => self.odd_frame(frame, script),
            5 => {
                let from = self.bytes.len();
                frame.encode(HOME, at, &SAMPLE.1.bytes, &mut self.bytes);
                let most = (self.bytes.len() - from).saturating_sub(1);
                self.bytes.truncate(from + most * usize::from(script.byte()) / 256);
                self.is_sound = false;
            }
            6 => {
                let bytes = script.bytes(64);
                self.is_sound = false;
                self.bytes.extend(bytes);
            }
            _ => {
                self.is_sound = false;
                self.bytes.resize(self.bytes.len() + 64 * usize::from(script.byte()), 0);
            }
        }
        self.end += if odd % 8 < 3 { 3 } else { 0 };
    }

    /// A frame under a sound checksum that says anything.
    fn odd_frame(&mut self, frame: Frame, script: &mut Script<'_>) {
        let (at, start) = (self.bytes.len() as u64, self.bytes.len());
        frame.encode(HOME, at, &script.bytes(255), &mut self.bytes);
        for _ in 0..script.byte() % 4 {
            let place = start + 8 + usize::from(script.byte()) % 32;
            if let Some(byte) = self.bytes.get_mut(place) {
                *byte = script.byte();
            }
        }
        if let Some(bytes) = self.bytes.get_mut(start..) {
            seal(HOME, at, bytes);
        }
        self.is_sound = false;
    }
}

struct Seen {
    lsns: Vec<u64>,
    /// It ended in damage.
    is_broken: bool,
}

/// Reads a segment, first with no more than `cut` bytes, where that is said.
fn read_all(place: &LogPlace, bytes: &[u8], cut: Option<usize>) -> Seen {
    let path = place.segment(HOME.first);
    let first = bytes.get(..cut.unwrap_or(bytes.len())).unwrap_or(bytes);
    fs::write(&path, first).expect("written to memory");
    let segment = Segment::open(place, HOME).expect("its header is sound");
    let mut segment = segment.expect("just written");
    let mut found = Vec::new();
    let mut rest = segment.read_on(&mut found);
    if cut.is_some() && matches!(rest, Ok(Rest::Nothing | Rest::Incomplete)) {
        // As its writer would: the same file, longer.
        let file = fs::OpenOptions::new().write(true).open(&path).expect("it is there");
        std::os::unix::fs::FileExt::write_all_at(&file, bytes, 0).expect("written to memory");
        rest = segment.read_on(&mut found);
    }
    check(&segment, &found, bytes.len());
    segment.has_bytes_behind().expect("it can be read");
    match &rest {
        Ok(_) | Err(Error::LogDamaged { .. } | Error::Unsupported { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    let is_broken = !matches!(rest, Ok(Rest::Nothing));
    Seen { lsns: found.iter().map(|found| found.lsn).collect(), is_broken }
}

fn check(segment: &Segment, found: &[Found], length: usize) {
    let mut next = HOME.first;
    for found in found {
        assert_eq!(found.lsn, next);
        next += found.batch.num_rows() as u64;
    }
    assert_eq!(next, segment.end);
    assert!(segment.at <= length as u64);
}
