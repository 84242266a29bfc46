//! Reading ahead: the rows that one who reads page after page will want next.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::blocks::{Coming, blocks, coming};
use super::course::{Course, Recent, rows_ahead};
use super::index::Span;
use super::kept::FileKey;
use super::projection::Projection;
use super::read::{Rows, hull, index};
use super::table::Table;
use crate::engine::record::own_bytes;

/// Fragments that one task reads ahead at most.
const MOST_FRAGMENTS: usize = 64;
/// Tasks that read ahead at the same time.
const MOST_TASKS: usize = 4;

/// Rows of one fragment that are to be read.
struct Missing {
    fragment: u64,
    file: Arc<FileKey>,
    rows: Range<usize>,
}

impl Table {
    /// Has the rows read in the background that follow these, where they follow rows that were read before.
    ///
    /// Nothing waits for it, and nothing comes of its failure: whoever wants the rows reads them himself then.
    pub(super) fn read_ahead(&self, projection: &Projection, found: &[Rows]) {
        let Some(read) = extent(found) else { return };
        let Some(course) = note(self, projection, &read) else { return };
        let rows: usize = found.iter().map(|rows| rows.offsets.len()).sum();
        let bytes = found.iter().map(|rows| index(own_bytes(&rows.batch))).sum();
        let wanted = rows_ahead(rows, bytes);
        if bytes / rows.max(1) * wanted > blocks().largest() {
            return;
        }
        let all = self.stretches(projection, &course.ahead(&read, wanted));
        let missing = missing(&all);
        let left: usize = missing.iter().map(|missing| missing.rows.len()).sum();
        let there: usize = all.iter().map(|stretch| stretch.rows.len()).sum::<usize>() - left;
        // Seldom and much, rather than a little with each page.
        if left > there
            && let Some(turn) = Turn::take()
        {
            self.start(projection, missing, turn);
        }
    }

    /// The rows with these offsets, fragment by fragment, as far as it is known where they lie.
    fn stretches(&self, projection: &Projection, offsets: &Range<u64>) -> Vec<Missing> {
        let spans = self.index().spans_from(offsets.start).iter();
        let spans = spans.take_while(|span| span.first < offsets.end).take(MOST_FRAGMENTS);
        let stretch = |span: &Span| {
            let rows = self.places_of(span, offsets)?;
            let file = self.file(span.fragment, projection).ok()?;
            Some(Missing { fragment: span.fragment, file, rows })
        };
        spans.filter_map(stretch).collect()
    }

    /// Where the rows of a fragment with these offsets lie in its file.
    fn places_of(&self, span: &Span, offsets: &Range<u64>) -> Option<Range<usize>> {
        if span.dense {
            let from = offsets.start.max(span.first) - span.first;
            let to = offsets.end.min(span.last + 1) - span.first;
            return Some(index(from)..index(to));
        }
        let live = self.known_live(span)?;
        let from = live.partition_point(|(offset, _)| *offset < offsets.start);
        let to = live.partition_point(|(offset, _)| *offset < offsets.end);
        let wanted = live.get(from..to)?;
        hull(wanted).filter(|hull| hull.len() <= 2 * wanted.len())
    }

    fn start(&self, projection: &Projection, missing: Vec<Missing>, turn: Turn) {
        let announce = |missing: Missing| {
            let Missing { fragment, file, rows } = missing;
            let coming = self.coming(fragment, projection.clone(), rows.clone());
            blocks().expect(file.clone(), rows.clone(), coming.clone());
            (file, rows.start, coming)
        };
        let begun: Vec<_> = missing.into_iter().map(announce).collect();
        tokio::spawn(async move {
            for (file, start, coming) in begun {
                match coming.await {
                    Some(batch) => blocks().put(file, start, batch),
                    None => blocks().take(&file, start),
                }
            }
            drop(turn);
        });
    }

    fn coming(&self, fragment: u64, projection: Projection, rows: Range<usize>) -> Coming {
        let table = self.clone();
        coming(async move {
            table.access.tally().ahead();
            table.decode(fragment, &projection, rows).await.ok()
        })
    }
}

/// What of these rows is in no block.
fn missing(stretches: &[Missing]) -> Vec<Missing> {
    let blocks = blocks();
    let left = |stretch: &Missing| {
        let rows = blocks.missing(&stretch.file, stretch.rows.clone());
        let (fragment, file) = (stretch.fragment, stretch.file.clone());
        (!rows.is_empty()).then_some(Missing { fragment, file, rows })
    };
    stretches.iter().filter_map(left).collect()
}

/// The offsets from the first row to the last.
fn extent(found: &[Rows]) -> Option<Range<u64>> {
    let first = found.first()?.offsets.first()?;
    let last = found.last()?.offsets.last()?;
    Some(*first..last + 1)
}

/// Takes note of a read; says whether it goes on from another one.
fn note(table: &Table, projection: &Projection, read: &Range<u64>) -> Option<Course> {
    static RECENT: LazyLock<Mutex<Recent<FileKey>>> = LazyLock::new(Mutex::default);
    let (dataset, fields) = (table.path.clone(), projection.fields.clone());
    let key = FileKey { dataset, files: Vec::new(), fields, runtime: None };
    RECENT.lock().unwrap_or_else(PoisonError::into_inner).note(key, read.clone())
}

/// One of the tasks that may run at the same time.
struct Turn;

static TASKS: AtomicUsize = AtomicUsize::new(0);

impl Turn {
    fn take() -> Option<Self> {
        let more = |tasks: usize| (tasks < MOST_TASKS).then_some(tasks + 1);
        TASKS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TASKS.fetch_sub(1, Ordering::Relaxed);
    }
}
