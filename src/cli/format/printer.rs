//! Prints records in the form that was asked for.

use arrow_array::Float32Array;
use serde_json::Value;

use super::csv::Csv;
use super::form::{Form, Row};
use super::json::Json;
use super::jsonl::Jsonl;
use super::table::Table;
use crate::cli::args::{Format, PrintArgs};
use crate::cli::count;
use crate::cli::failure::Result;
use crate::cli::output::{self, Data};
use crate::{
    Chunk, Decoder, Hit, HybridHit, HybridMatches, JsonObject, Mark, Matches, Page, Record,
    TextHit, TextMatches, value,
};

/// Takes records in portions, and prints them to stdout.
pub(crate) struct Printer {
    form: Box<dyn Form>,
    out: Data,
    with_offset: bool,
    printed: u64,
    non_finite: usize,
}

impl Printer {
    /// Chooses the form: what was asked for, else a table for eyes and JSON Lines for programs.
    pub(crate) fn new(args: PrintArgs) -> Self {
        let by_reader = || if output::stdout_is_terminal() { Format::Table } else { Format::Jsonl };
        let form: Box<dyn Form> = match args.format.unwrap_or_else(by_reader) {
            Format::Table => Box::new(Table::default()),
            Format::Jsonl => Box::new(Jsonl),
            Format::Json => Box::new(Json::default()),
            Format::Csv => Box::new(Csv::default()),
        };
        Self { form, out: Data::stdout(), with_offset: args.with_offset, printed: 0, non_finite: 0 }
    }

    /// Prints the first `most` records of a chunk.
    pub(crate) fn chunk(&mut self, chunk: &Chunk, most: usize) -> Result {
        let mut rows = Vec::new();
        self.labelled_rows(chunk, most, &mut rows);
        self.form.rows(&rows, &mut self.out)
    }

    /// Prints all records of a page.
    pub(crate) fn page(&mut self, page: &Page) -> Result {
        let mut rows = Vec::with_capacity(page.len());
        for chunk in &page.chunks {
            self.labelled_rows(chunk, usize::MAX, &mut rows);
        }
        self.form.rows(&rows, &mut self.out)
    }

    fn labelled_rows(&mut self, chunk: &Chunk, most: usize, rows: &mut Vec<Row>) {
        let decoder = Decoder::new(&chunk.batch);
        let before = rows.len();
        let offsets = chunk.offsets.iter().take(most).enumerate();
        rows.extend(offsets.map(|(row, offset)| {
            let labels = self.with_offset.then_some((chunk.bucket, *offset, chunk.buffered));
            labelled(labels, decoder.row(row))
        }));
        self.printed += (rows.len() - before) as u64;
        self.non_finite += decoder.non_finite();
    }

    /// Prints what a search in so many buckets has found: before the fields, what the next search
    /// needs to be like a hit, and `_distance`.
    pub(crate) fn found(&mut self, found: &Matches, buckets: usize) -> Result {
        let rows: Vec<Row> = found.hits.iter().map(|hit| self.hit(hit, buckets)).collect();
        self.printed += rows.len() as u64;
        let endless = found.hits.iter().filter(|hit| !hit.distance.is_finite());
        self.non_finite += found.non_finite + endless.count();
        self.form.rows(&rows, &mut self.out)
    }

    fn hit(&self, hit: &Hit, buckets: usize) -> Row {
        let mut row = self.place(&hit.record, buckets);
        row.insert("_distance".into(), real(hit.distance));
        row.extend(hit.record.fields.clone());
        row
    }

    /// Prints what a text search in so many buckets has found: before the fields where, and `_score`.
    pub(crate) fn found_texts(&mut self, found: &TextMatches, buckets: usize) -> Result {
        let row = |hit: &TextHit| {
            let mut row = self.place(&hit.record, buckets);
            row.insert("_score".into(), real(hit.score));
            row.extend(hit.record.fields.clone());
            row
        };
        let rows: Vec<Row> = found.hits.iter().map(row).collect();
        let marks: Vec<_> = found.hits.iter().map(|hit| hit.marks.clone()).collect();
        self.marked(&rows, &marks, found.non_finite)
    }

    /// The same of a search by text and likeness: `_fused`, and of each ranking the rank and what it goes by.
    pub(crate) fn found_both(&mut self, found: &HybridMatches, buckets: usize) -> Result {
        let row = |hit: &HybridHit| {
            let mut row = self.place(&hit.record, buckets);
            row.insert("_fused".into(), hit.fused.into());
            for (names, ranked) in [
                (["_text_rank", "_score"], hit.by_text),
                (["_like_rank", "_distance"], hit.by_likeness),
            ] {
                let [rank, by] = names;
                row.insert(rank.into(), ranked.map(|(rank, _)| rank).into());
                row.insert(by.into(), ranked.map_or(Value::Null, |(_, by)| real(by)));
            }
            row.extend(hit.record.fields.clone());
            row
        };
        let rows: Vec<Row> = found.hits.iter().map(row).collect();
        let marks: Vec<_> = found.hits.iter().map(|hit| hit.marks.clone()).collect();
        self.marked(&rows, &marks, found.non_finite)
    }

    /// Prints rows with the places of the words that were found in them.
    fn marked(&mut self, rows: &[Row], marks: &[Vec<Mark>], non_finite: usize) -> Result {
        self.printed += rows.len() as u64;
        self.non_finite += non_finite;
        self.form.found(rows, marks, &mut self.out)
    }

    /// The labels of a record that a search has found: all of them, or what the next search needs to name it.
    fn place(&self, record: &Record, buckets: usize) -> Row {
        let place = (record.bucket, record.offset, record.buffered);
        let mut row = labelled(self.with_offset.then_some(place), Row::new());
        if !self.with_offset && buckets > 1 {
            row.insert("_bucket".into(), record.bucket.into());
        }
        if !self.with_offset {
            row.insert("_offset".into(), record.offset.into());
        }
        row
    }

    /// Hands on what is printed so far, for somebody who is waiting for it.
    pub(crate) fn flush(&mut self) -> Result {
        self.out.flush()
    }

    /// How many records were printed.
    pub(crate) fn printed(&self) -> u64 {
        self.printed
    }

    /// Prints what comes after the last record.
    pub(crate) fn finish(mut self) -> Result {
        self.form.end(&mut self.out)?;
        self.out.finish()?;
        if self.non_finite > 0 {
            output::narrate(count::non_finite(self.non_finite, "printed"));
        }
        Ok(())
    }
}

fn real(real: f32) -> Value {
    value(&Float32Array::from(vec![real]), 0)
}

fn labelled(labels: Option<(u32, u64, bool)>, fields: JsonObject) -> Row {
    let Some((bucket, offset, buffered)) = labels else { return fields };
    let mut row = Row::new();
    row.insert("_bucket".into(), bucket.into());
    row.insert("_offset".into(), offset.into());
    row.insert("_buffered".into(), buffered.into());
    row.extend(fields);
    row
}
