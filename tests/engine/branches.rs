//! Branches that other programs make: Lance itself stands for them here.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use futures::{FutureExt as _, StreamExt};
use lance::Dataset;
use lance::dataset::optimize::{CompactionOptions, compact_files};
use lanceq::{
    At, BranchInfo, CleanupOptions, Engine, ErrorKind, IndexKind, IndexSpec, Job, Reader,
    ResetReason, StreamOptions, Tail, TailEvent, Writer,
};
use serde_json::json;

use crate::compaction::at;
use crate::foreign::{append_to, open, own, write};
use crate::setup::{Setup, ids, put_all};

/// Makes a branch at a version of a dataset, and returns its newest version.
async fn branch(dataset: &mut Dataset, name: &str, version: u64) -> Dataset {
    Box::pin(dataset.create_branch(name, version, None)).await.unwrap()
}

/// A topic of as many flushes of ten records.
async fn flushed(setup: &Setup, flushes: u64) -> Writer {
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    for flush in 0..flushes {
        put_all(&writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    writer
}

async fn reader(engine: &Engine) -> Reader {
    engine.reader("t").await.unwrap()
}

async fn all(reader: &Reader) -> Vec<u64> {
    ids(&reader.get(0, 10_000).await.unwrap())
}

async fn clean_up(setup: &Setup) {
    let options = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    setup.engine.cleanup("t", None, &options, &Job::new()).await.unwrap();
}

fn data_files(setup: &Setup) -> usize {
    std::fs::read_dir(own(setup).join("data")).unwrap().count()
}

/// The numbers of all rows that Lance finds in a dataset.
async fn as_lance_reads(path: &Path) -> Vec<i64> {
    let batch = Box::pin(open(path).await.scan().try_into_batch()).await.unwrap();
    let ids = batch.column_by_name("id").unwrap();
    arrow_array::cast::AsArray::as_primitive::<arrow_array::types::Int64Type>(ids).values().to_vec()
}

fn tree(setup: &Setup, name: &str) -> PathBuf {
    own(setup).join("tree").join(name)
}

#[tokio::test]
async fn whatever_branches_stand_on_survives_a_clean_up_until_they_are_gone() {
    survives(["first", "first/nested"]).await;
}

/// Lance takes the letters of any language, and escapes them in some of its paths.
#[tokio::test]
async fn so_does_what_branches_with_names_of_any_letters_stand_on() {
    survives(["prüfung", "prüfung/漢字"]).await;
}

async fn survives([outer, inner]: [&str; 2]) {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 4).await;
    // So the branch needs a file of deletions that is the bucket's, too.
    let mut dataset = open(&own(&setup)).await;
    Box::pin(dataset.delete("id < 3")).await.unwrap();
    let begun_at = open(&own(&setup)).await.version().version;
    let mut dataset = open(&own(&setup)).await;
    let first = branch(&mut dataset, outer, begun_at).await;
    append_to(&first, 1000..1005).await;
    let mut newest = open(&tree(&setup, outer)).await;
    Box::pin(newest.delete("id < 10")).await.unwrap();
    let nested_at = newest.version().version;
    // As made from the dataset: Lance does not find the way from a branch with such a name.
    let nested = Box::pin(dataset.create_branch(inner, (outer, nested_at), None)).await.unwrap();
    append_to(&nested, 2000..2003).await;
    put_all(&writer, 40..50).await;
    writer.flush().await.unwrap();
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    let before = data_files(&setup);

    clean_up(&setup).await;
    let listed = reader(&setup.engine).await.versions(100).await.unwrap();
    let kept: Vec<u64> = listed.iter().map(|version| version.version).collect();
    assert!(kept.contains(&begun_at) && !kept.contains(&(begun_at - 1)), "{kept:?}");
    let first_ids: Vec<u64> = (10..40).chain(1000..1005).collect();
    let nested_ids: Vec<u64> = first_ids.iter().copied().chain(2000..2003).collect();
    for engine in [setup.engine.clone(), setup.other().await] {
        let reader = reader(&engine).await;
        assert_eq!(all(&reader).await, (3..50).collect::<Vec<_>>());
        for (name, expected) in [(outer, &first_ids), (inner, &nested_ids)] {
            let of_branch = reader.branch(name).await.unwrap();
            assert_eq!(all(&of_branch).await, *expected, "{name}");
            let newest = of_branch.versions(100).await.unwrap().remove(0);
            assert_eq!(newest.rows, expected.len() as u64, "{name}");
            let signed: Vec<i64> = expected.iter().map(|id| id.cast_signed()).collect();
            assert_eq!(as_lance_reads(&tree(&setup, name)).await, signed, "{name}");
        }
        // Every version of a branch, not only its newest.
        let begun = reader.branch(outer).await.unwrap().at(At::Version(begun_at)).await.unwrap();
        assert_eq!(all(&begun).await, (3..40).collect::<Vec<_>>());
    }
    let with_branches = data_files(&setup);
    assert!(with_branches < before, "what nobody refers to is gone all the same");
    clean_up(&setup).await;
    assert_eq!(data_files(&setup), with_branches, "a second time");

    for name in [inner, outer] {
        Box::pin(dataset.delete_branch(name)).await.unwrap();
    }
    clean_up(&setup).await;
    assert!(data_files(&setup) < with_branches, "they are gone with the branches");
    assert_eq!(all(&reader(&setup.other().await).await).await, (3..50).collect::<Vec<_>>());
}

/// The two steps in which Lance makes a branch are not one: the second one, its name in a list, may be missing.
#[tokio::test]
async fn a_branch_that_no_list_names_is_not_cleaned_away_whatever_its_name_and_what_it_stands_on() {
    for name in ["b", "_indices"] {
        let setup = Setup::new().await;
        let _writer = flushed(&setup, 4).await;
        let mut dataset = open(&own(&setup)).await;
        Box::pin(dataset.delete("id < 3")).await.unwrap();
        let begun_at = open(&own(&setup)).await.version().version;
        let begun = branch(&mut dataset, name, begun_at).await;
        append_to(&begun, 900..903).await;
        let nested_at = open(&tree(&setup, name)).await.version().version;
        let nested = format!("{name}/deep");
        let deep = dataset.create_branch(&nested, (name, nested_at), None);
        append_to(&Box::pin(deep).await.unwrap(), 950..952).await;
        // Now the bucket needs none of its files any more.
        setup.engine.compact("t", None, &Job::new()).await.unwrap();
        std::fs::remove_dir_all(own(&setup).join("_refs/branches")).unwrap();
        clean_up(&setup).await;
        assert_eq!(data_files(&setup), 5, "{name}: those four, and what they were rewritten to");
        let common = 3..40;
        let of_branch: Vec<i64> = common.clone().chain(900..903).collect();
        let of_nested: Vec<i64> = common.chain(900..903).chain(950..952).collect();
        for (name, ids) in [(name, &of_branch), (&nested, &of_nested)] {
            assert_eq!(as_lance_reads(&tree(&setup, name)).await, *ids, "{name}");
        }
    }
}

#[tokio::test]
async fn an_index_that_only_a_branch_has_stays_also_where_no_list_names_that() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    let vector = |n: u64| [n % 7, n % 5, n % 3, 1].map(|x| f64::from(u32::try_from(x).unwrap()));
    let record = |n: u64| json!({"id": n, "vector": vector(n)});
    writer.put_batch((0..300).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let job = Job::new();
    let spec = IndexSpec::on("vector").kind(IndexKind::IvfFlat);
    setup.engine.create_index("t", None, &spec, &job).await.unwrap();
    let mut dataset = open(&own(&setup)).await;
    let begun_at = dataset.version().version;
    branch(&mut dataset, "b", begun_at).await;
    std::fs::remove_dir_all(own(&setup).join("_refs/branches")).unwrap();
    setup.engine.drop_index("t", None, "vector", None).await.unwrap();
    clean_up(&setup).await;
    let of_branch = open(&tree(&setup, "b")).await;
    let mut scan = of_branch.scan();
    let wanted = arrow_array::Float32Array::from(vec![1.0, 1.0, 1.0, 1.0]);
    scan.nearest("vector", &wanted, 5).unwrap();
    let plan = Box::pin(scan.explain_plan(false)).await.unwrap();
    assert!(plan.contains("ANN"), "{plan}");
    assert_eq!(Box::pin(scan.try_into_batch()).await.unwrap().num_rows(), 5);
}

#[tokio::test]
async fn what_cannot_be_told_of_a_branch_ends_a_clean_up_before_anything_went() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup, 4).await;
    branch(&mut open(&own(&setup)).await, "b", 3).await;
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    let detached = tree(&setup, "b").join("_versions/d9223372036854775815.manifest");
    std::fs::write(&detached, "").unwrap();
    let files = data_files(&setup);
    let options = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    let error = setup.engine.cleanup("t", None, &options, &Job::new()).await.unwrap_err();
    assert_eq!((error.kind(), data_files(&setup)), (ErrorKind::Unsupported, files), "{error}");
    assert!(error.to_string().contains("it has detached versions"), "{error}");
    std::fs::remove_file(detached).unwrap();

    let versions = tree(&setup, "b").join("_versions");
    let manifest = std::fs::read_dir(&versions).unwrap().flatten().map(|entry| entry.path());
    let manifest = manifest.into_iter().find(|path| path.extension().unwrap() == "manifest");
    std::fs::write(manifest.unwrap(), "no manifest").unwrap();
    let error = setup.engine.cleanup("t", None, &options, &Job::new()).await.unwrap_err();
    assert_eq!((error.kind(), data_files(&setup)), (ErrorKind::Corrupt, files), "{error}");
}

/// As a power cut leaves it: Lance syncs none of its files.
#[tokio::test]
async fn a_branch_whose_entry_in_the_list_is_torn_is_read_and_hinders_no_other() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup, 4).await;
    for (name, version) in [("a", 3), ("b", 4)] {
        let begun = branch(&mut open(&own(&setup)).await, name, version).await;
        append_to(&begun, 900..903).await;
    }
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    std::fs::write(own(&setup).join("_refs/branches/a.json"), "").unwrap();
    let reader = reader(&setup.engine).await;
    let found = reader.branches().await.unwrap();
    let told = |info: &BranchInfo| (info.parent_version, info.version, info.rows);
    let [a, b] = &found[..] else { panic!("{found:?}") };
    assert_eq!((told(a), told(b)), ((3, 4, 23), (4, 5, 33)));
    assert!(a.error.as_ref().is_some_and(|error| error.contains("branches/a.json")), "{a:?}");
    assert_eq!((a.created, b.error.as_ref()), (None, None));
    clean_up(&setup).await;
    let versions = reader.version_numbers().await.unwrap();
    assert!(versions.starts_with(&[1, 3, 4]), "{versions:?}");
    for (name, end) in [("a", 20), ("b", 30)] {
        let ids: Vec<u64> = (0..end).chain(900..903).collect();
        assert_eq!(all(&reader.branch(name).await.unwrap()).await, ids);
        let signed: Vec<i64> = ids.iter().map(|id| id.cast_signed()).collect();
        assert_eq!(as_lance_reads(&tree(&setup, name)).await, signed);
    }
    // Of one that has no version either, nothing is known.
    std::fs::write(own(&setup).join("_refs/branches/c.json"), "{}").unwrap();
    let found = reader.branches().await.unwrap();
    assert_eq!((found[2].branch.as_str(), told(&found[2])), ("c", (0, 0, 0)));
    assert!(found[2].error.is_some());
    clean_up(&setup).await;
}

#[tokio::test]
async fn a_branch_that_is_begun_while_a_clean_up_is_under_way_keeps_its_files() {
    for (off, is_whole) in [(&[][..], true), (&["cleanup-look"], false)] {
        let setup = Setup::new().await;
        let _writer = flushed(&setup, 4).await;
        setup.engine.compact("t", None, &Job::new()).await.unwrap();
        let path = own(&setup);
        // What goes is known by then, and the versions still have their names.
        let armed = at(setup.engine.root(), "cleanup.based", off, move || {
            let path = path.clone();
            async move {
                branch(&mut open(&path).await, "late", 3).await;
            }
        });
        clean_up(&setup).await;
        drop(armed);
        let late = open(&tree(&setup, "late")).await;
        let read = Box::pin(late.scan().try_into_batch()).await;
        assert_eq!(read.is_ok_and(|batch| batch.num_rows() == 20), is_whole, "{off:?}");
    }
}

#[tokio::test]
async fn before_a_branch_began_it_had_nothing_and_what_was_cleaned_up_is_told_apart() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup, 3).await;
    let begun = branch(&mut open(&own(&setup)).await, "what-if", 3).await;
    append_to(&begun, 500..505).await;
    let long_ago = At::Time(DateTime::UNIX_EPOCH);
    let of_branch = reader(&setup.engine).await.branch("what-if").await.unwrap();
    let since = of_branch.cursor_at(long_ago.clone()).await.unwrap();
    assert_eq!(since.to_string(), "0:0");
    let refused = async |reader: &Reader, at: At| match reader.at(at).await {
        Err(error) => error.to_string(),
        Ok(_) => panic!("found"),
    };
    let said = refused(&of_branch, At::Version(2)).await;
    assert!(said.ends_with("version 2 on branch `what-if`: its first one is 3"), "{said}");
    let said = refused(&of_branch, long_ago.clone()).await;
    assert!(said.ends_with("there was none yet"), "{said}");

    let first = format!("_versions/{:020}.manifest", u64::MAX - 3);
    std::fs::remove_file(tree(&setup, "what-if").join(first)).unwrap();
    let of_branch = reader(&setup.other().await).await.branch("what-if").await.unwrap();
    let said = refused(&of_branch, At::Version(3)).await;
    assert!(said.ends_with("it was cleaned up; the oldest that is kept is 4"), "{said}");
    let error = of_branch.cursor_at(long_ago).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().ends_with("what was the newest one then was cleaned up"), "{error}");
}

#[tokio::test]
async fn a_branch_is_read_beside_a_bucket_that_is_written_on() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 3).await;
    let mut dataset = open(&own(&setup)).await;
    let begun = branch(&mut dataset, "what-if", 3).await;
    append_to(&begun, 500..505).await;
    put_all(&writer, 30..35).await;
    writer.flush().await.unwrap();
    put_all(&writer, 35..38).await;
    let reader = reader(&setup.engine).await;
    let of_branch = reader.branch("what-if").await.unwrap();
    assert_eq!(all(&of_branch).await, (0..20).chain(500..505).collect::<Vec<_>>());
    assert_eq!(all(&reader).await, (0..38).collect::<Vec<_>>(), "the bucket is as it was");
    let counts = of_branch.counts().await.unwrap();
    assert_eq!(
        (counts.total_count, counts.buffer_count, counts.buckets[0].next_offset),
        (25, 0, 25)
    );
    let versions = of_branch.versions(100).await.unwrap();
    let told: Vec<(u64, &str, u64)> =
        versions.iter().map(|v| (v.version, v.operation.as_str(), v.rows)).collect();
    assert_eq!(told, [(4, "append", 25), (3, "clone", 20)]);
    let then = of_branch.at(At::Version(3)).await.unwrap();
    assert_eq!(all(&then).await, (0..20).collect::<Vec<_>>());
    let mut diff = then.diff(&of_branch).await.unwrap();
    while diff.next_rows().await.unwrap().is_some() {}
    assert_eq!(diff.summaries()[0].added, 5);
    let Err(error) = of_branch.at(At::Version(9)).await else { panic!("found") };
    assert!(error.to_string().contains("9 on branch `what-if`: the newest is 4"), "{error}");
    let found = reader.branches().await.unwrap();
    let [BranchInfo { branch, parent: None, parent_version: 3, version: 4, rows: 25, .. }] =
        &found[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!((branch.as_str(), found[0].error.as_ref()), ("what-if", None));
    assert!(found[0].created.is_some());
}

/// The next records of a stream.
async fn next_ids(tail: &mut Tail, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        if let TailEvent::Rows(chunk) = tail.next().await.unwrap().unwrap() {
            numbers.extend(chunk.records().map(|r| r.fields["id"].as_u64().unwrap()));
        }
    }
    numbers
}

#[tokio::test]
async fn a_branch_is_followed_and_what_comes_beside_it_does_not_show() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 2).await;
    let mut dataset = open(&own(&setup)).await;
    let begun = branch(&mut dataset, "b", 3).await;
    let of_branch = reader(&setup.engine).await.branch("b").await.unwrap();
    let mut tail = of_branch.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let mut new = of_branch.stream(StreamOptions::from_end().blocking()).await.unwrap();
    append_to(&begun, 700..705).await;
    let expected: Vec<u64> = (0..20).chain(700..705).collect();
    assert_eq!(next_ids(&mut tail, 25).await, expected);
    // Buffered and flushed records of the bucket have the offsets of the branch's own.
    put_all(&writer, 20..25).await;
    writer.flush().await.unwrap();
    put_all(&writer, 25..30).await;
    append_to(&open(&tree(&setup, "b")).await, 705..708).await;
    assert_eq!(next_ids(&mut tail, 3).await, [705, 706, 707]);
    assert_eq!(next_ids(&mut new, 8).await, (700..708).collect::<Vec<_>>());
    let mut changed = open(&tree(&setup, "b")).await;
    Box::pin(changed.delete("id < 10")).await.unwrap();
    compact_files(&mut changed, CompactionOptions::default(), None).boxed().await.unwrap();
    append_to(&open(&tree(&setup, "b")).await, 708..710).await;
    assert_eq!(next_ids(&mut tail, 2).await, [708, 709], "no record comes twice");
}

#[tokio::test]
async fn a_stream_of_a_branch_that_is_deleted_says_so_and_goes_on_where_another_one_begins() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup, 2).await;
    let mut dataset = open(&own(&setup)).await;
    let begun = branch(&mut dataset, "b", 3).await;
    append_to(&begun, 700..705).await;
    branch(&mut dataset, "other", 2).await;
    let of_branch = reader(&setup.engine).await.branch("b").await.unwrap();
    let mut tail = of_branch.stream(StreamOptions::from_start().blocking()).await.unwrap();
    next_ids(&mut tail, 25).await;
    Box::pin(dataset.delete_branch("b")).await.unwrap();
    let error = loop {
        // While its folder goes, a look may find what is left of it.
        if let Err(error) = tail.next().await.unwrap()
            && error.kind() == ErrorKind::NotFound
        {
            break error;
        }
    };
    assert_eq!(error.to_string(), "topic `t`, bucket 0 has no branch `b`; it has `other`");
    let begun = branch(&mut dataset, "b", 2).await;
    append_to(&begun, 800..803).await;
    let reset = loop {
        if let Ok(TailEvent::Reset(reset)) = tail.next().await.unwrap() {
            break reset;
        }
    };
    assert_eq!((reset.reason, reset.next_offset), (ResetReason::Recreated, 0));
    let expected: Vec<u64> = (0..10).chain(800..803).collect();
    assert_eq!(next_ids(&mut tail, 13).await, expected);
}

#[tokio::test]
async fn versions_of_branches_and_of_the_bucket_have_tags_of_their_own() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 3).await;
    let mut dataset = open(&own(&setup)).await;
    let begun = branch(&mut dataset, "b", 3).await;
    append_to(&begun, 500..505).await;
    let tags = dataset.tags();
    Box::pin(tags.create("theirs", ("b", 4_u64))).await.unwrap();
    setup.engine.tag("t", "ours", Some(4), None).await.unwrap();
    let reader = reader(&setup.engine).await;
    let of_branch = reader.branch("b").await.unwrap();
    let tagged = async |reader: &Reader| {
        let versions = reader.versions(100).await.unwrap().into_iter();
        versions
            .map(|v| (v.version, v.tags))
            .filter(|(_, tags)| !tags.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(tagged(&reader).await, [(4, vec!["ours".to_owned()])]);
    assert_eq!(tagged(&of_branch).await, [(4, vec!["theirs".to_owned()])]);
    let at = of_branch.at(At::Tag("theirs".into())).await.unwrap();
    assert_eq!(all(&at).await, (0..20).chain(500..505).collect::<Vec<_>>());
    let Err(error) = reader.at(At::Tag("theirs".into())).await else { panic!("found") };
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    put_all(&writer, 30..31).await;
    writer.flush().await.unwrap();
    clean_up(&setup).await;
    assert_eq!(all(&reader.at(At::Tag("ours".into())).await.unwrap()).await.len(), 30);
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_named_with_those_that_are() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..20).await;
    writer.flush().await.unwrap();
    let reader = reader(&setup.engine).await;
    let Err(error) = reader.branch("nope").await else { panic!("found") };
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.to_string(), "topic `t`, bucket 0 has no branch `nope`; it has none at all");
    let second = setup.engine.root().join("t/bucket_1/data.lance");
    for name in ["b", "a/c"] {
        branch(&mut open(&second).await, name, 2).await;
    }
    let Err(error) = reader.branch("b").await else { panic!("bucket 0 has none") };
    assert_eq!(error.to_string(), "topic `t`, bucket 0 has no branch `b`; it has none at all");
    let one = reader.bucket(1).unwrap();
    let Err(error) = one.branch("../b").await else { panic!("found") };
    let said = "topic `t`, bucket 1 has no branch `../b`; it has `a/c`, `b`";
    assert_eq!(error.to_string(), said);
    assert_eq!(all(&one.branch("b").await.unwrap()).await, all(&one).await);
    let named: Vec<(u32, String)> = reader
        .branches()
        .await
        .unwrap()
        .into_iter()
        .map(|branch| (branch.bucket_id, branch.branch))
        .collect();
    assert_eq!(named, [(1, "a/c".to_owned()), (1, "b".to_owned())]);
}

#[tokio::test]
async fn branches_of_datasets_that_others_made_are_read_also_where_offsets_are_positions() {
    let setup = Setup::new().await;
    std::fs::create_dir_all(setup.engine.root()).unwrap();
    for stable in [true, false] {
        let name = format!("stable_{stable}");
        let path = setup.engine.root().join(format!("{name}.lance"));
        write(&path, 0..10, lance::dataset::WriteMode::Create, stable).await;
        let begun = branch(&mut open(&path).await, "b", 1).await;
        append_to(&begun, 90..93).await;
        let reader = setup.engine.reader(&name).await.unwrap();
        let of_branch = reader.branch("b").await.unwrap();
        assert_eq!(all(&of_branch).await, (0..10).chain(90..93).collect::<Vec<_>>(), "{name}");
        assert_eq!(all(&reader).await, (0..10).collect::<Vec<_>>(), "{name}");
    }
}

/// Lance notes by its whole path what a branch stands on.
#[tokio::test]
async fn a_branch_of_a_root_that_was_moved_says_where_its_files_were() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 2).await;
    branch(&mut open(&own(&setup)).await, "b", 3).await;
    writer.close().await.unwrap();
    let moved = setup.folder.path().join("moved");
    std::fs::rename(setup.engine.root(), &moved).unwrap();
    let engine = Engine::open(&moved).await.unwrap();
    let reader = reader(&engine).await;
    assert_eq!(all(&reader).await, (0..20).collect::<Vec<_>>());
    let Err(error) = reader.branch("b").await else { panic!("found") };
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let listed = reader.branches().await.unwrap();
    assert!(listed[0].error.as_ref().is_some_and(|error| error.contains("root/t")), "{listed:?}");
}
