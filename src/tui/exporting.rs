//! Writes records into a file, and says how far it is. The file is complete, or not there.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;

use super::data::{Fault, Filter};
use super::event::Answer;
use super::runner::Sink;
use super::sift;
use super::work::{Exported, Lot, Order};
use crate::files::{self, FileFormat, Target};
use crate::{Chunk, Engine, Reader};

/// How often it says how far it is.
const PACE: Duration = Duration::from_millis(100);

type Writing = files::Sink<BufWriter<File>>;

/// Writes what is ordered. Says how far it is as soon as it has begun: until then, nothing was made.
///
/// Cancel: safe to drop at any await; then no file is there, or a complete one.
pub(super) async fn export(engine: &Engine, order: Order, sink: &Sink) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let path = absolute(&order.file);
    let format = FileFormat::of(&path).ok_or_else(|| Fault::new(UNKNOWN))?;
    let (source, schema) = Source::of(engine, &order).await?;
    let target = match Target::of(&path, order.replace) {
        Ok(target) => target,
        Err(files::Fault::Exists(_)) => return Ok(Answer::IsThere(order.file)),
        Err(fault) => return Err(fault.into()),
    };
    let out = BufWriter::with_capacity(64 << 10, target.open()?);
    let writing = files::Sink::new(format, out, &schema)?;
    let (records, non_finite) = written(source, writing, sink).await?;
    // The content is synced here, which may take its time.
    let complete = tokio::task::spawn_blocking(move || target.complete()).await;
    let bytes = complete.map_err(|_| broken())??;
    let path = path.display().to_string();
    let took = begun.elapsed();
    Ok(Answer::Exported(Exported { order, path, records, bytes, non_finite, took }))
}

/// What is said of a name that says nothing.
pub(crate) const UNKNOWN: &str = "end it in .jsonl, .csv, .parquet or .arrow";

fn broken() -> Fault {
    Fault::new("the file could not be written")
}

/// The path that was meant: `~` is the home folder, as in a shell.
fn absolute(file: &str) -> PathBuf {
    let path = match file.strip_prefix("~/").zip(std::env::var_os("HOME")) {
        Some((rest, home)) => Path::new(&home).join(rest),
        None => file.into(),
    };
    // Where there is no working directory, the name alone still says which file is meant.
    std::path::absolute(&path).unwrap_or(path)
}

/// Where the records come from.
enum Source {
    /// A pass, up to its end.
    Scan(Box<crate::Scan>),
    /// Some that were picked, read already.
    Picked(Vec<RecordBatch>),
}

impl Source {
    async fn of(engine: &Engine, order: &Order) -> Result<(Self, SchemaRef), Fault> {
        let none = Filter::default();
        let filter = if let Lot::Matching(filter) = &order.lot { filter } else { &none };
        let version = order.version.as_ref();
        let reader = sift::conditioned(engine, &order.place, version, filter).await?;
        if let Lot::These(places) = &order.lot {
            let batches = picked(&reader, places).await?;
            let first = batches.first().map(RecordBatch::schema);
            let schema = match first {
                Some(schema) => schema,
                None => reader.schema().await?,
            };
            return Ok((Self::Picked(batches), schema));
        }
        let scan = reader.scan().await?;
        let schema = scan.schema().clone();
        Ok((Self::Scan(Box::new(scan)), schema))
    }

    fn total(&self) -> u64 {
        match self {
            Self::Scan(scan) => scan.total(),
            Self::Picked(batches) => batches.iter().map(|batch| batch.num_rows() as u64).sum(),
        }
    }

    /// How many were looked at.
    fn passed(&self) -> u64 {
        match self {
            Self::Scan(scan) => scan.passed(),
            Self::Picked(_) => 0,
        }
    }

    async fn next(&mut self) -> crate::Result<Option<RecordBatch>> {
        match self {
            Self::Scan(scan) => Ok(scan.next().await?.map(|chunk| chunk.batch)),
            Self::Picked(batches) => Ok(batches.pop()),
        }
    }
}

/// Some records as one batch, in the order in which they were named; those that are gone are left out.
async fn picked(reader: &Reader, places: &[(u32, u64)]) -> Result<Vec<RecordBatch>, Fault> {
    let page = reader.take(places).await?;
    let Some(schema) = page.chunks.first().map(|chunk| chunk.batch.schema()) else {
        return Ok(Vec::new());
    };
    let batches: Vec<&RecordBatch> = page.chunks.iter().map(|chunk| &chunk.batch).collect();
    let whole = concat_batches(&schema, batches).map_err(|error| Fault::new(error.to_string()))?;
    let own = |chunk: &Chunk| {
        let bucket = chunk.bucket;
        chunk.offsets.iter().map(|offset| (bucket, *offset)).collect::<Vec<_>>()
    };
    let read: Vec<(u32, u64)> = page.chunks.iter().flat_map(own).collect();
    let row = |place: &(u32, u64)| read.iter().position(|found| found == place);
    let rows: UInt64Array = places.iter().filter_map(row).map(|row| row as u64).collect();
    let ordered = take_record_batch(&whole, &rows);
    Ok(vec![ordered.map_err(|error| Fault::new(error.to_string()))?])
}

/// Writes everything; says how many records, and how many of their values were written as null.
async fn written(
    mut source: Source,
    mut writing: Writing,
    sink: &Sink,
) -> Result<(u64, u64), Fault> {
    let (total, mut records, mut told) = (source.total(), 0, Instant::now());
    sink.send(Ok(Answer::Progress(0, total))).await;
    while let Some(batch) = source.next().await? {
        records += batch.num_rows() as u64;
        // The disk may be slow: meanwhile, this task's thread serves others.
        let wrote = tokio::task::spawn_blocking(move || {
            let wrote = writing.write(&batch);
            (writing, wrote)
        });
        let (left, wrote) = wrote.await.map_err(|_| broken())?;
        wrote?;
        writing = left;
        if told.elapsed() >= PACE {
            told = Instant::now();
            sink.send(Ok(Answer::Progress(source.passed().max(records), total))).await;
        }
    }
    let finished = tokio::task::spawn_blocking(move || writing.finish()).await;
    Ok((records, finished.map_err(|_| broken())??))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::tui::data::Chip;
    use crate::tui::effect::{Past, Place};
    use crate::tui::event::Event;

    struct Root {
        folder: TempDir,
        engine: Engine,
    }

    /// Five records in a version, and two that are buffered.
    async fn root() -> Root {
        let folder = TempDir::new().unwrap();
        let engine = Engine::open(folder.path().join("root")).await.unwrap();
        let writer = engine.writer("t").open().await.unwrap();
        for n in 0..7 {
            writer.put(json!({"id": n.to_string(), "n": n})).await.unwrap();
            if n == 4 {
                writer.flush().await.unwrap();
            }
        }
        writer.close_unflushed().await.unwrap();
        Root { folder, engine }
    }

    impl Root {
        fn path(&self, name: &str) -> String {
            self.folder.path().join(name).display().to_string()
        }

        async fn export(&self, lot: Lot, file: &str, replace: bool) -> Result<Answer, Fault> {
            let place = Place { topic: "t".parse().unwrap(), bucket: None };
            let order = Order { place, version: None, lot, file: self.path(file), replace };
            self.order(order).await
        }

        async fn order(&self, order: Order) -> Result<Answer, Fault> {
            let (sink, mut events) = Sink::to_test();
            let told = tokio::spawn(async move {
                let mut told = Vec::new();
                while let Some(event) = events.recv().await {
                    told.push(event);
                }
                told
            });
            let answer = export(&self.engine, order, &sink).await;
            drop(sink);
            let told = told.await.unwrap();
            let begun = |event: &Event| {
                matches!(event, Event::Answer { result: Ok(Answer::Progress(0, _)), .. })
            };
            let exported = matches!(answer, Ok(Answer::Exported(_)));
            assert_eq!(told.first().is_some_and(begun), exported, "it says when it has begun");
            answer
        }

        /// What lies beside the root.
        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(self.folder.path()).unwrap();
            let name = |entry: std::io::Result<std::fs::DirEntry>| {
                entry.unwrap().file_name().into_string().unwrap()
            };
            let mut names: Vec<String> = entries.map(name).collect();
            names.sort();
            names
        }

        fn numbers(&self, file: &str) -> Vec<i64> {
            let text = std::fs::read_to_string(self.path(file)).unwrap();
            let number = |line: &str| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["n"].as_i64().unwrap()
            };
            text.lines().map(number).collect()
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_lot_is_written_whole_and_in_its_order() {
        let root = root().await;
        let mut filter = Filter::default();
        filter.add(Chip::typed("n > 3").unwrap());
        for (lot, numbers) in [
            (Lot::All, vec![0, 1, 2, 3, 4, 5, 6]),
            (Lot::Matching(filter), vec![4, 5, 6]),
            (Lot::These(vec![(0, 6), (0, 1), (0, 99), (0, 3)]), vec![6, 1, 3]),
        ] {
            let Answer::Exported(done) = root.export(lot, "a.jsonl", true).await.unwrap() else {
                panic!("it was not exported")
            };
            assert_eq!(root.numbers("a.jsonl"), numbers);
            let length = std::fs::metadata(root.path("a.jsonl")).unwrap().len();
            assert_eq!((done.records, done.bytes), (numbers.len() as u64, length));
        }
        let place = Place { topic: "t".parse().unwrap(), bucket: Some(0) };
        let (version, file) = (Some(Past::own(2)), root.path("b.jsonl"));
        let order = Order { place, version, lot: Lot::All, file, replace: false };
        root.order(order).await.unwrap();
        assert_eq!(
            root.numbers("b.jsonl"),
            vec![0, 1, 2, 3, 4],
            "what is buffered is in no version"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_replaced_and_nothing_half_is_left() {
        let root = root().await;
        std::fs::write(root.path("mine.csv"), "mine").unwrap();
        let answer = root.export(Lot::All, "mine.csv", false).await.unwrap();
        assert!(matches!(answer, Answer::IsThere(_)));
        assert_eq!(std::fs::read_to_string(root.path("mine.csv")).unwrap(), "mine");
        root.export(Lot::All, "mine.csv", true).await.unwrap();
        assert!(std::fs::read_to_string(root.path("mine.csv")).unwrap().starts_with("id,n\n0,0\n"));
        let fault = root.export(Lot::All, "a.txt", false).await.unwrap_err();
        assert_eq!(fault.message, UNKNOWN);
        let fault = root.export(Lot::All, "none/a.csv", false).await.unwrap_err();
        assert!(fault.message.contains("none/a.csv"), "{fault:?}");

        let place = Place { topic: "t".parse().unwrap(), bucket: None };
        let file = root.path("given-up.parquet");
        let order = Order { place, version: None, lot: Lot::All, file, replace: false };
        let (sink, events) = Sink::to_test();
        // Nobody hears what it says, so it stands still once the file is made.
        sink.send(Ok(Answer::Progress(0, 0))).await;
        let engine = root.engine.clone();
        let task = tokio::spawn(async move { export(&engine, order, &sink).await.is_ok() });
        let is_made = |name: &String| name.starts_with(".lanceq-export-");
        while !root.names().iter().any(is_made) {
            tokio::task::yield_now().await;
        }
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(root.names(), ["mine.csv", "root"]);
        drop(events);
    }
}
