//! What the parts of a text search do together: from a text and a query to scores and marks.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int64Array, LargeStringArray, ListArray, RecordBatch,
    StringArray, StringViewArray, StructArray,
};
use arrow_schema::{DataType, Field};

use super::counter::{Counter, Counts};
use super::parse::QueryError;
use super::texts::has_texts;
use super::{Analyzer, Best, Marker, TextQuery};

/// Lower case, without an `s` at the end; `the` and `and` are no terms.
fn analyzer() -> Analyzer {
    Box::new(|word| {
        let lower = word.to_lowercase();
        let term = lower.strip_suffix('s').unwrap_or(&lower).to_owned();
        (!["the", "and"].contains(&term.as_str())).then_some(term)
    })
}

fn parsed(text: &str) -> Result<Arc<TextQuery>, QueryError> {
    TextQuery::parse(text, &mut analyzer()).map(Arc::new)
}

fn batch(texts: &[&str]) -> RecordBatch {
    let column: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    RecordBatch::try_from_iter([("text", column)]).unwrap()
}

fn counts(query: &str, batch: &RecordBatch, row: usize) -> Counts {
    Counter::new(parsed(query).unwrap(), analyzer()).count(batch, row).clone()
}

fn found(query: &str, texts: &[&str]) -> Vec<(u64, f32)> {
    found_first(query, texts, usize::MAX)
}

fn found_first(query: &str, texts: &[&str], k: usize) -> Vec<(u64, f32)> {
    found_within(query, texts, k, usize::MAX).0
}

/// The same in so many bytes, and whether all were looked at twice.
fn found_within(query: &str, texts: &[&str], k: usize, bytes: usize) -> (Vec<(u64, f32)>, bool) {
    let (query, batch) = (parsed(query).unwrap(), batch(texts));
    let mut counter = Counter::new(query.clone(), analyzer());
    let mut best = Best::bounded(query, k, bytes);
    let mut look = |best: &mut Best| {
        for row in 0..texts.len() {
            best.offer(counter.count(&batch, row), (0, row as u64));
        }
    };
    look(&mut best);
    let (matching, with_words, again) = (best.matching(), best.with_words(), best.again());
    if again {
        look(&mut best);
        assert!(!best.again());
    }
    assert_eq!((best.matching(), best.with_words()), (matching, with_words));
    let found = best.in_order().into_iter();
    (found.map(|found| (found.offset, found.score)).collect(), again)
}

fn rows(query: &str, texts: &[&str]) -> Vec<u64> {
    let mut rows: Vec<u64> = found(query, texts).into_iter().map(|(row, _)| row).collect();
    rows.sort_unstable();
    rows
}

const TEXTS: [&str; 6] = [
    "the quick brown fox",
    "a brown dog and a quick fox",
    "Foxes are red, dogs are brown",
    "",
    "quick, quick: brown e-mail",
    "mail for e",
];

#[test]
fn a_record_matches_as_the_query_says() {
    for (query, matching) in [
        ("fox", vec![0, 1]),
        ("FOX fox", vec![0, 1]),
        ("fox dog", vec![0, 1, 2]),
        ("+brown fox", vec![0, 1, 2, 4]),
        ("+brown +fox", vec![0, 1]),
        ("+brown -fox", vec![2, 4]),
        ("brown -(dog quick)", vec![]),
        ("brown -(+dog +quick)", vec![0, 2, 4]),
        ("\"quick brown\"", vec![0, 4]),
        ("\"brown quick\"", vec![]),
        ("e-mail", vec![4]),
        ("e mail", vec![4, 5]),
        ("\"dog the a\"", vec![1]),
        ("\"dog a\"", vec![]),
        ("the fox", vec![0, 1]),
        ("+the +fox", vec![0, 1]),
        ("nothing", vec![]),
        ("(fox) (dog)", vec![0, 1, 2]),
        ("+(fox dog) +quick", vec![0, 1]),
    ] {
        assert_eq!(rows(query, &TEXTS), matching, "{query}");
    }
}

#[test]
fn what_is_no_query_says_where_and_why() {
    for (text, character, reason) in [
        ("", 1, "there is no word in it"),
        ("  ", 1, "there is no word in it"),
        ("?! +()", 1, "there is no word in it"),
        ("the The", 1, "`the`, `The` is in nearly every text"),
        ("-fox", 1, "only says what must not be there"),
        ("-fox -dog", 1, "only says what must not be there"),
        ("fox +", 5, "is expected right behind the sign"),
        ("fox - dog", 5, "is expected right behind the sign"),
        ("füx \"dog", 5, "this `\"` is not closed"),
        ("(fox dog", 1, "this `(` is not closed"),
        ("fox) dog", 4, "no `(` stands before this `)`"),
        ("fox (-dog)", 5, "nothing to look for stands between"),
        ("fox -(-dog)", 6, "nothing to look for stands between"),
        ("fox AND dog", 5, "`AND` joins nothing here"),
    ] {
        let error = parsed(text).unwrap_err();
        assert_eq!(error.character, character, "{text}: {error}");
        assert!(error.reason.contains(reason), "{text}: {error}");
    }
    assert_eq!(parsed("(").unwrap_err().to_string(), "at character 1: this `(` is not closed");
    let many: Vec<String> = (0..65).map(|n| format!("w{n}x")).collect();
    assert!(parsed(&many.join(" ")).unwrap_err().reason.contains("at most 64 different words"));
    let deep = format!("{}fox{}", "(".repeat(17), ")".repeat(17));
    assert!(parsed(&deep).unwrap_err().reason.contains("too many parentheses"));
    assert!(parsed("\"AND\" fox").is_ok(), "in quotes it is a word");
}

#[test]
fn however_long_a_text_is_what_is_made_of_it_is_bounded() {
    let of = |count: usize, phrase: &str| phrase.repeat(count);
    assert!(parsed(&of(256, "+fox ")).is_ok());
    assert!(parsed(&of(102, "\"a b c d e f g h i j\" ")).is_ok());
    let phrases = (0..2000).map(|n| format!("\"w{} w{}\" ", n % 60, n / 60));
    let phrases = phrases.collect::<Vec<_>>().concat();
    for (text, most) in [
        (of(257, "+fox "), "256 words, phrases and groups"),
        (of(257, "() "), "256 words, phrases and groups"),
        (phrases, "256 words, phrases and groups"),
        (of(103, "\"a b c d e f g h i j\" "), "1024 words"),
        (format!("\"{}\"", of(1025, "the ")), "1024 words"),
        (of(2000, "e-"), "1024 words"),
    ] {
        let error = parsed(&text).unwrap_err();
        assert!(error.reason.contains(most), "{error}");
    }
    assert_eq!(parsed(&of(1 << 20, "+é ")).unwrap_err().character, 3 * 256 + 1);
}

#[test]
fn a_phrase_may_begin_with_a_word_that_is_passed_over() {
    assert_eq!(rows("\"the quick brown\"", &TEXTS), [0, 4]);
    assert_eq!(rows("\"the the dog and a\"", &TEXTS), [1]);
    assert!(rows("\"the brown quick\"", &TEXTS).is_empty());
}

#[test]
fn a_score_is_bm25() {
    // 3 records of 4, 2 and 6 words; `a` is in two of them: ln(1 + 1.5 / 2.5) = 0.470004.
    let texts = ["a b c d", "a a", "b c d e f g"];
    let scores = found("a", &texts);
    let near = |found: f32, wanted: f32| (found - wanted).abs() < 1e-5;
    // 2 × 2.2 / (2 + 1.2 × (0.25 + 0.75 × 2 / 4)) and 2.2 / (1 + 1.2).
    assert_eq!(scores.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 0]);
    assert!(near(scores[0].1, 0.470_003_6 * 1.6), "{scores:?}");
    assert!(near(scores[1].1, 0.470_003_6), "{scores:?}");
}

#[test]
fn rarer_words_more_of_them_and_shorter_records_are_worth_more() {
    let order = |query: &str, texts: &[&str]| -> Vec<u64> {
        found(query, texts).into_iter().map(|(row, _)| row).collect()
    };
    assert_eq!(order("common rare", &["common x", "rare x", "common y"]), [1, 0, 2]);
    assert_eq!(order("a", &["a b c d", "a a c d", "a b"]), [1, 2, 0]);
    assert_eq!(order("a", &["a b", "a c", "a b"]), [0, 1, 2], "of the same score, by place");
    assert_eq!(order("\"a b\" c", &["a b x", "b a x", "c x x"]), [2, 0]);
}

#[test]
fn of_many_that_match_alike_the_first_are_kept() {
    let texts: Vec<String> = (0..50).map(|n| format!("fox {}", "x ".repeat(n % 3))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let all = found("fox", &texts);
    for k in [1, 2, 17, 49, 50, 100] {
        assert_eq!(found_first("fox", &texts, k), all[..k.min(50)], "{k}");
    }
}

#[test]
fn in_however_little_memory_the_same_are_found() {
    let text = |n: usize| {
        let of = |word: &str, most: usize| format!("{word} ").repeat(n.wrapping_mul(7919) % most);
        format!("{}{}{}", of("fox", 7), of("dog", 5), of("x", 11))
    };
    let texts: Vec<String> = (0..500).map(text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for query in ["fox dog", "+fox -\"dog x\"", "\"fox fox\" dog"] {
        for k in [1, 10, 1000] {
            let (all, again) = found_within(query, &texts, k, usize::MAX);
            assert!(!again);
            for (bytes, twice) in [(0, true), (5_000, true), (1 << 20, false)] {
                let (found, again) = found_within(query, &texts, k, bytes);
                assert_eq!((found, again), (all.clone(), twice), "{query} {k} {bytes}");
            }
        }
    }
}

#[test]
fn what_is_held_of_texts_that_all_match_in_another_way_is_bounded() {
    let query = parsed("fox").unwrap();
    let mut counter = Counter::new(query.clone(), analyzer());
    let texts: Vec<String> = (0..3000).map(|n| format!("fox {}", "x ".repeat(n))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let batch = batch(&texts);
    let taken = allocation_counter::measure(|| {
        let mut best = Best::bounded(query, 10, 100_000);
        for _ in 0..2 {
            for row in 0..texts.len() {
                best.offer(counter.count(&batch, row), (0, row as u64));
            }
            best.again();
        }
        assert_eq!(best.in_order().len(), 10);
    });
    assert!(taken.bytes_max < 200_000, "{} bytes", taken.bytes_max);
}

#[test]
fn a_record_has_the_texts_of_all_its_columns() {
    let words: ArrayRef = Arc::new(LargeStringArray::from(vec![Some("fox"), None]));
    let views: ArrayRef = Arc::new(StringViewArray::from(vec!["one", "two"]));
    let kinds: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("dog"), None]));
    let mut lists =
        arrow_array::builder::ListBuilder::new(arrow_array::builder::StringBuilder::new());
    lists.append_value([Some("red"), Some("brown fox")]);
    lists.append_null();
    let lists: ArrayRef = Arc::new(lists.finish());
    let inner = Field::new("tags", lists.data_type().clone(), true);
    let object: ArrayRef = Arc::new(StructArray::from(vec![(Arc::new(inner), lists)]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    assert!(has_texts(object.data_type()) && !has_texts(numbers.data_type()));
    let columns = [("w", words), ("v", views), ("k", kinds), ("o", object), ("n", numbers)];
    let columns = columns.map(|(name, column)| (name, column, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();

    let found = counts("fox \"one dog\" \"red brown\" \"brown fox\"", &batch, 0);
    assert_eq!((found.leaves, found.length), (vec![2, 0, 0, 1], 6), "no phrase crosses texts");
    assert_eq!(counts("fox", &batch, 1).length, 1);

    let mut marker = Marker::new(parsed("fox dog -one").unwrap(), analyzer());
    let marks = marker.marks(&batch, 0);
    let shown: Vec<_> = marks.iter().map(|mark| (mark.path.as_str(), mark.words.clone())).collect();
    let one = |words| vec![words];
    assert_eq!(shown, [("w", one(0..3)), ("k", one(0..3)), ("o.tags[1]", one(6..9))]);
    assert_eq!(marks[2].column, "o");
    assert_eq!(marker.marks(&batch, 1), []);
    let maps = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]);
    assert!(!has_texts(maps.data_type()) && !has_texts(&DataType::Null));
}

#[test]
fn of_a_phrase_only_words_in_their_place_are_marked() {
    let texts = ["Foxes: the quick fox, quick quick fox; brown"];
    let batch = batch(&texts);
    let marked = |query: &str| -> Vec<String> {
        let mut marker = Marker::new(parsed(query).unwrap(), analyzer());
        let marks = marker.marks(&batch, 0);
        let words = marks.iter().flat_map(|mark| mark.words.clone());
        words.map(|place| format!("{}@{}", &texts[0][place.clone()], place.start)).collect()
    };
    assert_eq!(marked("\"quick fox\""), ["quick@11", "fox@17", "quick@28", "fox@34"]);
    assert_eq!(marked("brown -quick"), ["brown@39"]);
    assert_eq!(marked("zebra brown"), ["brown@39"]);
}
