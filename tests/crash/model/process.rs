//! A process: an engine that shares nothing with the others, and what it does.

use std::path::PathBuf;
use std::time::Duration;

use futures::StreamExt;
use lanceq::{
    Cleaned, CleanupOptions, Compacted, Cursor, Engine, Events, Flushed, From, Job, Receipt,
    Record, RecordRetention, Recovery, Result, RetainOptions, Retained, StreamOptions, TailEvent,
    Writer,
};
use serde_json::{Value, json};

use super::action::{Action, Role};
use crate::oracle::text;

pub(crate) const TOPIC: &str = "t";

/// What a process has open.
pub(crate) struct Process {
    engine: Engine,
    writer: Option<Writer>,
}

/// What a process is to do.
pub(crate) struct Work {
    pub(crate) root: PathBuf,
    pub(crate) role: Role,
    pub(crate) action: Action,
    /// What is put or appended.
    pub(crate) ids: std::ops::Range<u64>,
    pub(crate) author: u64,
    /// Where the stream goes on.
    pub(crate) cursor: Option<String>,
}

/// What came of it.
pub(crate) enum Outcome {
    Opened(Result<Vec<Recovery>>),
    Put(Result<Vec<Receipt>>),
    Flushed(Result<Vec<Flushed>>),
    Cleaned(Result<Vec<Cleaned>>),
    Rewritten(Result<Vec<Compacted>>),
    LetGo(Result<Vec<Retained>>),
    Read(Result<Vec<Row>>),
    /// Rows, and the cursor behind them.
    Followed(Result<Vec<(Vec<Row>, String)>>),
    Foreign(std::result::Result<(), String>),
}

/// One record, as a reader saw it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) offset: u64,
    pub(crate) buffered: bool,
    pub(crate) id: Option<u64>,
    pub(crate) author: Option<u64>,
    numbers: [Value; 2],
    text: Value,
    columns: [Value; 2],
}

/// The record with this number.
pub(crate) fn record(id: u64, author: u64, column: Option<u64>) -> Value {
    let mut record =
        json!({"id": id, "w": author, "x": x(id), "y": x(id), "text": text(author, id)});
    if let Some(column) = column {
        record[format!("c{column}")] = json!(id * 3);
    }
    record
}

/// The number in the columns whose types another program changes.
pub(crate) fn x(id: u64) -> i32 {
    i32::try_from(id * 37 % 1000).unwrap()
}

impl Row {
    fn of(record: &Record) -> Self {
        let field = |name: &str| record.fields.get(name).cloned().unwrap_or_default();
        Self {
            offset: record.offset,
            buffered: record.buffered,
            id: field("id").as_u64(),
            author: field("w").as_u64(),
            numbers: [field("x"), field("y")],
            text: field("text"),
            columns: [field("c0"), field("c1")],
        }
    }

    /// Whether every value is what was put.
    pub(crate) fn is_record(&self, id: u64, author: u64, column: Option<u64>) -> bool {
        let own = |n: u64| if column == Some(n) { json!(id * 3) } else { Value::Null };
        self.numbers.iter().all(|number| number.as_f64() == Some(x(id).into()))
            && self.text == json!(text(author, id))
            && self.author == Some(author)
            && self.columns == [own(0), own(1)]
    }
}

/// Does it. A process that has nothing open opens first.
pub(crate) async fn perform(process: Option<Process>, work: Work) -> (Option<Process>, Outcome) {
    if work.role == Role::Foreign {
        return (None, Outcome::Foreign(super::foreign::perform(&work).await));
    }
    let process = match (process, &work.action) {
        (Some(process), action) if *action != Action::Open => process,
        (before, _) => {
            drop(before);
            match open(&work).await {
                Ok((process, mended)) if work.action == Action::Open => {
                    return (Some(process), Outcome::Opened(Ok(mended)));
                }
                Ok((process, _)) => process,
                Err(error) => return (None, Outcome::Opened(Err(error))),
            }
        }
    };
    let outcome = process.perform(&work).await;
    (Some(process), outcome)
}

async fn open(work: &Work) -> Result<(Process, Vec<Recovery>)> {
    let engine = Engine::builder(&work.root).events(Events::Off).open().await?;
    let Role::Writer(durability) = work.role else {
        return Ok((Process { engine, writer: None }, Vec::new()));
    };
    let writer = engine
        .writer(TOPIC)
        .durability(durability)
        .flush_threshold(usize::MAX)
        .lock_timeout(Duration::from_mins(10))
        .open()
        .await?;
    let mended = writer.recoveries();
    Ok((Process { engine, writer: Some(writer) }, mended))
}

impl Process {
    async fn perform(&self, work: &Work) -> Outcome {
        match (&work.action, &self.writer) {
            (Action::Put { column, .. }, Some(writer)) => {
                let records = work.ids.clone().map(|id| record(id, work.author, *column));
                Outcome::Put(writer.put_batch(records.collect()).await)
            }
            (Action::Flush, Some(writer)) => Outcome::Flushed(writer.flush().await),
            (Action::CleanUp { keep }, _) => {
                let options = CleanupOptions { keep: Some(*keep), ..CleanupOptions::default() };
                Outcome::Cleaned(self.engine.cleanup(TOPIC, None, &options, &Job::new()).await)
            }
            (Action::Rewrite, _) => {
                Outcome::Rewritten(self.engine.compact(TOPIC, None, &Job::new()).await)
            }
            (Action::LetGo { keep }, _) => {
                let rule = RecordRetention { keep_records: Some(*keep), ..Default::default() };
                let options = RetainOptions { rule: Some(rule), dry_run: false };
                Outcome::LetGo(self.engine.retain(TOPIC, None, &options, &Job::new()).await)
            }
            (Action::Follow { .. }, _) => Outcome::Followed(self.follow(work).await),
            _ => Outcome::Read(self.read().await),
        }
    }

    async fn read(&self) -> Result<Vec<Row>> {
        let reader = self.engine.reader(TOPIC).await?;
        let page = reader.get(0, usize::MAX).await?;
        Ok(page.records().map(|record| Row::of(&record)).collect())
    }

    async fn follow(&self, work: &Work) -> Result<Vec<(Vec<Row>, String)>> {
        let reader = self.engine.reader(TOPIC).await?;
        let from = match &work.cursor {
            Some(text) => From::Cursor(text.parse::<Cursor>()?),
            None => From::Start,
        };
        let mut tail = reader.stream(StreamOptions::new(from)).await?;
        let mut found = vec![(Vec::new(), tail.cursor().to_string())];
        while let Some(event) = tail.next().await {
            let rows = match event? {
                TailEvent::Rows(chunk) => chunk.records().map(|record| Row::of(&record)).collect(),
                _ => Vec::new(),
            };
            found.push((rows, tail.cursor().to_string()));
        }
        Ok(found)
    }
}
