//! Bytes under a sound checksum that say what nobody wrote: an error or a batch, never a panic, whatever they say.

use std::fs;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::{Float32Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, FixedSizeListArray, Int64Array,
    RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field};

use super::frame::{Frame, Kind};
use super::payload::{PayloadReader, encode, encode_schema};
use super::recovery::repair;
use super::{FileLock, Log, LogPlace};
use crate::engine::error::ErrorKind;

const CASES: u64 = 20_000;
/// Frames in a whole log.
const LOGS: u64 = 2_000;

/// A sequence that looks like chance and is the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    /// Some bytes or words become others, preferably such as lengths go wrong by.
    fn mutate(&mut self, sound: &[u8]) -> Vec<u8> {
        let mut bytes = sound.to_vec();
        for _ in 0..=self.roll(3) {
            let at = self.roll(bytes.len());
            let extreme = [0, 1, 2, 7, 8, 127, 128, 255][self.roll(8)];
            match self.roll(5) {
                0 => bytes[at] ^= 1 << self.roll(8),
                1 => bytes[at] = extreme,
                2 => bytes.truncate(at.max(1)),
                3 => bytes[at..].iter_mut().take(8).for_each(|byte| *byte = extreme),
                _ => {
                    let from = self.roll(sound.len().saturating_sub(8).max(1));
                    let word: Vec<u8> = sound[from..].iter().copied().take(8).collect();
                    bytes[at..].iter_mut().zip(word).for_each(|(byte, other)| *byte = other);
                }
            }
        }
        bytes
    }
}

fn every_kind() -> RecordBatch {
    let number: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
    let words: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
    let vectors = vec![Some(vec![Some(1.0), Some(2.0)]), None, Some(vec![Some(3.0), None])];
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("x"), None]);
    lists.append_null();
    lists.append_value([Some("yz")]);
    let field = Arc::new(Field::new("inner", DataType::Int64, true));
    let nulls = Some(vec![true, false, true].into());
    let nested = StructArray::new(vec![field].into(), vec![number.clone()], nulls);
    let columns: [(&str, ArrayRef); 9] = [
        ("number", number),
        ("text", Arc::new(StringArray::from(vec![Some("some text"), None, Some("")]))),
        ("word", Arc::new(words)),
        (
            "vector",
            Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vectors, 2)),
        ),
        ("list", Arc::new(lists.finish())),
        ("nested", Arc::new(nested)),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        (
            "price",
            Arc::new(Decimal128Array::from(vec![1, 2, 3]).with_precision_and_scale(9, 2).unwrap()),
        ),
        ("time", Arc::new(TimestampMicrosecondArray::from(vec![1, 2, 3]).with_timezone("UTC"))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// What comes out can be looked at, all of it, and took no more memory than there were bytes, give or take the columns.
fn is_harmless(batch: &RecordBatch, payload: usize) -> bool {
    let shown = format!("{batch:?}");
    !shown.is_empty() && batch.get_array_memory_size() <= 16 * payload + 64 * 1024
}

#[test]
fn a_payload_that_says_anything_is_an_error_or_a_batch() {
    let sound = every_kind();
    let reader = PayloadReader::new(&encode_schema(&sound.schema()).unwrap()).unwrap();
    let payload = encode(&sound).unwrap().bytes;
    let (mut dice, mut read) = (Dice(1), 0);
    for case in 0..CASES {
        let bytes = dice.mutate(&payload);
        if let Ok(batch) = reader.decode(&bytes) {
            read += 1;
            assert!(is_harmless(&batch, bytes.len()), "case {case}");
        }
    }
    assert!(read > CASES / 100 && read < CASES, "{read} of them could be read");
}

#[test]
fn a_schema_that_says_anything_is_an_error_or_a_schema() {
    let sound = every_kind();
    let message = encode_schema(&sound.schema()).unwrap();
    let payload = encode(&sound).unwrap().bytes;
    let mut dice = Dice(2);
    for case in 0..CASES {
        let Ok(reader) = PayloadReader::new(&dice.mutate(&message)) else { continue };
        if let Ok(batch) = reader.decode(&payload) {
            assert!(is_harmless(&batch, payload.len()), "case {case}");
        }
    }
}

/// A frame of any position, length and kind behind two sound ones: these are read, and the log can be opened, at the
/// latest once it was repaired.
#[test]
fn a_frame_that_says_anything_is_damage_or_a_frame() {
    let sound = every_kind();
    let schema = sound.schema();
    let payload = encode(&sound).unwrap();
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let mut dice = Dice(3);
    for case in 0..LOGS {
        let folder = folder.path().join(case.to_string());
        fs::create_dir(&folder).unwrap();
        let place = LogPlace { topic: "t".into(), bucket: 0, folder };
        let lock = FileLock::append(&place);
        let mut held = lock.lock(Duration::ZERO).unwrap();
        let mut log = Log::create(&place, &mut held, 1, 0, &schema).unwrap();
        for _ in 0..2 {
            log.append(&held, &payload, 0, 0).unwrap();
        }
        let frame = Frame {
            kind: [Kind::Data, Kind::Seal][dice.roll(2)],
            first: [6, 6, 0, 5, 7, u64::MAX, u64::MAX - 2][dice.roll(7)],
            rows: [3, 0, 1, u32::MAX][dice.roll(4)],
            durable_upto: [0, 6, 9, u64::MAX][dice.roll(4)],
            put_at: [0, i64::MIN][dice.roll(2)],
        };
        let bytes = match dice.roll(3) {
            0 => Vec::new(),
            1 => payload.bytes.clone(),
            _ => dice.mutate(&payload.bytes),
        };
        let active = log.segments.last().unwrap();
        let mut written = Vec::new();
        frame.encode(active.home, active.at, &bytes, &mut written);
        let file = fs::OpenOptions::new().write(true).open(&active.path).unwrap();
        file.write_all_at(&written, active.at).unwrap();
        drop(log);
        let case = format!("case {case}, {frame:?}");
        let (_, read) = Log::open(&place, None).unwrap().unwrap();
        let found: Vec<_> = read.found.iter().map(|found| (found.lsn, &found.batch)).collect();
        assert_eq!(found[..2], [(0, &sound), (3, &sound)], "{case}");
        assert!(found.len() < 4 && found.get(2).is_none_or(|(lsn, _)| *lsn == 6), "{case}");
        match Log::recover(&place, &mut held, 0, &schema) {
            Ok(opened) => assert!(opened.unwrap().0.end() >= 6, "{case}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Corrupt, "{case}");
                repair(&place, &mut held, 0, &schema).unwrap().unwrap();
            }
        }
        let mended = Log::recover(&place, &mut held, 0, &schema).unwrap().unwrap().2;
        assert_eq!(mended, [], "{case}: a second opening");
        fs::remove_dir_all(&place.folder).unwrap();
    }
}

#[test]
fn a_compressed_batch_is_refused() {
    let sound = every_kind();
    let options = arrow_ipc::writer::IpcWriteOptions::default();
    let options =
        options.try_with_compression(Some(arrow_ipc::CompressionType::LZ4_FRAME)).unwrap();
    let plain = RecordBatch::try_from_iter([("number", sound.column(0).clone())]).unwrap();
    let mut file =
        arrow_ipc::writer::StreamWriter::try_new_with_options(Vec::new(), &plain.schema(), options)
            .unwrap();
    file.write(&plain).unwrap();
    let stream = file.into_inner().unwrap();
    let schema = encode_schema(&plain.schema()).unwrap();
    let reader = PayloadReader::new(&schema).unwrap();
    // The stream begins with the schema, and ends with a mark.
    let length = 8 + u32::from_le_bytes(stream[4..8].try_into().unwrap()) as usize;
    let error = reader.decode(&stream[length..stream.len() - 8]).unwrap_err().to_string();
    assert!(error.contains("compressed"), "{error}");
}
