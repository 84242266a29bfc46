//! Rows that were decoded lately, or are being read ahead: bounded in bytes, one cache a process.
//!
//! A block is some rows of a file, by their places in it, whether they are deleted or not. Files never change, and which of
//! their rows a version has is its index's to say: so a block is right for every version.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_select::take::take_record_batch;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use lru::LruCache;

use super::kept::FileKey;
use crate::engine::record::own_bytes;

/// What a block takes besides its rows: so that very small ones are bounded, too.
const OVERHEAD: usize = 512;

/// Rows that somebody reads already; `None` where that failed.
pub(super) type Coming = Shared<BoxFuture<'static, Option<RecordBatch>>>;

/// A block's rows.
#[derive(Debug, Clone)]
pub(super) enum Block {
    Here(RecordBatch),
    Coming(Coming),
}

/// Rows of a block, from `skip` on.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) block: Block,
    pub(super) skip: usize,
    pub(super) rows: usize,
}

#[derive(Debug)]
struct Entry {
    block: Block,
    end: usize,
    bytes: usize,
}

/// The blocks of many files, the one that was used longest ago given up first.
///
/// Invariant: `starts` names the blocks in `recent`, and none else.
#[derive(Debug)]
pub(super) struct Blocks {
    recent: LruCache<(Arc<FileKey>, usize), Entry>,
    starts: HashMap<Arc<FileKey>, BTreeSet<usize>>,
    bytes: usize,
    most: usize,
}

/// The process's blocks.
pub(super) fn blocks() -> MutexGuard<'static, Blocks> {
    static BLOCKS: LazyLock<Mutex<Blocks>> = LazyLock::new(|| Mutex::new(Blocks::new(0)));
    BLOCKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the process keep so many bytes of decoded rows, where it does not keep more.
pub(crate) fn keep_decoded(bytes: usize) {
    let mut blocks = blocks();
    blocks.most = blocks.most.max(bytes);
}

impl Blocks {
    fn new(most: usize) -> Self {
        Self { recent: LruCache::unbounded(), starts: HashMap::new(), bytes: 0, most }
    }

    /// The largest block that is kept: one must not push out all others.
    pub(super) fn largest(&self) -> usize {
        self.most / 8
    }

    /// The parts that begin with the first of these rows and follow each other.
    pub(super) fn front(&mut self, file: &Arc<FileKey>, rows: Range<usize>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut at = rows.start;
        while at < rows.end
            && let Some(start) = self.start_at(file, at)
            && let Some(entry) = self.recent.get(&(file.clone(), start))
            && entry.end > at
        {
            let end = entry.end.min(rows.end);
            parts.push(Part { block: entry.block.clone(), skip: at - start, rows: end - at });
            at = end;
        }
        parts
    }

    /// What is left of these rows without those in blocks at either end.
    pub(super) fn missing(&self, file: &Arc<FileKey>, rows: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = rows;
        while start < end
            && let Some((_, behind)) = self.around(file, start)
        {
            start = behind.min(end);
        }
        while start < end
            && let Some((first, _)) = self.around(file, end - 1)
        {
            end = first.max(start);
        }
        start..end
    }

    /// Keeps rows, where they are not too many.
    pub(super) fn put(&mut self, file: Arc<FileKey>, start: usize, batch: RecordBatch) {
        let rows = start..start + batch.num_rows();
        let (batch, bytes) = compact(batch);
        self.take(&file, start);
        if bytes <= self.largest() && !rows.is_empty() {
            self.insert(file, rows, Block::Here(batch), bytes);
        }
    }

    /// Notes that somebody reads these rows.
    pub(super) fn expect(&mut self, file: Arc<FileKey>, rows: Range<usize>, coming: Coming) {
        self.take(&file, rows.start);
        self.insert(file, rows, Block::Coming(coming), 0);
    }

    /// Gives up the block that begins there.
    pub(super) fn take(&mut self, file: &Arc<FileKey>, start: usize) {
        if let Some(entry) = self.recent.pop(&(file.clone(), start)) {
            self.forget(file, start, entry.bytes);
        }
    }

    fn insert(&mut self, file: Arc<FileKey>, rows: Range<usize>, block: Block, bytes: usize) {
        let bytes = bytes + OVERHEAD;
        self.starts.entry(file.clone()).or_default().insert(rows.start);
        self.recent.put((file, rows.start), Entry { block, end: rows.end, bytes });
        self.bytes += bytes;
        while self.bytes > self.most
            && let Some(((file, start), entry)) = self.recent.pop_lru()
        {
            self.forget(&file, start, entry.bytes);
        }
    }

    fn forget(&mut self, file: &Arc<FileKey>, start: usize, bytes: usize) {
        self.bytes -= bytes;
        if let Some(starts) = self.starts.get_mut(file) {
            starts.remove(&start);
            if starts.is_empty() {
                self.starts.remove(file);
            }
        }
    }

    /// The last block that begins at or before a row.
    fn start_at(&self, file: &Arc<FileKey>, row: usize) -> Option<usize> {
        self.starts.get(file)?.range(..=row).next_back().copied()
    }

    /// Where the block with a row begins and ends.
    fn around(&self, file: &Arc<FileKey>, row: usize) -> Option<(usize, usize)> {
        let start = self.start_at(file, row)?;
        let entry = self.recent.peek(&(file.clone(), start))?;
        (entry.end > row).then_some((start, entry.end))
    }
}

/// Rows without what they would keep of others, as parts of a file that was read at once do; and their bytes.
fn compact(batch: RecordBatch) -> (RecordBatch, usize) {
    let kept = batch.get_array_memory_size();
    if kept as u64 <= 2 * own_bytes(&batch) {
        return (batch, kept);
    }
    let all = UInt64Array::from_iter_values(0..batch.num_rows() as u64);
    let copy = take_record_batch(&batch, &all).unwrap_or(batch);
    let bytes = copy.get_array_memory_size();
    (copy, bytes)
}

impl Part {
    /// Its rows; `None` where they could not be read.
    pub(super) async fn rows(self) -> Option<RecordBatch> {
        let batch = match self.block {
            Block::Here(batch) => batch,
            Block::Coming(coming) => coming.await?,
        };
        // A file may turn out to have fewer rows than its manifest says.
        (self.skip + self.rows <= batch.num_rows()).then(|| batch.slice(self.skip, self.rows))
    }
}

/// A read that others may wait for, too.
pub(super) fn coming(read: impl Future<Output = Option<RecordBatch>> + Send + 'static) -> Coming {
    read.boxed().shared()
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    fn file(name: &str) -> Arc<FileKey> {
        let (dataset, files) = (std::path::Path::new("/d").into(), vec![(name.into(), None)]);
        Arc::new(FileKey { dataset, files, fields: Arc::new([]), runtime: None })
    }

    fn rows(numbers: Range<i64>) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers));
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    fn found(blocks: &mut Blocks, file: &Arc<FileKey>, rows: Range<usize>) -> Vec<(usize, usize)> {
        blocks.front(file, rows).iter().map(|part| (part.skip, part.rows)).collect()
    }

    #[test]
    fn rows_are_found_where_blocks_follow_each_other() {
        let (mut blocks, a) = (Blocks::new(1 << 20), file("a"));
        blocks.put(a.clone(), 100, rows(100..200));
        blocks.put(a.clone(), 200, rows(200..250));
        assert_eq!(found(&mut blocks, &a, 100..200), [(0, 100)]);
        assert_eq!(found(&mut blocks, &a, 150..220), [(50, 50), (0, 20)]);
        assert_eq!(found(&mut blocks, &a, 240..300), [(40, 10)], "the rest is to be read");
        for elsewhere in [0..10, 90..110, 250..260] {
            assert!(found(&mut blocks, &a, elsewhere).is_empty());
        }
        assert!(found(&mut blocks, &file("b"), 100..200).is_empty(), "another file");
    }

    #[test]
    fn what_is_missing_lies_between_what_is_there() {
        let (mut blocks, a) = (Blocks::new(1 << 20), file("a"));
        blocks.put(a.clone(), 0, rows(0..10));
        blocks.put(a.clone(), 10, rows(10..20));
        blocks.put(a.clone(), 30, rows(30..40));
        for (asked, missing) in
            [(0..40, 20..30), (5..15, 15..15), (15..25, 20..25), (22..35, 22..30), (50..60, 50..60)]
        {
            assert_eq!(blocks.missing(&a, asked.clone()), missing, "of {asked:?}");
        }
    }

    #[test]
    fn the_bytes_that_are_kept_are_bounded_however_many_files_there_are() {
        let most = 64 << 10;
        let mut blocks = Blocks::new(most);
        for n in 0..1000 {
            blocks.put(file(&n.to_string()), 0, rows(0..100));
            assert!(blocks.bytes <= most, "{} bytes after {n}", blocks.bytes);
        }
        assert!(!found(&mut blocks, &file("999"), 0..100).is_empty(), "the last one is there");
        assert!(found(&mut blocks, &file("0"), 0..100).is_empty(), "the first one is not");
        assert_eq!(blocks.starts.len(), blocks.recent.len());
        blocks.put(file("large"), 0, rows(0..100_000));
        assert!(
            found(&mut blocks, &file("large"), 0..1).is_empty(),
            "it would push out all others"
        );
        assert!(!found(&mut blocks, &file("999"), 0..100).is_empty());
    }

    #[tokio::test]
    async fn rows_that_are_being_read_are_waited_for_by_all_who_want_them() {
        let (mut blocks, a) = (Blocks::new(1 << 20), file("a"));
        let (send, receive) = tokio::sync::oneshot::channel();
        blocks.expect(a.clone(), 0..10, coming(async { receive.await.ok() }));
        let parts = blocks.front(&a, 2..5).into_iter().chain(blocks.front(&a, 5..6));
        let waiting: Vec<_> = parts.map(|part| tokio::spawn(part.rows())).collect();
        send.send(rows(0..10)).unwrap();
        let mut got = Vec::new();
        for part in waiting {
            got.push(part.await.unwrap().unwrap());
        }
        assert_eq!(got, [rows(2..5), rows(5..6)]);
    }

    #[tokio::test]
    async fn a_file_that_has_fewer_rows_than_it_says_gives_none() {
        let part = Part { block: Block::Here(rows(0..5)), skip: 3, rows: 3 };
        assert!(part.rows().await.is_none());
    }
}
