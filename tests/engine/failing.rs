//! Wrong places and damaged files: typed errors, and nothing else is touched.

use std::fs;

use lanceq::{Engine, ErrorKind};

use crate::setup::{Setup, ids, put_all};

#[tokio::test]
async fn a_root_that_is_a_file_is_refused() {
    let setup = Setup::new().await;
    let file = setup.folder.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let Err(error) = Engine::open(&path).await else { panic!("opened") };
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

#[tokio::test]
async fn reading_creates_nothing() {
    let setup = Setup::new().await;
    assert_eq!(setup.engine.topics().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(setup.engine.reader("t").await.is_err());
    assert!(!setup.engine.root().exists());
}

#[tokio::test]
async fn a_broken_dataset_does_not_hide_sound_ones() {
    let setup = Setup::new().await;
    for topic in ["broken", "sound"] {
        let writer = setup.engine.writer(topic).open().await.unwrap();
        put_all(&writer, 0..5).await;
        writer.close().await.unwrap();
    }
    let versions = setup.engine.root().join("broken/bucket_0/data.lance/_versions");
    for entry in fs::read_dir(versions).unwrap() {
        fs::write(entry.unwrap().path(), "").unwrap();
    }
    let other = setup.other().await;
    let names: Vec<String> =
        other.topics().await.unwrap().iter().map(|t| t.name.to_string()).collect();
    assert_eq!(names, ["broken", "sound"]);
    let error = other.reader("broken").await.unwrap().counts().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    let page = other.reader("sound").await.unwrap().get(0, 10).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_damage_and_no_empty_bucket() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..9).await;
    writer.close().await.unwrap();
    let topic = setup.engine.root().join("t");
    fs::remove_dir_all(topic.join("bucket_1")).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    fs::File::open(topic.join("topic.json")).unwrap().set_modified(long_ago).unwrap();
    let other = setup.other().await;
    let error = other.reader("t").await.unwrap().counts().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let Err(error) = other.writer("t").open().await else { panic!("opened") };
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(!topic.join("bucket_1").exists());
}

#[tokio::test]
async fn a_dataset_without_versions_is_damaged_once_nobody_can_be_making_it() {
    let setup = Setup::new().await;
    let folder = setup.engine.root().join("odd.lance/data");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("x.lance"), "data").unwrap();
    let reader = setup.engine.reader("odd").await.unwrap();
    assert_eq!(reader.counts().await.unwrap().total_count, 0, "it may be in the making");
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    fs::File::open(&folder).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(reader.counts().await.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
#[cfg(unix)]
async fn a_new_root_is_the_owners_alone_and_an_existing_one_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..1).await;
    assert_eq!(mode(setup.engine.root()), 0o700);
    let open = setup.folder.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let engine = Engine::open(&open).await.unwrap();
    put_all(&engine.writer("t").open().await.unwrap(), 0..1).await;
    assert_eq!(mode(&open), 0o755);
}
