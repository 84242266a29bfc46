//! A version in a few numbers, read out of its manifest without decoding the rest: of a list of ten thousand fragments,
//! Lance makes ten thousand values, which takes as long as showing a whole screen of versions may.
//!
//! Invariant: what it says is what the decoded manifest says; where it meets anything that it does not know, it says nothing.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path};

use chrono::{DateTime, Utc};

use super::wire::Fields;

/// Bytes of a file that is read here: some hundred thousand fragments have room in it.
const LONGEST: u64 = 64 << 20;
/// What the file of a manifest ends with: where the manifest begins, the format's version, and these bytes.
const END: usize = 16;
const MAGIC: &[u8] = b"LANC";
/// The flag of stable row ids, and that of a list of fragments that lies elsewhere.
const STABLE: u64 = 1 << 1;
const ELSEWHERE: u64 = 1 << 12;
/// The first flag that nobody has given a meaning yet.
const UNKNOWN: u64 = 1 << 18;

/// Lance's names of operations, by the number of the field that holds one. Of an update, there is more to say.
const OPERATIONS: [(u64, &str); 14] = [
    (100, "Append"),
    (101, "Delete"),
    (102, "Overwrite"),
    (103, "CreateIndex"),
    (104, "Rewrite"),
    (105, "Merge"),
    (106, "Restore"),
    (107, "ReserveFragments"),
    (109, "Project"),
    (110, "UpdateConfig"),
    (111, "DataReplacement"),
    (112, "UpdateMemWalState"),
    (113, "Clone"),
    (114, "UpdateBases"),
];

/// What is said of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Brief {
    pub(super) version: u64,
    pub(super) timestamp: DateTime<Utc>,
    /// Lance's name of what made it; none where that is not noted.
    pub(super) operation: Option<&'static str>,
    pub(super) rows: u64,
    pub(super) next_offset: u64,
    pub(super) fragments: u64,
    /// None where a file does not tell its size.
    pub(super) bytes: Option<u64>,
}

/// Reads a manifest, and what made the version, which `transaction` reads where that is a file of its own. Blocks.
pub(super) fn read(
    manifest: &Path,
    transaction: impl FnOnce(&str) -> Option<Vec<u8>>,
) -> Option<Brief> {
    let file = small(manifest)?;
    let said = Said::of(message(&file)?)?;
    let operation = match (said.section, said.transaction_file) {
        (Some(at), _) => Some(operation(section(&file, at)?)?),
        (None, Some(name)) => Some(operation(&transaction(name)?)?),
        (None, None) => None,
    };
    Some(said.brief(operation))
}

/// A file's bytes; none of what is no file, or so long that it is left to Lance, which the screen tries first.
pub(super) fn small(path: &Path) -> Option<Vec<u8>> {
    // A pipe would have to be opened to find out, and keep whoever does waiting.
    let is_small = |about: &fs::Metadata| about.is_file() && about.len() <= LONGEST;
    fs::metadata(path).ok().filter(is_small)?;
    let file = fs::File::open(path).ok()?;
    let length = file.metadata().ok().filter(is_small)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length).ok()?);
    file.take(length).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The bytes of the manifest in its file.
pub(super) fn message(file: &[u8]) -> Option<&[u8]> {
    let (before, end) = file.split_at_checked(file.len().checked_sub(END)?)?;
    let (at, end) = end.split_at_checked(8)?;
    if !end.ends_with(MAGIC) {
        return None;
    }
    let at = u64::from_le_bytes(at.try_into().ok()?);
    let message = section(before, at)?;
    let is_whole = before.len() as u64 == at.checked_add(4)?.checked_add(message.len() as u64)?;
    is_whole.then_some(message)
}

/// What stands at a place of a file, behind its length.
fn section(file: &[u8], at: u64) -> Option<&[u8]> {
    let (length, rest) = file.get(usize::try_from(at).ok()?..)?.split_at_checked(4)?;
    let length = u32::from_le_bytes(length.try_into().ok()?);
    rest.get(..usize::try_from(length).ok()?)
}

/// The name of the one operation of a transaction.
fn operation(transaction: &[u8]) -> Option<&'static str> {
    let mut found = None;
    for field in Fields::of(transaction) {
        let (number, _) = field?;
        if number >= 100 {
            found = Some(OPERATIONS.iter().find(|(known, _)| *known == number)?.1);
        }
    }
    found
}

/// The fields of a manifest that count.
#[derive(Debug, Default)]
struct Said<'a> {
    version: u64,
    timestamp: DateTime<Utc>,
    flags: u64,
    next_row_id: u64,
    transaction_file: Option<&'a str>,
    section: Option<u64>,
    fragments: u64,
    rows: u64,
    bytes: Option<u64>,
}

impl<'a> Said<'a> {
    fn of(manifest: &'a [u8]) -> Option<Self> {
        let mut said = Self { bytes: Some(0), ..Self::default() };
        let mut former_section = None;
        for field in Fields::of(manifest) {
            match field? {
                (2, fragment) => said.add(fragment.bytes()?)?,
                (3, version) => said.version = version.number()?,
                (7, time) => said.timestamp = timestamp(time.bytes()?)?,
                (9, flags) => said.flags = flags.number()?,
                (12, name) => {
                    let name = file_name(name.bytes()?)?;
                    said.transaction_file = Some(name).filter(|name| !name.is_empty());
                }
                (14, next) => said.next_row_id = next.number()?,
                (21, at) => former_section = Some(at.number()?),
                (22, _) => return None,
                (23, at) => said.section = Some(at.number()?),
                _ => {}
            }
        }
        said.section = said.section.or(former_section);
        (said.flags & ELSEWHERE == 0 && said.flags < UNKNOWN).then_some(said)
    }

    fn add(&mut self, fragment: &[u8]) -> Option<()> {
        let (mut physical, mut deleted) = (0_u64, Some(0));
        for field in Fields::of(fragment) {
            match field? {
                (2, file) => {
                    let size = number_in(file.bytes()?, 6)?;
                    let sum = self.bytes.filter(|_| size > 0);
                    self.bytes = sum.map(|sum| sum.saturating_add(size));
                }
                // A file of deletions that does not say how many there are leaves the number of rows open.
                (3, file) => deleted = Some(number_in(file.bytes()?, 4)?).filter(|n| *n > 0),
                (4, rows) => physical = rows.number()?,
                _ => {}
            }
        }
        let live = deleted.map_or(Some(0), |deleted| physical.checked_sub(deleted))?;
        self.rows = self.rows.saturating_add(live);
        self.fragments += 1;
        Some(())
    }

    fn brief(self, operation: Option<&'static str>) -> Brief {
        let is_stable = self.flags & STABLE != 0;
        Brief {
            version: self.version,
            timestamp: self.timestamp,
            operation,
            rows: self.rows,
            next_offset: if is_stable { self.next_row_id } else { self.rows },
            fragments: self.fragments,
            bytes: self.bytes,
        }
    }
}

/// A number of a message; 0 where it has none.
fn number_in(message: &[u8], wanted: u64) -> Option<u64> {
    let mut found = 0;
    for field in Fields::of(message) {
        match field? {
            (number, value) if number == wanted => found = value.number()?,
            _ => {}
        }
    }
    Some(found)
}

fn timestamp(message: &[u8]) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = (number_in(message, 1)?, number_in(message, 2)?);
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, u32::try_from(nanos).ok()?)
}

/// A name in a folder, or an empty one; none of what leads elsewhere.
fn file_name(name: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(name).ok()?;
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (None, _) => Some(""),
        (Some(Component::Normal(_)), None) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, LazyLock};

    use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator};
    use futures::FutureExt as _;
    use lance::Dataset;
    use lance::dataset::optimize::{CompactionOptions, compact_files};
    use lance::dataset::{WriteMode, WriteParams};
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// A message of fields, each of a number and a value below 128, or a message.
    fn fields(fields: &[(u8, &[u8])]) -> Vec<u8> {
        fields.iter().flat_map(|(key, value)| [&[*key], *value].concat()).collect()
    }

    fn nested(message: &[u8]) -> Vec<u8> {
        [&[u8::try_from(message.len()).unwrap()], message].concat()
    }

    fn manifest(transaction: &[u8], manifest: &[u8]) -> Vec<u8> {
        let length = |message: &[u8]| u32::try_from(message.len()).unwrap().to_le_bytes();
        let mut file = [&length(transaction)[..], transaction].concat();
        let at = (file.len() as u64).to_le_bytes();
        file.extend([&length(manifest)[..], manifest, &at, &[2, 0, 2, 0], MAGIC].concat());
        file
    }

    /// 7 rows of which 2 are deleted, and 3 rows; made by an append that stands at the beginning of the file.
    fn sample() -> Vec<u8> {
        let file = |size: u8| nested(&fields(&[(0x30, &[size])]));
        let deletions = nested(&fields(&[(0x20, &[2])]));
        let first = fields(&[(0x12, &file(100)), (0x1a, &deletions), (0x20, &[7])]);
        let second = fields(&[(0x12, &file(20)), (0x20, &[3])]);
        let time = nested(&fields(&[(0x08, &[60]), (0x10, &[5])]));
        let transaction = fields(&[(0x08, &[4]), (0xa2, &[0x06, 0])]);
        let said = fields(&[
            (0x12, &nested(&first)),
            (0x12, &nested(&second)),
            (0x18, &[9]),
            (0x3a, &time),
            (0x48, &[3]),
            (0x70, &[44]),
            (0xb8, &[0x01, 0]),
        ]);
        manifest(&transaction, &said)
    }

    fn read_bytes(bytes: &[u8]) -> Option<Brief> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.manifest");
        fs::write(&path, bytes).unwrap();
        read(&path, |_| None)
    }

    #[test]
    fn a_manifest_is_summed_up() {
        let timestamp = DateTime::from_timestamp(60, 5).unwrap();
        let operation = Some("Append");
        let (version, rows, next_offset, fragments, bytes) = (9, 8, 44, 2, Some(120));
        let brief = Brief { version, timestamp, operation, rows, next_offset, fragments, bytes };
        assert_eq!(read_bytes(&sample()), Some(brief));
    }

    #[test]
    fn whatever_a_file_says_is_read_or_refused_and_nothing_else_happens() {
        let sample = sample();
        for cut in 0..sample.len() {
            assert_eq!(read_bytes(&sample[..cut]), None, "cut after {cut} bytes");
        }
        for at in 0..sample.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = sample.clone();
                damaged[at] ^= flip;
                std::hint::black_box(read_bytes(&damaged));
            }
        }
    }

    /// The manifests that Lance writes of a dataset that grows, shrinks, and is rewritten and tagged.
    async fn of_lance(folder: &Path, is_stable: bool) -> Vec<Vec<u8>> {
        let path = folder.join("t.lance");
        let batch = || {
            let numbers = Arc::new(Int64Array::from_iter_values(0..20)) as ArrayRef;
            RecordBatch::try_from_iter([("n", numbers)]).unwrap()
        };
        let params =
            |mode| WriteParams { mode, enable_stable_row_ids: is_stable, ..WriteParams::default() };
        for mode in [WriteMode::Create, WriteMode::Append, WriteMode::Append] {
            let rows = RecordBatchIterator::new([Ok(batch())], batch().schema());
            let write = Dataset::write(rows, path.to_str().unwrap(), Some(params(mode)));
            write.boxed().await.unwrap();
        }
        let mut dataset = Dataset::open(path.to_str().unwrap()).boxed().await.unwrap();
        dataset.delete("n < 3").boxed().await.unwrap();
        compact_files(&mut dataset, CompactionOptions::default(), None).boxed().await.unwrap();
        let entries = fs::read_dir(path.join("_versions")).unwrap();
        let files = entries.map(|entry| fs::read(entry.unwrap().path()).unwrap());
        files.filter(|file| file.ends_with(MAGIC)).collect()
    }

    fn real() -> &'static [Vec<u8>] {
        static REAL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
            let make = || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                let made = [false, true].map(|is_stable| {
                    let folder = tempfile::tempdir().unwrap();
                    runtime.block_on(of_lance(folder.path(), is_stable))
                });
                made.concat()
            };
            std::thread::spawn(make).join().unwrap()
        });
        &REAL
    }

    /// Reads bytes in no more memory than they take, beside what opening a file takes.
    fn in_bounds(bytes: &[u8]) -> Option<Brief> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.manifest");
        fs::write(&path, bytes).unwrap();
        let mut found = None;
        let taken = allocation_counter::measure(|| found = read(&path, |_| Some(bytes.to_vec())));
        let most = 2 * bytes.len() as u64 + 4096;
        assert!(taken.bytes_max <= most, "{} bytes for {}", taken.bytes_max, bytes.len());
        found
    }

    #[test]
    fn what_is_no_file_or_very_long_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (long, pipe) = (folder.path().join("1.manifest"), folder.path().join("2.manifest"));
        fs::write(&long, sample()).unwrap();
        assert!(read(&long, |_| None).is_some());
        fs::OpenOptions::new().append(true).open(&long).unwrap().set_len(1 << 40).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&long, &pipe, &folder.path().into()] {
            let taken = allocation_counter::measure(|| assert_eq!(read(path, |_| None), None));
            assert!(taken.bytes_max < 4096, "{}: {} bytes", path.display(), taken.bytes_max);
        }
    }

    #[test]
    fn the_manifests_that_lance_writes_are_summed_up() {
        let found: Vec<Brief> = real().iter().filter_map(|file| in_bounds(file)).collect();
        assert_eq!(found.len(), real().len());
        for operation in ["Overwrite", "Append", "Delete", "Rewrite"] {
            assert!(found.iter().any(|b| b.operation == Some(operation)), "{operation}: {found:?}");
        }
        let rows: BTreeSet<u64> = found.iter().map(|brief| brief.rows).collect();
        assert_eq!(rows, BTreeSet::from([20, 40, 51, 60]));
    }

    /// A change of some bytes: the place, how many go, and what comes for them.
    fn change() -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
        let new = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..6),
            // Lengths and places far beyond the end.
            Just(vec![0xff; 4]),
            Just([vec![0xff; 9], vec![1]].concat()),
        ];
        (any::<Index>(), 0_usize..6, new)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_bytes_stand_for_a_manifest_they_are_read_in_bounded_memory(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            place in any::<u8>(),
        ) {
            in_bounds(&bytes);
            // With a sound end, what stands before it counts.
            let at = u64::from(place) % (bytes.len() as u64 + 1);
            let (before, said) = bytes.split_at(usize::try_from(at).unwrap());
            let length = u32::try_from(said.len()).unwrap().to_le_bytes();
            let end = [&at.to_le_bytes()[..], &[2, 0, 2, 0], MAGIC].concat();
            in_bounds(&[before, &length, said, &end].concat());
        }

        #[test]
        fn a_manifest_of_lance_that_was_changed_anywhere_is_read_in_bounded_memory(
            which in any::<Index>(),
            changes in proptest::collection::vec(change(), 1..4),
            cut in proptest::option::weighted(0.1, any::<Index>()),
        ) {
            let mut bytes = which.get(real()).clone();
            for (place, gone, new) in changes {
                let at = place.index(bytes.len());
                let end = (at + gone).min(bytes.len());
                bytes.splice(at..end, new);
            }
            bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
            in_bounds(&bytes);
        }
    }

    #[test]
    fn what_it_does_not_know_it_does_not_tell() {
        let transaction = fields(&[(0xa2, &[0x06, 0])]);
        let of = |said: &[u8]| read_bytes(&manifest(&transaction, said));
        let section = fields(&[(0xb8, &[0x01, 0])]);
        assert!(of(&section).is_some());
        let tree = fields(&[(0xb2, &[0x01, 0])]);
        let elsewhere = fields(&[(0x48, &[0x80, 0x20])]);
        let unknown = fields(&[(0x48, &[0x80, 0x80, 0x10])]);
        let leads_out = fields(&[(0x62, &nested(b"../../x"))]);
        for said in [tree, elsewhere, unknown, leads_out] {
            assert_eq!(of(&[&section[..], &said].concat()), None, "{said:?}");
        }
        let update = fields(&[(0xe2, &[0x06, 0])]);
        assert_eq!(read_bytes(&manifest(&update, &section)), None, "there is more to say of it");
    }
}
