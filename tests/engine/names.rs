//! What can be called by name in a topic, found without opening it.

use lanceq::{ErrorKind, ReadCounts};

use crate::setup::{Setup, put_all};

#[tokio::test]
async fn names_are_found_without_opening_a_dataset_also_where_it_is_damaged() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..20).await;
    writer.flush().await.unwrap();
    setup.engine.tag("t", "seen", None, None).await.unwrap();
    setup.engine.reader("t").await.unwrap().group("trainer").open().await.unwrap();
    put_all(&writer, 20..40).await;
    writer.close().await.unwrap();
    let versions = setup.engine.root().join("t/bucket_0/data.lance/_versions");
    for manifest in std::fs::read_dir(versions).unwrap() {
        std::fs::write(manifest.unwrap().path(), "damaged").unwrap();
    }

    let reader = setup.other().await.reader("t").await.unwrap();
    let names = reader.names().await.unwrap();
    assert_eq!(names.buckets, [0, 1]);
    assert_eq!(names.columns, ["id", "text"]);
    assert_eq!(names.versions, [3, 2, 1], "of both buckets, newest first");
    assert_eq!((names.tags, names.groups), (vec!["seen".into()], vec!["trainer".to_owned()]));
    assert_eq!(reader.read_counts(), ReadCounts::default());
}

#[tokio::test]
async fn names_of_one_bucket_are_its_own() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..20).await;
    writer.flush().await.unwrap();
    setup.engine.tag("t", "left", None, Some(1)).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let one = reader.bucket(0).unwrap().names().await.unwrap();
    assert_eq!((one.buckets, one.tags), (vec![0], Vec::new()));
    let other = reader.bucket(1).unwrap().names().await.unwrap();
    assert_eq!((other.buckets, other.tags), (vec![1], vec!["left".to_owned()]));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_root_is_no_name() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.close().await.unwrap();
    let versions = setup.engine.root().join("t/bucket_0/data.lance/_versions");
    let elsewhere = setup.folder.path().join("elsewhere");
    std::fs::rename(&versions, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &versions).unwrap();
    let refused = setup.other().await.reader("t").await.unwrap().names().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}
