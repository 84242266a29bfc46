//! Reads what is to be copied, whole: a value, a record, the values of a column.

use super::clipboard;
use super::data::{Fault, LONGEST_NAME, Whole};
use super::effect::{ColumnId, RecordId, Wanted};
use super::event::Answer;
use super::{history, loads};
use crate::Engine;

/// Makes the text.
pub(super) async fn copy(engine: &Engine, wanted: &Wanted) -> Result<Answer, Fault> {
    let text = match wanted {
        Wanted::Record(id) => read(engine, id).await?.line(),
        Wanted::Value { record, column } => value(&read(engine, record).await?, column)?,
        Wanted::Column { records, column } => {
            let mut lines = Vec::with_capacity(records.len());
            for id in records {
                lines.push(value(&read(engine, id).await?, column)?);
            }
            lines.join("\n")
        }
        Wanted::Python(view) => {
            let bucket = view.bucket.unwrap_or(0);
            let reader = history::bucket(engine, &view.topic, bucket, None).await?;
            let stats = reader.stats().await?;
            let bucket = stats.buckets.first();
            let path = bucket.map(|bucket| bucket.storage_path.as_str()).unwrap_or_default();
            view.python(path).ok_or_else(|| Fault::new("pylance cannot read this view"))?
        }
    };
    Ok(Answer::Copied(text))
}

/// Gives a text to a program of this machine that keeps it.
pub(super) async fn offer(text: String) -> Answer {
    let offered = tokio::task::spawn_blocking(move || clipboard::offer(&text)).await;
    // A panic there is told anyway; nothing took the text then.
    Answer::Offered(offered.unwrap_or_default())
}

fn value(record: &Whole, column: &ColumnId) -> Result<String, Fault> {
    let text = match column {
        ColumnId::Own(name) => record.field_text(name, LONGEST_NAME),
        ColumnId::Inner(path) => Some(record.text_at(&path.path).unwrap_or_else(|| "null".into())),
    };
    text.ok_or_else(|| Fault::new(format!("the record has no field `{}`", column.name())))
}

async fn read(engine: &Engine, id: &RecordId) -> Result<Whole, Fault> {
    match loads::record(engine, id).await? {
        Answer::Record(record) => Ok(record),
        _ => Err(Fault::new("the record could not be read")),
    }
}
