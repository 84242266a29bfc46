//! A small fixed root that answers loads: what the pictures and the tests look at.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::types::Float32Type;
use arrow_array::{
    ArrayRef, FixedSizeListArray, Float64Array, RecordBatch, StringArray, StructArray, UInt64Array,
};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use chrono::{NaiveDate, NaiveDateTime};

use super::data::{
    Align, BucketFlush, Cell, Column, Fault, Filter, FlushReport, LONGEST_NAME, Row, Rows, Whole,
};
use super::effect::{BucketId, ColumnId, Effect, PageKey, Place, RecordId, Request, Wanted, Way};
use super::event::{Answer, Arrival, Event, Input};
use super::input::Key;
use super::state::{PAGE, State};
use super::text::spark;
use super::{
    sample_asked, sample_find, sample_likes, sample_past, sample_put, sample_words, sample_work,
    update,
};
use crate::{BucketCounts, Flushed, Maintenance, TopicCounts, TopicEntry, TopicName};

/// Name, buckets, records a bucket, of which buffered.
const TOPICS: [(&str, u32, u64, u64); 6] = [
    ("broken", 1, 0, 0),
    ("empty", 1, 0, 0),
    ("events", 4, 3_108, 0),
    ("metrics", 1, 690_004, 0),
    ("notes", 1, 4_096, 0),
    ("traces", 4, 120_577, 4),
];
/// The fields of its records.
pub(crate) const SCHEMA: &str = r#"{"id": "utf8", "model": "utf8", "latency_ms": "float64", "prompt": "utf8",
    "usage": "struct<input: uint64, output: uint64>", "embedding": "fixed_size_list<float32, 64>"}"#;
const MODELS: [&str; 3] = ["sonnet", "haiku", "opus"];
pub(crate) const PROMPTS: [&str; 8] = [
    "Summarise the release notes of the last three versions for a newsletter",
    "Is this ticket a duplicate of one of the following ten?",
    "Translate the table below into French, keep the numbers",
    "Find the bug in this function: it returns one row too many",
    "Write a haiku about a queue that never drops anything",
    "Label the sentiment of each of these 40 reviews",
    "Give me a plan to move 2 TB of Parquet without downtime",
    "Explain this stack trace to somebody who knows no Rust",
];

/// Lets a state have everything that it asks for.
pub(crate) fn settle(state: &mut State, effects: Vec<Effect>) {
    let mut waiting = effects;
    while let Some(effect) = waiting.pop() {
        if let Effect::Load { id, slot, request } = effect {
            let event = Event::Answer { slot, id, result: answer(&request) };
            waiting.extend(update::update(state, event));
        }
    }
}

/// Presses keys one after the other, and lets the state have what it asks for.
pub(crate) fn press(state: &mut State, keys: &[Key]) {
    for key in keys {
        let effects = update::update(state, Event::Input(Input::Key(*key)));
        settle(state, effects);
    }
}

/// The answer to a load.
#[expect(clippy::too_many_lines, reason = "a line or two for each request")]
pub(crate) fn answer(request: &Request) -> Result<Answer, Fault> {
    Ok(match request {
        Request::Topics => Answer::Topics(TOPICS.iter().filter_map(entry).collect()),
        Request::Counts(topic) => Answer::Counts(counts(topic)?, now()),
        Request::Lag(_) => Answer::Lag { behind: None, took: Duration::from_millis(1) },
        Request::Page { picked: Some(picked), generation, topic, .. } => Answer::Page {
            rows: sample_asked::picked(topic, picked)?,
            took: Duration::from_micros(700),
            generation: *generation,
        },
        Request::Page { topic, key, generation, version, picked: None, .. } => Answer::Page {
            rows: match version {
                Some(past) => sample_past::page_at(topic, *key, past.version)?,
                None => page(topic, *key)?,
            },
            took: Duration::from_micros(400),
            generation: *generation,
        },
        Request::Record(id) => Answer::Record(record(id)),
        Request::Lighter { record: id, .. } | Request::Value { record: id, .. } => {
            Answer::Record(record(id))
        }
        Request::Picture { .. } => return Err(Fault::new("there are no pictures here")),
        Request::Find(search) => sample_find::found(search)?,
        Request::Copy(wanted) => Answer::Copied(copied(wanted)?),
        Request::Offer(_) => Answer::Offered(None),
        Request::Export(order) => sample_work::exported(order),
        Request::Holdings(topic) => sample_work::holdings(topic),
        Request::Administer(what) => sample_work::administered(what),
        Request::Storage(id) => sample_work::storage(id),
        Request::Preview { .. } => sample_work::foretold(),
        Request::Tend { chore, place } => sample_work::tended(chore, place),
        Request::Screenshot { stem, .. } => Answer::Pictured(format!("{stem}.svg")),
        Request::Locate(id) => Answer::Row { bucket: id.bucket, row: id.offset, offset: id.offset },
        Request::Condition { wish, .. } => sample_asked::condition(wish),
        Request::Estimate(sifting) => sample_asked::estimate(sifting)?,
        Request::Sift(sifting) => sample_asked::sift(sifting)?,
        // Nothing comes.
        Request::SiftOn { .. } => Answer::SiftedOn(Vec::new()),
        Request::FlushFrom { record, by } => {
            let way = if *by < 0 { Way::Up } else { Way::Down };
            sample_past::flush_from(record, way)?
        }
        Request::Since { bucket, .. } => {
            let BucketId { topic, bucket } = bucket.clone();
            let (_, rows, _) = shape(&topic)?;
            let record = RecordId { topic, bucket, offset: rows / 2, version: None };
            sample_past::flush_from(&record, Way::Down)?
        }
        Request::VersionNumbers(id) => sample_past::numbers(&id.topic)?,
        Request::Versions { bucket, numbers } => sample_past::versions(&bucket.topic, numbers)?,
        Request::Upkeep(_) => Answer::Upkeep(upkeep()),
        Request::Branches(id) => Answer::Branches(sample_past::branches(id)),
        Request::Pin(look) => sample_past::look(look)?,
        Request::Diff(versus) => sample_past::diff(versus)?,
        Request::Alter(alteration) => sample_past::alter(alteration)?,
        Request::Similar { like, column } => sample_likes::similar(like, column.as_deref())?,
        Request::Words(search) => sample_words::found(search)?,
        Request::Tail { place, filter, .. } => Answer::Tail(arrivals(place, filter)?, now()),
        Request::Shape(_) => Answer::Shape(sample_put::shape()?),
        Request::Check { records, .. } => Answer::Checked(sample_put::checked(records)),
        Request::Put { records, .. } => Answer::Put(sample_put::put(records)?),
        Request::Flush(place) => {
            let buckets = vec![flushed(&place.topic, place.bucket.unwrap_or(0))?];
            Answer::Flushed(FlushReport { buckets, took: Duration::from_micros(3_100) })
        }
    })
}

fn upkeep() -> Maintenance {
    Maintenance {
        due: Some("compact"),
        versions: 483,
        last_begun: Some("2026-03-14T11:58:02.000Z".into()),
        error: None,
    }
}

/// What is to be copied, of the records here.
fn copied(wanted: &Wanted) -> Result<String, Fault> {
    let value = |id: &RecordId, column: &ColumnId| {
        let text = match column {
            ColumnId::Own(name) => record(id).field_text(name, LONGEST_NAME),
            ColumnId::Inner(path) => record(id).text_at(&path.path),
        };
        text.ok_or_else(|| Fault::new("there is no such field"))
    };
    match wanted {
        Wanted::Record(id) => Ok(record(id).line()),
        Wanted::Value { record, column } => value(record, column),
        Wanted::Column { records, column } => {
            let values: Result<Vec<String>, Fault> =
                records.iter().map(|id| value(id, column)).collect();
            Ok(values?.join("\n"))
        }
        Wanted::Python(view) => Ok(view.python("data.lance").unwrap_or_default()),
    }
}

fn flushed(topic: &TopicName, bucket_id: u32) -> Result<BucketFlush, Fault> {
    let counts = counts(topic)?.buckets;
    let before = counts.into_iter().find(|b| b.bucket_id == bucket_id).unwrap_or_default();
    let (rows, next_offset) = (before.buffer_count, before.next_offset);
    let after = BucketCounts {
        buffer_count: 0,
        persisted_count: before.total_count,
        version: 484,
        ..before.clone()
    };
    let flushed = Flushed { bucket_id, version: 484, rows, next_offset };
    let took = Duration::from_micros(2_900);
    Ok(BucketFlush { flushed, before, after, grown: Some(1_408), took })
}

fn entry((name, buckets, _, _): &(&str, u32, u64, u64)) -> Option<TopicEntry> {
    let foreign = *name == "notes";
    Some(TopicEntry { name: name.parse().ok()?, buckets: *buckets, foreign })
}

pub(crate) fn shape(topic: &TopicName) -> Result<(u32, u64, u64), Fault> {
    let found = TOPICS.iter().find(|(name, ..)| *name == topic.as_str());
    match found {
        Some((_, buckets, rows, buffered)) if topic.as_str() != "broken" => {
            Ok((*buckets, *rows, *buffered))
        }
        _ => Err(Fault {
            message: "queue_storage/broken/bucket_0/data.lance is damaged: the manifest is empty"
                .into(),
            hint: Some("open it with a writer: that heals it, and says what was lost".into()),
            missing: false,
        }),
    }
}

fn counts(topic: &TopicName) -> Result<TopicCounts, Fault> {
    let (buckets, rows, buffered) = shape(topic)?;
    let bucket = |bucket_id| BucketCounts {
        bucket_id,
        total_count: rows,
        buffer_count: buffered,
        persisted_count: rows - buffered,
        first_offset: 0,
        next_offset: rows,
        version: if rows == 0 { 0 } else { 483 },
    };
    let of = u64::from(buckets);
    Ok(TopicCounts {
        total_count: rows * of,
        buffer_count: buffered * of,
        persisted_count: (rows - buffered) * of,
        buckets: (0..buckets).map(bucket).collect(),
    })
}

pub(crate) fn page(topic: &TopicName, key: PageKey) -> Result<Rows, Fault> {
    let (_, rows, buffered) = shape(topic)?;
    let first = key.index * PAGE;
    let offsets = first..(first + PAGE).min(rows);
    Ok(run(key.bucket, offsets, rows - buffered))
}

/// Records of a bucket; those from `persisted` on are buffered.
pub(crate) fn run(bucket: u32, offsets: std::ops::Range<u64>, persisted: u64) -> Rows {
    let row = |offset| Row {
        bucket,
        offset,
        buffered: offset >= persisted,
        cells: cells(bucket, offset).into(),
        heavy: Vec::new(),
    };
    Rows { columns: columns(), rows: offsets.map(row).collect() }
}

pub(crate) fn columns() -> Arc<[Column]> {
    let column = |(name, kind, align): (&str, &str, Align)| Column {
        name: name.into(),
        kind: kind.into(),
        align,
    };
    let columns = [
        ("id", "utf8", Align::Left),
        ("model", "utf8", Align::Left),
        ("latency_ms", "float64", Align::Right),
        ("prompt", "utf8", Align::Left),
        ("usage", "struct", Align::Left),
        ("embedding", "64 × f32", Align::Left),
    ];
    columns.into_iter().map(column).collect()
}

/// A number that looks like any other, the same for the same record.
pub(crate) fn dice(bucket: u32, offset: u64, salt: u64) -> u64 {
    let mixed = (offset * 4 + u64::from(bucket) + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
}

pub(crate) fn pick<'a>(of: &[&'a str], number: u64) -> &'a str {
    let index = usize::try_from(number % of.len().max(1) as u64).unwrap_or(0);
    of.get(index).copied().unwrap_or_default()
}

fn id(bucket: u32, offset: u64) -> String {
    format!("t-{:05}", (offset * 4 + u64::from(bucket)) % 100_000)
}

fn latency(bucket: u32, offset: u64) -> Option<String> {
    let number = dice(bucket, offset, 7);
    (!number.is_multiple_of(9)).then(|| format!("{}.{}", 90 + number % 3000, number % 10))
}

fn embedding(bucket: u32, offset: u64) -> Vec<f64> {
    let numbers: Vec<f64> =
        (0..64).map(|salt| (dice(bucket, offset, salt) % 2000) as f64 - 1000.0).collect();
    let norm = numbers.iter().map(|v| v * v).sum::<f64>().sqrt();
    numbers.iter().map(|v| v / norm).collect()
}

fn usage(bucket: u32, offset: u64) -> (u64, u64) {
    (dice(bucket, offset, 3) % 900, dice(bucket, offset, 5) % 400)
}

pub(crate) fn cells(bucket: u32, offset: u64) -> Vec<Cell> {
    let (input, output) = usage(bucket, offset);
    vec![
        Cell::Text(id(bucket, offset)),
        Cell::Text(pick(&MODELS, dice(bucket, offset, 1)).into()),
        latency(bucket, offset).map_or(Cell::Null, Cell::Number),
        Cell::Text(pick(&PROMPTS, dice(bucket, offset, 2)).into()),
        Cell::Nested(format!("{{input: {input}, output: {output}}}")),
        Cell::Vector { shape: spark::shape(&embedding(bucket, offset), 5), norm: 1.0 },
    ]
}

fn record(id_of: &RecordId) -> Whole {
    let (bucket, offset) = (id_of.bucket, id_of.offset);
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let (input, output) = usage(bucket, offset);
    let number = |name: &str, value: u64| -> (FieldRef, ArrayRef) {
        let field = Field::new(name, DataType::UInt64, true);
        (Arc::new(field), Arc::new(UInt64Array::from(vec![value])))
    };
    let usage = StructArray::from(vec![number("input", input), number("output", output)]);
    let latency = latency(bucket, offset).and_then(|text| text.parse::<f64>().ok());
    // Rounded, as a model with few bits would give them.
    let rounded = |real: f64| format!("{real:.4}").parse().ok();
    let reals = embedding(bucket, offset).into_iter().map(rounded);
    let vector = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>([Some(reals)], 64);
    let columns: [(&str, ArrayRef); 6] = [
        ("id", text(&id(bucket, offset))),
        ("model", text(pick(&MODELS, dice(bucket, offset, 1)))),
        ("latency_ms", Arc::new(Float64Array::from(vec![latency]))),
        ("prompt", text(pick(&PROMPTS, dice(bucket, offset, 2)))),
        ("usage", Arc::new(usage)),
        ("embedding", Arc::new(vector)),
    ];
    let nullable = columns.into_iter().map(|(name, column)| (name, column, true));
    let (_, rows, buffered) = shape(&id_of.topic).unwrap_or_default();
    RecordBatch::try_from_iter_with_nullable(nullable).map_or_else(
        |_| Whole::of_row(&RecordBatch::new_empty(Arc::new(Schema::empty())), false),
        |batch| Whole::of_row(&batch, offset + buffered >= rows),
    )
}

/// The time at which everything happens.
pub(crate) fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 14)
        .and_then(|day| day.and_hms_milli_opt(12, 4, 7, 112))
        .unwrap_or_default()
}

fn arrivals(place: &Place, filter: &Filter) -> Result<Vec<Arrival>, Fault> {
    let (_, rows, _) = shape(&place.topic)?;
    let bucket = place.bucket.unwrap_or(0);
    let flushed = Flushed { bucket_id: bucket, version: 484, rows: 1000, next_offset: rows + 3 };
    let matching = |mut rows: Rows| {
        rows.rows.retain(|row| sample_asked::matches(filter, &row.cells));
        rows
    };
    Ok(vec![
        Arrival::Backlog(matching(run(bucket, rows.saturating_sub(4)..rows, rows)), Vec::new()),
        Arrival::Rows(matching(run(bucket, rows..rows + 3, rows))),
        Arrival::Flushed(flushed),
        Arrival::Rows(matching(run(bucket, rows + 3..rows + 8, rows))),
    ])
}
