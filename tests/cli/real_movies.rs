//! 3,201 real films: nulls in the first record, integers and reals in one field, nine titles that
//! are numbers.

use serde_json::Value;

use crate::program::{Test, shared};

fn films() -> Option<(String, Vec<Value>)> {
    let path = shared("movies.jsonl")?;
    let text = std::fs::read_to_string(&path).unwrap();
    let films = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Some((path.display().to_string(), films))
}

fn has_number_as_title(film: &Value) -> bool {
    film["Title"].is_number()
}

#[test]
fn films_with_numbers_as_titles_are_refused_and_nothing_is_put() {
    let Some((path, films)) = films() else { return };
    let first = films.iter().position(has_number_as_title).unwrap() + 1;
    let test = Test::new();
    test.run(["put", "movies", &path])
        .code(1)
        .stderr_contains("9 of 3201 records do not fit; nothing was put")
        .stderr_contains(&format!("line {first}: field `Title`: expected utf8, found integer"))
        .stderr_contains("hint: `--coerce`");
    assert!(!test.has_topic("movies"), "no empty topic is left behind");
}

#[test]
fn coerced_films_all_arrive_as_they_were_but_for_the_nine_titles() {
    let Some((path, films)) = films() else { return };
    let test = Test::new();
    test.run(["put", "movies", &path, "--coerce"])
        .code(0)
        .stderr_contains("put 3201 records into movies");
    let tailed =
        test.run(["tail", "movies", "--from", "start", "--timeout", "0"]).code(0).json_lines();
    for read in [test.records("movies"), tailed] {
        assert_eq!(read.len(), 3201);
        for (read, film) in read.iter().zip(&films) {
            let mut film = film.clone();
            if has_number_as_title(&film) {
                film["Title"] = film["Title"].to_string().into();
            }
            same(read, &film);
        }
    }
}

/// Equal, where 7 and 7.0 are.
fn same(read: &Value, film: &Value) {
    for (name, value) in film.as_object().unwrap() {
        match (read[name].as_f64(), value.as_f64()) {
            (Some(read), Some(value)) => assert!((read - value).abs() < f64::EPSILON, "{name}"),
            _ => assert_eq!(&read[name], value, "{name}"),
        }
    }
}

#[test]
fn skipped_films_are_listed_with_their_lines() {
    let Some((path, films)) = films() else { return };
    let test = Test::new();
    let ran = test.run(["put", "movies", &path, "--on-error", "skip"]).code(0);
    let nine = films.iter().enumerate().filter(|(_, film)| has_number_as_title(film));
    let lines: Vec<usize> = nine.map(|(index, _)| index + 1).collect();
    assert_eq!(lines.len(), 9);
    let listed: Vec<&str> =
        ran.stderr.lines().filter(|line| line.contains("field `Title`")).collect();
    assert_eq!(listed.len(), 9);
    for (line, listed) in lines.iter().zip(listed) {
        assert!(listed.contains(&format!("movies.jsonl, line {line}: ")), "{listed}");
    }
    ran.stderr_contains("put 3192 records into movies, refused 9 (flushed, version");
    assert_eq!(test.records("movies").len(), 3192);
}

#[test]
fn films_with_embeddings_come_in_from_parquet_with_their_types() {
    let Some(path) = shared("movies_embedded.parquet") else { return };
    let test = Test::new();
    test.run(["put", "films", path.to_str().unwrap()]).code(0);
    test.run(["schema", "films"]).code(0).stdout_contains("float32, 384>");
    let records = test.records("films");
    assert_eq!(records.len(), 3201);
    assert!(records.iter().all(|film| film["vector"].as_array().unwrap().len() == 384));
    // The same file again: a file that fits is simply added.
    test.run(["put", "films", path.to_str().unwrap()]).code(0);
    assert_eq!(test.records("films").len(), 6402);
}
