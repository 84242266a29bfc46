//! Datasets of other programs that become the engine's: all of their records, at offsets that stay; what was there before is kept.

use std::path::Path;

use lance::dataset::WriteMode;
use lanceq::{AdoptOptions, AdoptedBy, Engine, Error, ErrorKind, Job, TopicFault};

use crate::foreign::{open, write};
use crate::setup::{Setup, ids, put_all};

/// Two datasets, in the layouts that others write; the second one is missing where there is room for one only.
struct Layout {
    name: &'static str,
    topic: &'static str,
    datasets: &'static [&'static str],
}

const LAYOUTS: [Layout; 4] = [
    Layout {
        name: "a folder of buckets",
        topic: "t",
        datasets: &["t/bucket_0/data.lance", "t/bucket_2/data.lance"],
    },
    Layout { name: "a folder of one dataset", topic: "t", datasets: &["t/data.lance"] },
    Layout { name: "a bare dataset", topic: "t", datasets: &["t.lance"] },
    Layout {
        name: "the root itself",
        topic: "root",
        datasets: &["bucket_0/data.lance", "bucket_1/data.lance"],
    },
];

async fn made(layout: &Layout, is_stable: bool) -> Setup {
    let setup = Setup::new().await;
    for (dataset, first) in layout.datasets.iter().zip([0, 100]) {
        let path = setup.engine.root().join(dataset);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write(&path, first..first + 5, WriteMode::Create, is_stable).await;
        write(&path, first + 5..first + 8, WriteMode::Append, is_stable).await;
        open(&path).await.delete(&format!("id = {}", first + 1)).await.unwrap();
        open(&path).await.tags().create("v1", 1).await.unwrap();
    }
    setup
}

async fn read(engine: &Engine, topic: &str) -> Vec<u64> {
    ids(&engine.reader(topic).await.unwrap().get(0, 1000).await.unwrap())
}

fn expected(layout: &Layout) -> Vec<u64> {
    let all = [0, 100].into_iter().take(layout.datasets.len());
    all.flat_map(|first| (first..first + 8).filter(move |n| *n != first + 1)).collect()
}

#[tokio::test]
async fn every_layout_becomes_a_topic_with_all_records_in_order_and_what_was_there_is_kept() {
    for layout in &LAYOUTS {
        for is_stable in [false, true] {
            let (what, topic) = (format!("{}, stable: {is_stable}", layout.name), layout.topic);
            let setup = made(layout, is_stable).await;
            let before = setup.engine.reader(topic).await.unwrap();
            let plan = setup.engine.adoption(topic, &AdoptOptions::default()).await.unwrap();
            assert!(
                setup.engine.topic(topic).await.unwrap().foreign,
                "{what}: a plan does nothing"
            );
            let job = Job::new();
            let done = setup.engine.adopt(topic, &AdoptOptions::default(), &job).await.unwrap();
            assert_eq!(
                (&done.buckets, &done.lost, done.rows),
                (&plan.buckets, &plan.lost, plan.rows)
            );
            let stays = is_stable && layout.name == "a folder of buckets";
            assert_eq!(done.original.is_none(), stays, "{what}");
            let by = match (is_stable, stays) {
                (false, _) => AdoptedBy::Rewriting,
                (true, true) => AdoptedBy::Staying,
                (true, false) => AdoptedBy::Moving,
            };
            assert!(done.buckets.iter().all(|bucket| bucket.by == by), "{what}: {done:?}");
            assert_eq!(done.lost.is_empty(), is_stable, "{what}: {:?}", done.lost);
            assert_eq!(job.done(), if is_stable { 0 } else { done.rows }, "{what}");
            drop(before);

            let engine = setup.other().await;
            assert!(!engine.topic(topic).await.unwrap().foreign, "{what}");
            assert_eq!(
                engine.topics().await.unwrap().len(),
                1,
                "{what}: {:?}",
                engine.topics().await
            );
            assert_eq!(read(&engine, topic).await, expected(layout), "{what}");
            assert_eq!(read(&setup.engine, topic).await, expected(layout), "{what}");
            let page =
                engine.reader(topic).await.unwrap().bucket(0).unwrap().get(0, 1000).await.unwrap();
            let offsets: Vec<u64> = page.records().map(|record| record.offset).collect();
            let wanted: Vec<u64> =
                if is_stable { vec![0, 2, 3, 4, 5, 6, 7] } else { (0..7).collect() };
            assert_eq!(offsets, wanted, "{what}");
            assert_eq!(engine.holdings(topic).await.unwrap().tags.is_empty(), !is_stable, "{what}");
            writes_on(&engine, topic, layout).await;
            kept(&setup, layout, done.original.as_deref()).await;
        }
    }
}

/// The engine writes it from then on, and Lance reads it.
async fn writes_on(engine: &Engine, topic: &str, layout: &Layout) {
    let writer = engine.writer(topic).open().await.unwrap();
    put_all(&writer, 200..210).await;
    writer.close().await.unwrap();
    let mut found = read(engine, topic).await;
    found.sort_unstable();
    let mut wanted = expected(layout);
    wanted.extend(200..210);
    assert_eq!(found, wanted, "{}", layout.name);
    engine.compact(topic, None, &Job::new()).await.unwrap();
    let (mut rows, mut bucket) = (0, 0);
    let folder = engine.root().join(topic);
    while folder.join(format!("bucket_{bucket}")).exists() {
        let dataset = folder.join(format!("bucket_{bucket}/data.lance"));
        if dataset.exists() {
            rows += open(&dataset).await.count_rows(None).await.unwrap();
        }
        bucket += 1;
    }
    assert_eq!(rows, wanted.len(), "{}", layout.name);
}

/// What was there before comes back from the trash as it was.
async fn kept(setup: &Setup, layout: &Layout, original: Option<&str>) {
    let trashed = setup.engine.trash().await.unwrap();
    let names: Vec<&str> = trashed.iter().map(|trashed| trashed.name.as_str()).collect();
    assert_eq!(names, original.into_iter().collect::<Vec<_>>(), "{}", layout.name);
    let Some(original) = original else { return };
    let back = setup.engine.restore_trashed(original, Some("before")).await.unwrap();
    assert_eq!(back, "before");
    let engine = setup.other().await;
    assert!(engine.topic("before").await.unwrap().foreign, "{}", layout.name);
    assert_eq!(read(&engine, "before").await, expected(layout), "{}", layout.name);
}

#[tokio::test]
async fn what_is_the_engines_own_or_has_no_room_is_left_alone() {
    let setup = made(&LAYOUTS[2], false).await;
    std::fs::create_dir(setup.engine.root().join("t")).unwrap();
    let adopt = async |topic: &str, options: AdoptOptions| {
        setup.engine.adopt(topic, &options, &Job::new()).await.map(drop).unwrap_err()
    };
    let taken = adopt("t", AdoptOptions::default()).await;
    assert!(matches!(taken, Error::Topic { fault: TopicFault::Exists(_), .. }), "{taken}");
    std::fs::remove_dir(setup.engine.root().join("t")).unwrap();
    let none = AdoptOptions { num_buckets: Some(0), ..AdoptOptions::default() };
    assert_eq!(adopt("t", none).await.kind(), ErrorKind::Invalid);
    assert_eq!(adopt("none", AdoptOptions::default()).await.kind(), ErrorKind::NotFound);
    setup.engine.adopt("t", &AdoptOptions::default(), &Job::new()).await.unwrap();
    assert_eq!(adopt("t", AdoptOptions::default()).await.kind(), ErrorKind::AlreadyExists);
    assert_eq!(read(&setup.engine, "t").await, expected(&LAYOUTS[2]));
}

#[tokio::test]
async fn a_cancelled_adoption_leaves_the_dataset_as_it_was_and_nothing_else() {
    let setup = made(&LAYOUTS[1], false).await;
    let names = |root: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(root).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != ".adopt.lock" && name != ".trash").collect()
    };
    let job = Job::new();
    job.cancel();
    let cancelled = setup.engine.adopt("t", &AdoptOptions::default(), &job).await.unwrap_err();
    assert_eq!(cancelled.kind(), ErrorKind::Cancelled);
    assert_eq!(names(setup.engine.root()), ["t"]);
    assert!(setup.engine.topic("t").await.unwrap().foreign);
    assert_eq!(read(&setup.engine, "t").await, expected(&LAYOUTS[1]));
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_another_program_commits_meanwhile_is_noticed_and_nothing_is_adopted() {
    use std::sync::Arc;

    use lanceq::fault::{Event, Plan, Then};

    let setup = made(&LAYOUTS[1], false).await;
    let (dataset, runtime) =
        (setup.engine.root().join("t/data.lance"), tokio::runtime::Handle::current());
    let hook = move |event: Event<'_>| {
        if event == Event::Point("adopt.rewritten") {
            let (dataset, runtime) = (dataset.clone(), runtime.clone());
            let append = async move { write(&dataset, 50..51, WriteMode::Append, false).await };
            std::thread::spawn(move || runtime.block_on(append)).join().unwrap();
        }
        Then::Go
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    let refused = setup.engine.adopt("t", &AdoptOptions::default(), &Job::new()).await.unwrap_err();
    drop(armed);
    assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
    assert!(setup.other().await.topic("t").await.unwrap().foreign);
    setup.engine.adopt("t", &AdoptOptions::default(), &Job::new()).await.unwrap();
    assert!(read(&setup.other().await, "t").await.contains(&50));
}
