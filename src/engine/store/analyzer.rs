//! What Lance makes of a word before it indexes it: the default analyser of its full-text indexes.

use lance_tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    StopWordFilter, TextAnalyzer, TokenStream,
};

use crate::engine::words::Analyzer;

/// Words of so many bytes are no terms.
const TOO_LONG: usize = 40;

/// The analyser of indexes that are made without further options, word for word.
///
/// IMPORTANT: the filters and their order are those of Lance's `InvertedIndexParams::default()`.
pub(crate) fn analyzer() -> Analyzer {
    let words = TextAnalyzer::builder(SimpleTokenizer::default()).dynamic();
    let words = words.filter_dynamic(RemoveLongFilter::limit(TOO_LONG));
    let words = words.filter_dynamic(LowerCaser);
    let mut words = words.filter_dynamic(Stemmer::new(Language::English));
    if let Some(common) = StopWordFilter::new(Language::English) {
        words = words.filter_dynamic(common);
    }
    let mut words = words.filter_dynamic(AsciiFoldingFilter).build();
    Box::new(move |word| {
        let mut stream = words.token_stream(word);
        stream.advance().then(|| stream.token().text.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_what_lance_indexes() {
        let mut term = analyzer();
        for (word, found) in [
            ("Cities", Some("citi")),
            ("city", Some("citi")),
            ("the", None),
            ("The", None),
            ("Größe", Some("grosse")),
            ("2024", Some("2024")),
            ("漢字", Some("漢字")),
        ] {
            assert_eq!(term(word).as_deref(), found, "{word}");
        }
        assert_eq!(term(&"a".repeat(39)).map(|term| term.len()), Some(39));
        assert_eq!(term(&"a".repeat(40)), None);
    }
}
