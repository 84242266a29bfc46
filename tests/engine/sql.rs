//! Queries in SQL see what any read sees, as of one moment, and change nothing.

use lanceq::{Engine, Error, ErrorKind, QueryFault, Result, SqlOptions, TextPlace};
use serde_json::{Value, json};

use crate::setup::{Setup, put_all};

async fn ask(engine: &Engine, query: &str) -> Result<Vec<Value>> {
    ask_with(engine, query, &SqlOptions::default()).await
}

async fn ask_with(engine: &Engine, query: &str, options: &SqlOptions) -> Result<Vec<Value>> {
    let mut answer = engine.sql(query, options).await?;
    let mut rows = Vec::new();
    while let Some(batch) = answer.next().await? {
        rows.extend(lanceq::records(&batch).map(Value::Object));
    }
    Ok(rows)
}

/// Record `n`: its model repeats, every tenth has no score.
fn trace(n: u64) -> Value {
    let score = (!n.is_multiple_of(10)).then_some(n * 7919 % 101);
    json!({"id": n, "model": format!("m{}", n % 7), "score": score, "usage": {"tokens": n * 3}})
}

/// 300 records in three buckets, of which 200 are persisted.
async fn traces() -> (Setup, lanceq::Writer) {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("traces").num_buckets(3).flush_threshold(100_000);
    let writer = writer.open().await.unwrap();
    writer.put_batch((0..200).map(trace).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put_batch((200..300).map(trace).collect()).await.unwrap();
    (setup, writer)
}

#[tokio::test]
async fn a_topic_is_a_table_of_all_its_buckets_with_what_is_buffered() {
    let (setup, _writer) = traces().await;
    let query = "select count(*) as n, count(score) as scores, sum(id) as ids, sum(usage['tokens']) as tokens from traces";
    let expected = json!({"n": 300, "scores": 270, "ids": 299 * 150, "tokens": 3 * 299 * 150});
    assert_eq!(ask(&setup.engine, query).await.unwrap(), std::slice::from_ref(&expected));
    assert_eq!(ask(&setup.other().await, query).await.unwrap(), [expected], "of another process");

    let query = "select _buffered, count(*) as n from traces group by _buffered order by 1";
    let expected = [json!({"_buffered": false, "n": 200}), json!({"_buffered": true, "n": 100})];
    assert_eq!(ask(&setup.engine, query).await.unwrap(), expected);

    let one = "select count(*) as n from \"traces/1\"";
    let of_all = "select count(*) as n from traces where _bucket = 1";
    let (one, of_all) = (ask(&setup.engine, one).await, ask(&setup.engine, of_all).await);
    assert_eq!(one.unwrap(), of_all.unwrap());
}

#[tokio::test]
async fn a_condition_means_the_same_wherever_it_is_computed() {
    let (setup, _writer) = traces().await;
    for condition in [
        "id >= 100 and id < 250",
        "score is null",
        "score > 50 or model = 'm3'",
        "model like 'm_' and usage['tokens'] between 30 and 600",
        "id in (select id * 2 from traces where model = 'm1')",
        "_offset > 20 and id % 2 = 0",
        "id > 1000",
    ] {
        let pushed = format!("select id, model from traces where {condition} order by id");
        // What stands in a column of its own cannot be handed to the pass.
        let computed = format!(
            "select id, model from (select id, model, ({condition}) as holds from traces) where holds order by id"
        );
        let (pushed, computed) =
            (ask(&setup.engine, &pushed).await, ask(&setup.engine, &computed).await);
        assert_eq!(pushed.unwrap(), computed.unwrap(), "{condition}");
    }
}

#[tokio::test]
async fn what_a_query_does_not_name_is_not_read_and_what_does_not_match_is_left_out_by_the_pass() {
    let (setup, _writer) = traces().await;
    let plan = ask(&setup.engine, "explain select id from traces where score > 90").await.unwrap();
    let plan = plan.iter().map(ToString::to_string).collect::<String>();
    assert!(plan.contains("TopicScan: traces, buckets=3, columns=[id], filter="), "{plan}");
    let plan = ask(&setup.engine, "explain analyze select id from traces where score > 90").await;
    let matching = (0..300).filter(|n| n % 10 != 0 && n * 7919 % 101 > 90).count();
    let plan = plan.unwrap().iter().map(ToString::to_string).collect::<String>();
    let scan = plan.split("TopicScan").nth(1).unwrap();
    assert!(scan.contains(&format!("output_rows={matching}")), "{plan}");
}

#[tokio::test]
async fn versions_and_tags_are_tables_and_join_with_what_is_now() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    let version = setup.engine.reader("t").await.unwrap().versions(1).await.unwrap()[0].version;
    setup.engine.tag("t", "ten", None, None).await.unwrap();
    put_all(&writer, 10..15).await;
    writer.flush().await.unwrap();
    put_all(&writer, 15..17).await;
    for then in [format!("t@v{version}"), "t@ten".into(), "t/0@ten".into()] {
        let new =
            format!("select id from t where id not in (select id from \"{then}\") order by id");
        let found: Vec<_> = ask(&setup.engine, &new).await.unwrap();
        let expected: Vec<_> = (10..17).map(|id| json!({"id": id})).collect();
        assert_eq!(found, expected, "{then}");
    }
    for (name, kind) in [
        ("t@never", ErrorKind::NotFound),
        ("t@v999", ErrorKind::NotFound),
        ("t/9", ErrorKind::OutOfRange),
        ("t/x", ErrorKind::Invalid),
        ("no", ErrorKind::NotFound),
    ] {
        let error = ask(&setup.engine, &format!("select 1 from \"{name}\"")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
    }
}

#[tokio::test]
async fn an_answer_is_of_the_moment_at_which_the_query_began() {
    let (setup, writer) = traces().await;
    let query = "select a.id from traces a join traces b on a.id = b.id";
    let mut answer = setup.engine.sql(query, &SqlOptions::default()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put_batch((300..400).map(trace).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let mut rows = 0;
    while let Some(batch) = answer.next().await.unwrap() {
        rows += batch.num_rows();
    }
    assert_eq!(rows, 300);
}

#[tokio::test]
async fn a_column_that_came_later_is_null_in_records_before_and_labels_are_only_there_where_named()
{
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).bucket_column("id").open().await.unwrap();
    put_all(&writer, 0..20).await;
    writer.flush().await.unwrap();
    writer.put(json!({"id": 20, "text": "new", "extra": 1})).await.unwrap();
    let query = "select count(*) as n, count(extra) as extras, max(_offset) < 21 as few, max(_bucket) as bucket from t";
    let expected = json!({"n": 21, "extras": 1, "few": true, "bucket": 1});
    assert_eq!(ask(&setup.engine, query).await.unwrap(), [expected]);
    assert_eq!(
        ask(&setup.engine, "select * from t limit 1").await.unwrap()[0].as_object().unwrap().len(),
        3
    );
}

#[tokio::test]
async fn nothing_can_be_changed_and_no_file_be_read() {
    let (setup, _writer) = traces().await;
    let file = setup.folder.path().join("outside.csv");
    std::fs::write(&file, "a\n1\n").unwrap();
    for query in [
        "insert into traces values (1, 'm', 2, null)".to_owned(),
        "delete from traces".into(),
        "update traces set id = 1".into(),
        "drop table traces".into(),
        "create table x as select * from traces".into(),
        "create view x as select * from traces".into(),
        format!("create external table x stored as csv location '{}'", file.display()),
        format!("copy traces to '{}'", setup.folder.path().join("out.csv").display()),
        format!("select * from '{}'", file.display()),
        "set datafusion.execution.batch_size = 1".into(),
        "explain insert into traces values (1, 'm', 2, null)".into(),
    ] {
        assert!(ask(&setup.engine, &query).await.is_err(), "{query}");
    }
    assert!(!setup.folder.path().join("out.csv").exists());
    assert_eq!(
        ask(&setup.engine, "select count(*) as n from traces").await.unwrap(),
        [json!({"n": 300})]
    );
}

#[tokio::test]
async fn an_error_names_what_is_wrong_and_where() {
    let (setup, _writer) = traces().await;
    let fault = async |query: &str| match ask(&setup.engine, query).await {
        Err(Error::Query(QueryFault::Invalid { reason, place })) => (reason, place),
        other => panic!("{query}: {other:?}"),
    };
    let (reason, place) = fault("select id,\n  nothing from traces").await;
    assert!(reason.contains("nothing"), "{reason}");
    assert_eq!(place, Some(TextPlace { line: 2, column: 3 }));
    let (reason, place) = fault("select id frm traces where").await;
    assert!(reason.starts_with("Expected"), "{reason}");
    assert!(place.is_some());
    let (reason, _) = fault("select no_such(id) from traces").await;
    assert!(reason.contains("no_such"), "{reason}");
    let (reason, _) = fault("select id / 0 from traces").await;
    assert!(reason.to_lowercase().contains("divide by zero"), "{reason}");
    let (reason, _) = fault("select cast(model as int) from traces").await;
    assert!(reason.contains("m0") || reason.contains("cast"), "{reason}");
}

#[tokio::test]
async fn a_query_larger_than_its_memory_is_answered_from_files_or_ends_with_what_it_needed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(200_000).open().await.unwrap();
    let text = |n: u64| format!("{:0>400}", n * 7_919 % 100_003);
    let records = (0..100_000).map(|n| json!({"id": n, "text": text(n)})).collect();
    writer.put_batch(records).await.unwrap();
    let little = SqlOptions::default().memory(16 << 20);
    let sorted =
        ask_with(&setup.engine, "select text from t order by text", &little).await.unwrap();
    let mut expected: Vec<_> = (0..100_000).map(text).collect();
    expected.sort();
    let found: Vec<_> = sorted.iter().map(|row| row["text"].as_str().unwrap()).collect();
    assert_eq!(found, expected);

    let none = SqlOptions::default().memory(64 << 10);
    let query = "select a.id from t a join t b on a.text = b.text";
    let error = ask_with(&setup.engine, query, &none).await.unwrap_err();
    let is_told =
        matches!(&error, Error::Query(QueryFault::TooLarge { memory, .. }) if *memory == 64 << 10);
    assert!(is_told, "{error}");
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
}

/// Statements as long and as deep as they may be are planned and computed by threads with a usual stack.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_that_is_accepted_uses_up_the_stack() {
    let (setup, _writer) = traces().await;
    let chain = format!("id{} > 0", " + 1".repeat(60));
    let condition = vec!["id + 1 > 0"; 490].join(" and ");
    let union = vec!["select 1 as a"; 200].join(" union all ");
    let deep = format!("{}id{}", "(".repeat(40), ")".repeat(40));
    for query in [
        format!("select count(*) as n from traces where {condition}"),
        format!("select count(*) as n from traces where {chain}"),
        format!("select count(*) as n from ({union})"),
        format!("select {deep} as n from traces limit 1"),
    ] {
        let found = tokio::spawn({
            let engine = setup.engine.clone();
            async move { ask(&engine, &query).await }
        });
        assert_eq!(found.await.unwrap().unwrap().len(), 1);
    }
}
