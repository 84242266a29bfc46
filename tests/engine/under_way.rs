//! Operations of other programs that are under way while versions are removed: they see what they collide with.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatchIterator;
use lance::Dataset;
use lance::dataset::transaction::Transaction;
use lance::dataset::{
    CommitBuilder, DeleteBuilder, MergeInsertBuilder, WhenMatched, WhenNotMatched, WriteMode,
};
use lanceq::fault::{Plan, Then};
use lanceq::{At, CleanupOptions, Job, Retention, Writer};

use crate::cleanup::ago;
use crate::compaction::at;
use crate::foreign::{batch, open, own, write};
use crate::setup::{Setup, ids, put_all};

/// A topic that keeps its head only, whatever is recent.
async fn begun(setup: &Setup) -> Writer {
    let keeps = Retention { keep_versions: 1, keep_for: Duration::ZERO, at_most: 1 };
    let writer = setup.engine.writer("t").retention(keeps).maintenance(false).open().await.unwrap();
    flush_twice(&writer, 0).await;
    writer
}

async fn flush_twice(writer: &Writer, from: u64) {
    for half in [from..from + 5, from + 5..from + 10] {
        put_all(writer, half).await;
        writer.flush().await.unwrap();
    }
}

/// So many rounds of flushes and compactions, and a clean-up as a writer does it by itself; versions that are left.
async fn worked_on(setup: &Setup, writer: &Writer, rounds: u64) -> usize {
    for round in 1..=rounds {
        flush_twice(writer, round * 10).await;
        setup.engine.compact("t", None, &Job::new()).await.unwrap();
    }
    flush_twice(writer, (rounds + 1) * 10).await;
    let dry = CleanupOptions { dry_run: true, ..CleanupOptions::default() };
    let dry = setup.engine.cleanup("t", None, &dry, &Job::new()).await.unwrap();
    let options = CleanupOptions::default();
    let done = setup.engine.cleanup("t", None, &options, &Job::new()).await.unwrap();
    // Where a barrier is made, what was the head goes as well.
    assert!(done[0].versions.abs_diff(dry[0].versions) <= 1, "{dry:?}, then {done:?}");
    setup.engine.reader("t").await.unwrap().version_numbers().await.unwrap().len()
}

/// A deletion of a row and an update of another, whose files are written and which are not committed yet.
async fn written(theirs: &Arc<Dataset>) -> [Transaction; 2] {
    let delete = Box::pin(DeleteBuilder::new(theirs.clone(), "id = 7").execute_uncommitted());
    let mut update = MergeInsertBuilder::try_new(theirs.clone(), vec!["id".into()]).unwrap();
    update.when_matched(WhenMatched::UpdateAll).when_not_matched(WhenNotMatched::DoNothing);
    let rows = batch(8..9);
    let rows = RecordBatchIterator::new([Ok(rows.clone())], rows.schema());
    let update = update.try_build().unwrap();
    let update = Box::pin(update.execute_uncommitted(rows)).await.unwrap();
    [delete.await.unwrap().transaction, update.transaction]
}

#[tokio::test]
async fn what_another_program_began_before_versions_went_is_done_to_each_row_once_or_not_at_all() {
    // A few changes of fragments stay to be seen; of many, a barrier stays in their place.
    for (rounds, most, off) in
        [(1, 3, None), (20, 2, None), (1, 2, Some("cleanup-watch")), (20, 2, Some("cleanup-watch"))]
    {
        let setup = Setup::new().await;
        let plan = Plan { hook: Arc::new(|_| Then::Go), off: off.into_iter().collect() };
        let _armed = plan.arm(setup.engine.root());
        let writer = begun(&setup).await;
        let theirs = Arc::new(open(&own(&setup)).await);
        let transactions = written(&theirs).await;
        let left = worked_on(&setup, &writer, rounds).await;
        assert!(left <= most, "{left} versions after {rounds} rounds");
        if off.is_some() {
            let [_, update] = transactions;
            Box::pin(CommitBuilder::new(theirs).execute(update)).await.unwrap();
            let page = setup.engine.reader("t").await.unwrap().get(0, 1000).await.unwrap();
            assert_eq!(ids(&page).iter().filter(|n| **n == 8).count(), 2, "it is there twice");
            continue;
        }
        for transaction in transactions {
            let commit = CommitBuilder::new(theirs.clone()).execute(transaction);
            let error = Box::pin(commit).await.unwrap_err().to_string();
            assert!(error.contains("concurrent"), "{error}");
        }
        for nth in 0..2 {
            // It begins anew.
            let theirs = Arc::new(open(&own(&setup)).await);
            let transaction = written(&theirs).await[nth].clone();
            Box::pin(CommitBuilder::new(theirs).execute(transaction)).await.unwrap();
        }
        let end = (rounds + 2) * 10;
        put_all(&writer, end..end + 1).await;
        writer.close().await.unwrap();
        let page = setup.other().await.reader("t").await.unwrap().get(0, 1000).await.unwrap();
        assert_eq!(ids(&page), (0..=end).filter(|n| *n != 7).collect::<Vec<_>>());
        let updated = page.records().find(|record| record.fields["id"] == 8).unwrap();
        assert_eq!(updated.fields["text"], "foreign 8");
        let found = setup.engine.verify("t", None, &Job::new()).await.unwrap();
        assert_eq!(found[0].damage, []);
    }
}

#[tokio::test]
async fn a_barrier_lets_appends_of_other_programs_and_flushes_pass() {
    let setup = Setup::new().await;
    let writer = begun(&setup).await;
    let theirs = open(&own(&setup)).await;
    worked_on(&setup, &writer, 20).await;
    let newest = setup.engine.reader("t").await.unwrap().versions(1).await.unwrap().remove(0);
    assert_eq!((newest.operation.as_str(), newest.rows), ("merge", 220));
    crate::foreign::append_to(&theirs, 900..902).await;
    put_all(&writer, 220..222).await;
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    assert_eq!(ids(&page), (0..220).chain([900, 901, 220, 221]).collect::<Vec<_>>());
}

/// What a hand-made clean-up leaves, where another program does something at one of its points.
async fn cleaned_with<F, W>(setup: &Setup, point: &'static str, off: &[&'static str], deed: F)
where
    F: Fn() -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let armed = at(setup.engine.root(), point, off, deed);
    let newest = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    setup.engine.cleanup("t", None, &newest, &Job::new()).await.unwrap();
    drop(armed);
}

#[tokio::test]
async fn a_version_that_another_program_restores_while_its_name_goes_keeps_its_files() {
    for (off, is_whole) in [(&[][..], true), (&["cleanup-look"], false)] {
        let setup = Setup::new().await;
        let writer = begun(&setup).await;
        // None of its files is needed by the head.
        setup.engine.restore("t", At::Version(1), None).await.unwrap();
        let theirs = open(&own(&setup)).await.checkout_version(3).await.unwrap();
        cleaned_with(&setup, "cleanup.based", off, move || {
            let mut theirs = theirs.clone();
            async move { Box::pin(theirs.restore()).await.unwrap() }
        })
        .await;
        drop(writer);
        let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await;
        assert_eq!(page.is_ok_and(|page| ids(&page) == (0..10).collect::<Vec<_>>()), is_whole);
    }
}

#[tokio::test]
async fn an_index_in_the_making_is_not_taken_for_one_that_was() {
    let setup = Setup::new().await;
    let writer = begun(&setup).await;
    let index = own(&setup).join("_indices/3f2e7c1a-0000-4000-8000-000000000001");
    std::fs::create_dir_all(&index).unwrap();
    std::fs::write(index.join("page_data.lance"), "half of it").unwrap();
    // A flush of a process that takes in what another program committed, and one behind it.
    write(&own(&setup), 10..12, WriteMode::Append, true).await;
    for engine in [setup.other().await, setup.other().await] {
        let writer = engine.writer("t").maintenance(false).open().await.unwrap();
        put_all(&writer, 20..21).await;
        writer.close().await.unwrap();
    }
    drop(writer);
    cleaned_with(&setup, "none", &[], || async {}).await;
    assert!(index.join("page_data.lance").exists());
    // A verification notes no more than versions refer to, either.
    setup.engine.verify("t", None, &Job::new()).await.unwrap();
    cleaned_with(&setup, "none", &[], || async {}).await;
    assert!(index.join("page_data.lance").exists());
    let week_ago = ago(Duration::from_hours(7 * 24 + 1));
    for path in [index.join("page_data.lance"), index.clone()] {
        std::fs::File::open(path).unwrap().set_modified(week_ago).unwrap();
    }
    cleaned_with(&setup, "none", &[], || async {}).await;
    assert!(!index.exists(), "it was left behind");
}

#[tokio::test]
async fn who_says_by_hand_what_to_keep_keeps_no_more() {
    let setup = Setup::new().await;
    let writer = begun(&setup).await;
    worked_on(&setup, &writer, 1).await;
    let newest = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    setup.engine.cleanup("t", None, &newest, &Job::new()).await.unwrap();
    let left = setup.engine.reader("t").await.unwrap().version_numbers().await.unwrap();
    assert_eq!(left.len(), 2, "the first and the head of {left:?}");
}
