//! `index`, and searches by one.

use serde_json::json;

use crate::program::{Test, lines, shared};

/// Points on a spiral, so that each has its own neighbours.
fn points(count: usize) -> Test {
    let point = |n: usize| {
        let (angle, n) = (n as f64 * 0.1, n as f64);
        format!("{{\"id\":{n},\"vec\":[{},{},{n}]}}", angle.cos() * n, angle.sin() * n)
    };
    Test::new().topic("t", &lines(count, point))
}

#[test]
fn an_index_is_made_listed_asked_tried_and_dropped() {
    let test = points(1000);
    test.run(["index", "t"]).code(0).stdout("").stderr("t has no indexes\n");
    test.run(["index", "t", "vec"])
        .code(0)
        .stdout("")
        .stderr_contains("note: t has 1000 records: so few are searched quickly")
        .stderr_contains("t, bucket 0: made vec_idx (IVF_SQ, l2) over 1000 records in 1 partition");
    let search = ["search", "t", "--column", "vec", "--like", "500", "--k", "3", "--columns", "id"];
    let exact = test.run(search.iter().chain(&["--exact"])).code(0).stderr("").json_lines();
    let found = test.run(search).code(0);
    found.stderr("by vec_idx (IVF_SQ) over 1000 records; 28 vectors compared\n");
    assert_eq!(test.run(search).code(0).json_lines(), exact);
    test.run(search.iter().chain(&["--metric", "dot"]))
        .code(0)
        .stderr("note: exact in bucket 0: `vec_idx` is for the metric l2\n");
    let listed = test.run(["index", "t", "--json"]).code(0).json();
    let bytes = listed[0]["bytes"].as_u64().unwrap();
    assert_eq!(
        listed,
        json!([{"bucket_id": 0, "name": "vec_idx", "column": "vec", "kind": "IVF_SQ", "metric": "l2",
                "covered": 1000, "open": 0, "segments": 1, "bytes": bytes}])
    );
    test.run(["index", "t"]).code(0).stdout_contains("vec_idx").stdout_contains("IVF_SQ");
    let tried =
        test.run(["index", "t", "vec", "--recall", "--sample", "20", "--json"]).code(0).json();
    assert_eq!((&tried[0]["sample"], &tried[0]["k"]), (&json!(20), &json!(10)));
    assert!(tried[0]["recall"].as_f64().unwrap() > 0.9, "{tried}");
    test.run(["index", "t", "vec", "--recall", "--k", "3"])
        .code(0)
        .stdout_contains("RECALL@3")
        .stderr("of 100 vectors\n");
    test.run(["index", "t", "vec", "--drop"])
        .code(0)
        .stderr_contains("t, bucket 0: dropped vec_idx");
    test.run(["index", "t", "vec", "--drop"])
        .code(1)
        .stderr_contains("topic `t` has no index over `vec`; it has none at all")
        .stderr_contains("hint: `lanceq index TOPIC` lists the indexes");
}

#[test]
fn buffered_records_are_found_beside_an_index() {
    let test = points(300);
    test.run(["index", "t", "vec", "--kind", "flat", "--metric", "cosine", "--json"]).code(0);
    test.run(["put", "t", "--no-flush", "--record", "{\"id\":1000,\"vec\":[3,4,5.5]}"]).code(0);
    let search = ["search", "t", "--column", "vec", "--vector", "[3,4,5.5]", "--metric", "cosine"];
    let found = test.run(search.iter().chain(&["--k", "1"])).code(0).json_lines();
    assert_eq!((&found[0]["id"], &found[0]["_offset"]), (&json!(1000), &json!(300)));
    let mean = ["search", "t", "--column", "vec", "--like", "10,0:300", "--k", "1"];
    let found = test.run(mean).code(0).json_lines();
    assert_ne!(found[0]["_distance"], json!(0.0), "{found:?}");
}

/// Notes, of which every fifth is of a mill and every hundredth of a weir.
fn notes(count: usize) -> Test {
    let note = |n: usize| {
        let (mill, weir) = (n.is_multiple_of(5), n.is_multiple_of(100));
        let some = [(mill, " An old mill."), (weir, " Weirs.")];
        let some: String = some.into_iter().filter(|some| some.0).map(|some| some.1).collect();
        format!(r#"{{"id":{n},"text":"The river bends.{some}","tags":["a{}"]}}"#, n % 50)
    };
    Test::new().topic("t", &lines(count, note))
}

#[test]
fn an_index_of_words_is_made_listed_asked_and_dropped() {
    let test = notes(300);
    test.run(["index", "t", "text", "--kind", "text"])
        .code(0)
        .stdout("")
        .stderr_contains("note: t has 300 records: so few are searched quickly")
        .stderr_contains("t, bucket 0: made text_idx (INVERTED) over 300 records: ");
    test.run(["put", "t", "--no-flush", "--record", r#"{"id":300,"text":"weir"}"#]).code(0);
    let search = ["search", "t", "--text", "\"old mill\" weir", "--column", "text"];
    let exact = test.run(search.iter().chain(&["--exact"])).code(0);
    let exact = exact.stderr("t: the best 10 of 61 that match, of 301 records\n");
    let found = test.run(search).code(0);
    let found = found.stderr(
        "t: the best 10 of 61 that match, of 301 records\n\
         by text_idx (Inverted) over 300 records; 61 texts read\n",
    );
    let exact = exact.json_lines();
    assert_eq!(found.json_lines(), exact);
    assert_eq!(exact[0]["id"], 300, "the shortest");
    test.run(["search", "t", "--text", "weir"])
        .code(0)
        .stderr_contains("note: every text read in bucket 0: the words of `tags` have no index\n");
    test.run(["search", "t", "--text", "river", "--column", "text"]).code(0).stderr_contains(
        "note: every text read in bucket 0: more than half of 300 records may match\n",
    );
    let listed = test.run(["index", "t", "--json"]).code(0).json();
    let bytes = listed[0]["bytes"].as_u64().unwrap();
    assert_eq!(
        listed,
        json!([{"bucket_id": 0, "name": "text_idx", "column": "text", "kind": "Inverted",
                "metric": null, "covered": 300, "open": 0, "segments": 1, "bytes": bytes}])
    );
    let made = test.run(["index", "t", "text", "--kind", "TEXT", "--json"]).code(0).json();
    let (version, bytes) = (made[0]["version"].as_u64().unwrap(), made[0]["bytes"].as_u64());
    assert_eq!(
        made,
        json!([{"bucket_id": 0, "name": "text_idx", "column": "text", "kind": "INVERTED",
                "metric": null, "partitions": null, "version": version, "rows": 300,
                "bytes": bytes, "replaced": true}])
    );
    test.run(["index", "t", "tags", "--kind", "inverted"])
        .code(0)
        .stderr_contains("made tags_idx (INVERTED)");
    test.run(["search", "t", "--text", "weir a7"]).code(0).stderr_contains(
        "by tags_idx (Inverted), text_idx (Inverted) over 300 records; 10 texts read\n",
    );
    test.run(["index", "t", "text", "--drop"]).code(0).stderr_contains("dropped text_idx");
    let after = test.run(search).code(0);
    let after = after.stderr("t: the best 10 of 61 that match, of 301 records\n");
    assert_eq!(after.json_lines(), exact);
}

#[test]
fn an_index_of_words_that_cannot_be_is_told() {
    let test = notes(20);
    for (args, code, said) in [
        (&["nope", "--kind", "text"][..], 2, "there is no such column; texts are in text, tags"),
        (
            &["id", "--kind", "text"],
            2,
            "`column` cannot be `id`: it holds int64, and words are indexed of texts and lists of texts",
        ),
        (&["text", "--kind", "text", "--metric", "l2"], 2, "words have none"),
        (&["text", "--kind", "text", "--partitions", "2"], 2, "words have none"),
        (&["text"], 2, "`text` is the kind for their words"),
        (&["text", "--kind", "words"], 2, "IVF_HNSW_PQ, TEXT"),
        (&["text", "--kind", "text", "--drop"], 2, "--kind"),
    ] {
        let command = ["index", "t"];
        test.run(command.iter().chain(args)).code(code).stdout("").stderr_contains(said);
    }
    test.run(["put", "u", "--no-flush", "--record", r#"{"text":"a"}"#]).code(0);
    test.run(["index", "u", "text", "--kind", "text"])
        .code(1)
        .stderr_contains("u has no persisted texts in `text`")
        .stderr_contains("hint: `lanceq flush`");
}

#[test]
fn an_index_that_cannot_be_is_told() {
    let test = points(100);
    for (args, code, said) in [
        (
            &["nope"][..],
            2,
            "`column` cannot be `nope`: there is no such column; vectors are in vec",
        ),
        (&["id"], 2, "it holds int64, no vectors"),
        (&["vec", "--kind", "btree"], 2, "the kinds are IVF_FLAT, IVF_SQ"),
        (&["vec", "--kind", "ivf_pq"], 2, "its codebook is trained on 256 vectors at least"),
        (&["vec", "--kind", "ivf_rq"], 2, "a multiple of 8, and these have 3"),
        (&["vec", "--partitions", "0"], 2, "--partitions"),
        (&["vec", "--partitions", "101"], 2, "into 100 partitions at most"),
        (&["vec", "--metric", "far"], 2, "--metric"),
        (&["vec", "--drop", "--kind", "flat"], 2, "--kind"),
        (&["vec", "--drop", "--recall"], 2, "cannot be used with"),
        (&["--drop"], 2, "COLUMN"),
        (&["vec", "--k", "3"], 2, "--recall"),
        (&["vec", "--recall"], 2, "t has no index of vectors over `vec`"),
        (&["vec", "--recall", "--metric", "l2"], 2, "there is no index"),
        (&["vec", "--recall", "--effort", "2"], 2, "a number from 0 to 1"),
        (&["vec", "--bucket", "7"], 1, "t` has no bucket 7"),
    ] {
        let command = ["index", "t"];
        test.run(command.iter().chain(args)).code(code).stdout("").stderr_contains(said);
    }
    test.run(["index", "nope"]).code(1).stderr_contains("there is no topic `nope`");
    test.run(["put", "u", "--no-flush", "--record", "{\"vec\":[1,2,3]}"]).code(0);
    test.run(["index", "u", "vec"])
        .code(1)
        .stderr_contains("u has no persisted vectors in `vec`")
        .stderr_contains("hint: `lanceq flush`");
}

/// The kinds without a codebook: to train one takes minutes where Lance is not optimised.
#[test]
fn each_kind_finds_nearly_all_that_is_near_among_the_films() {
    let Some(path) = shared("movies_embedded.parquet") else { return };
    let test = Test::new();
    test.run(["put", "films", path.to_str().unwrap()]).code(0);
    for kind in ["IVF_FLAT", "IVF_SQ", "IVF_RQ"] {
        test.run(["index", "films", "vector", "--kind", kind]).code(0);
        let recall = ["index", "films", "vector", "--recall", "--sample", "20", "--json"];
        let tried = test.run(recall).code(0).json();
        assert!(tried[0]["recall"].as_f64().unwrap() > 0.97, "{kind}: {tried}");
        assert_eq!(tried[0]["indices"][0]["kind"], kind);
    }
}
