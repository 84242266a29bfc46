//! A new column while another program commits: it is added behind what that one did, or the record is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_schema::{DataType, Field, Schema};
use lance::dataset::{NewColumnTransform, WriteMode};
use lanceq::ErrorKind;
use lanceq::fault::{Armed, Event, Plan, Then};
use serde_json::json;

use crate::foreign::{open, own, write};
use crate::setup::{Setup, ids, put_all};

/// What another program does.
type Deed = Arc<dyn Fn() + Send + Sync>;

/// Lets another program do something between the look at the dataset and the commit of a column, so often.
fn in_between(setup: &Setup, times: u64, deed: Deed) -> Armed {
    let passed = AtomicU64::new(0);
    let hook = move |event: Event<'_>| {
        if event == Event::Point("columns.commit") && passed.fetch_add(1, Ordering::Relaxed) < times
        {
            let deed = deed.clone();
            std::thread::spawn(move || deed()).join().unwrap();
        }
        Then::Go
    };
    Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root())
}

fn blocking(work: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(work);
}

#[tokio::test]
async fn a_column_is_added_behind_what_another_program_appends_meanwhile() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    let path = own(&setup);
    let deed: Deed = Arc::new(move || blocking(write(&path, 100..102, WriteMode::Append, true)));
    let armed = in_between(&setup, 3, deed);
    writer.put(json!({"id": 2, "text": "x", "extra": 7})).await.unwrap();
    drop(armed);
    writer.flush().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [100, 101, 100, 101, 100, 101, 0, 1, 2]);
    let extra: Vec<_> = page.records().map(|record| record.fields["extra"].clone()).collect();
    assert!(extra[..8].iter().all(serde_json::Value::is_null) && extra[8] == 7, "{extra:?}");
}

#[tokio::test]
async fn a_column_that_another_program_adds_with_another_type_meanwhile_refuses_the_record() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    let path = own(&setup);
    let deed: Deed = Arc::new(move || {
        blocking(async {
            let field = Field::new("extra", DataType::Utf8, true);
            let column = NewColumnTransform::AllNulls(Arc::new(Schema::new(vec![field])));
            Box::pin(open(&path).await.add_columns(column, None, None)).await.unwrap();
        });
    });
    let armed = in_between(&setup, 1, deed);
    let error = writer.put(json!({"id": 2, "text": "x", "extra": 7})).await.unwrap_err();
    drop(armed);
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert!(error.to_string().ends_with("column `extra: utf8`, not `extra: int64`"), "{error}");
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [0, 1], "nothing of it was put, and what was there can be flushed");
}

#[tokio::test]
async fn a_column_that_another_program_adds_meanwhile_with_the_same_type_is_taken() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    let path = own(&setup);
    let deed: Deed = Arc::new(move || {
        blocking(async {
            let field = Field::new("extra", DataType::Int64, true);
            let column = NewColumnTransform::AllNulls(Arc::new(Schema::new(vec![field])));
            Box::pin(open(&path).await.add_columns(column, None, None)).await.unwrap();
        });
    });
    let armed = in_between(&setup, 1, deed);
    writer.put(json!({"id": 2, "text": "x", "extra": 7})).await.unwrap();
    drop(armed);
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2]);
    assert_eq!(page.records().last().unwrap().fields["extra"], 7);
}
