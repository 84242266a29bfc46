//! Forms of output, and files of every form as input.

use crate::program::Test;

const LINES: &str =
    "{\"s\":\"x,\\\"y\\\"\",\"n\":1,\"v\":[1,2,3,4],\"o\":{\"k\":null}}\n{\"s\":null,\"n\":22}\n";
const SCHEMA: &str = r#"{"s": "utf8", "n": "int64", "v": "list<int64>", "o": "struct<k: utf8>"}"#;

fn topic() -> Test {
    let test = Test::new().file("s.json", SCHEMA);
    test.run_with(["put", "t", "--schema", "s.json"], LINES).code(0);
    test
}

#[test]
fn a_pipe_gets_json_lines_with_all_fields_in_schema_order() {
    topic().run(["get", "t"]).stdout(
        "{\"s\":\"x,\\\"y\\\"\",\"n\":1,\"v\":[1,2,3,4],\"o\":{\"k\":null}}\n{\"s\":null,\"n\":22,\"v\":null,\"o\":null}\n",
    );
}

#[test]
fn labels_come_first() {
    topic().run(["get", "t", "--with-offset", "--columns", "n"]).stdout(
        "{\"_bucket\":0,\"_offset\":0,\"_buffered\":false,\"n\":1}\n{\"_bucket\":0,\"_offset\":1,\"_buffered\":false,\"n\":22}\n",
    );
}

#[test]
fn json_is_one_array_also_of_nothing() {
    let test = topic();
    test.run(["get", "t", "--format", "json", "--columns", "n"])
        .stdout("[{\"n\":1},\n {\"n\":22}]\n");
    test.run(["get", "t", "--format", "json", "--offset", "9"]).code(0).stdout("[]\n");
}

#[test]
fn csv_has_a_header_and_nested_values_as_json() {
    topic()
        .run(["get", "t", "--format", "csv"])
        .stdout("s,n,v,o\n\"x,\"\"y\"\"\",1,\"[1,2,3,4]\",\"{\"\"k\"\":null}\"\n,22,,\n");
}

#[test]
fn a_table_aligns_elides_and_shows_null() {
    topic().run(["get", "t", "--format", "table"]).stdout(
        "s       n  v            o\nx,\"y\"   1  [4] 1, 2, …  {\"k\":null}\n∅      22  ∅            ∅\n",
    );
}

#[test]
fn what_csv_prints_comes_in_again_as_it_was() {
    let test = topic();
    let csv = test.run(["get", "t", "--format", "csv"]).stdout;
    let test = test.file("t.csv", csv);
    test.run(["put", "t", "t.csv"]).code(0);
    let records = test.records("t");
    assert_eq!(records[..2], records[2..]);
}

#[test]
fn an_array_in_a_file_is_known_by_its_first_character() {
    let test =
        Test::new().file("t.json", "[{\"a\":1},{\"a\":2.5}]").file("lines.json", "{\"a\":3}\n");
    test.run(["put", "t", "t.json"]).code(0);
    test.run(["put", "t", "lines.json"]).code(0);
    test.run(["get", "t"]).stdout("{\"a\":1.0}\n{\"a\":2.5}\n{\"a\":3.0}\n");
}

#[test]
fn text_of_digits_stays_text_in_a_topic_of_text() {
    let test = Test::new().topic("t", "{\"zip\":\"x\"}\n").file("t.csv", "zip\n00501\n10115\n");
    test.run(["put", "t", "t.csv"]).code(0);
    test.run(["get", "t", "--offset", "1"]).stdout("{\"zip\":\"00501\"}\n{\"zip\":\"10115\"}\n");
}

#[test]
fn csv_with_ragged_rows_puts_nothing() {
    let test = Test::new().file("t.csv", "a,b\n1,2\n3\n");
    test.run(["put", "t", "t.csv"]).code(1).stderr_contains("t.csv is no CSV that can be read");
    assert!(!test.has_topic("t"));
}

#[test]
fn arrow_files_and_streams_keep_their_types() {
    use std::sync::Arc;

    use arrow_array::types::TimestampMillisecondType;
    use arrow_array::{Float32Array, PrimitiveArray, RecordBatch};

    let times =
        PrimitiveArray::<TimestampMillisecondType>::from(vec![Some(0), None]).with_timezone("UTC");
    let reals = Float32Array::from(vec![0.1, f32::NAN]);
    let batch = RecordBatch::try_from_iter([
        ("time", Arc::new(times) as _),
        ("real", Arc::new(reals) as _),
    ])
    .unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    file.write(&batch).unwrap();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    stream.write(&batch).unwrap();

    let test = Test::new().file("t.feather", file.into_inner().unwrap());
    test.run(["put", "t", "t.feather"]).code(0);
    test.run_with(["put", "t"], stream.into_inner().unwrap()).code(0);
    let once = "{\"time\":\"1970-01-01T00:00:00Z\",\"real\":0.1}\n{\"time\":null,\"real\":null}\n";
    test.run(["get", "t"])
        .stdout(&once.repeat(2))
        .stderr("note: 2 values are NaN or infinite, printed as null\n");
    test.run(["schema", "t"]).stdout_contains("timestamp(ms, UTC)");
}

#[test]
fn columns_of_other_types_are_put_as_records_and_checked_first() {
    use std::sync::Arc;

    use arrow_array::{Int32Array, RecordBatch, StringArray};

    let written = |batch: RecordBatch| {
        let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        file.write(&batch).unwrap();
        file.into_inner().unwrap()
    };
    let narrow = Int32Array::from(vec![7, 8]);
    let words = StringArray::from(vec!["9", "ten"]);
    let test = Test::new()
        .topic("t", "{\"n\":1}\n")
        .file(
            "narrow.arrow",
            written(RecordBatch::try_from_iter([("n", Arc::new(narrow) as _)]).unwrap()),
        )
        .file(
            "words.arrow",
            written(RecordBatch::try_from_iter([("n", Arc::new(words) as _)]).unwrap()),
        );
    test.run(["put", "t", "narrow.arrow"]).code(0);
    test.run(["put", "t", "words.arrow"])
        .code(1)
        .stderr_contains("words.arrow, record 1: field `n`");
    test.run(["put", "t", "words.arrow", "--coerce", "--on-error", "skip"])
        .code(0)
        .stderr_contains("words.arrow, record 2: field `n`: expected int64, found text \"ten\"");
    test.run(["get", "t"]).stdout("{\"n\":1}\n{\"n\":7}\n{\"n\":8}\n{\"n\":9}\n");
}
