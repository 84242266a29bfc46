//! Columns that another program drops or makes narrower behind buffered records: these are read as the head has them.

use arrow_schema::DataType;
use lance::dataset::ColumnAlteration;
use lanceq::{Engine, ErrorKind, Page};
use serde_json::{Value, json};

use crate::foreign::{open, own};
use crate::setup::{Setup, ids, put_all};

async fn page(engine: &Engine) -> Result<Page, lanceq::Error> {
    engine.reader("t").await.unwrap().get(0, 100).await
}

async fn narrow_id(setup: &Setup) {
    let alteration = ColumnAlteration::new("id".into()).cast_to(DataType::Int32);
    Box::pin(open(&own(setup)).await.alter_columns(&[alteration])).await.unwrap();
}

fn texts(page: &Page) -> Vec<Value> {
    page.records().map(|r| r.fields.get("text").cloned().unwrap_or_default()).collect()
}

#[tokio::test]
async fn buffered_records_are_read_without_a_column_that_another_program_dropped_and_flushed_with_it()
 {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    writer.flush().await.unwrap();
    put_all(&writer, 2..4).await;
    Box::pin(open(&own(&setup)).await.drop_columns(&["text"])).await.unwrap();
    for engine in [&setup.engine, &setup.other().await] {
        let page = page(engine).await.unwrap();
        assert_eq!(ids(&page), [0, 1, 2, 3]);
        assert!(texts(&page).iter().all(Value::is_null), "the head has no such column");
    }
    writer.close().await.unwrap();
    let page = page(&setup.other().await).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2, 3]);
    assert_eq!(texts(&page), [json!(null), json!(null), json!("record 2"), json!("record 3")]);
}

#[tokio::test]
async fn buffered_values_are_read_from_a_column_that_another_program_made_narrower_where_they_fit()
{
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    writer.flush().await.unwrap();
    put_all(&writer, 2..4).await;
    narrow_id(&setup).await;
    assert_eq!(ids(&page(&setup.other().await).await.unwrap()), [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_buffered_value_that_a_narrower_column_does_not_hold_is_refused_by_its_columns_name() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    writer.flush().await.unwrap();
    put_all(&writer, 1 << 40..(1 << 40) + 1).await;
    narrow_id(&setup).await;
    let engine = setup.other().await;
    let error = page(&engine).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.to_string().contains("column id: expected int32, found int64"), "{error}");
    let persisted = engine.reader("t").await.unwrap().get(0, 2).await.unwrap();
    assert_eq!(ids(&persisted), [0, 1], "what is persisted is read on");
}
