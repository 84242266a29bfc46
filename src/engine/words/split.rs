//! The words of a text: runs of letters and digits, as Lance's default analyser cuts them.

use std::ops::Range;

/// A word, where it stands and the how many-th it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// Its bytes.
    pub(super) place: Range<usize>,
    /// How many words stand before it, whether they are searched for or not.
    pub(super) position: u32,
}

/// All words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    let mut position = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(char::is_alphanumeric)?;
        let word = text.get(start..)?;
        let word = word.split(|c: char| !c.is_alphanumeric()).next()?;
        at = start + word.len();
        let found = Word { text: word, place: start..at, position };
        position = position.saturating_add(1);
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_run_of_letters_and_digits() {
        for (text, found) in [
            ("", vec![]),
            (" .,!", vec![]),
            ("a", vec![("a", 0)]),
            (
                "It's 2.2, größer: 漢字!",
                vec![("It", 0), ("s", 3), ("2", 5), ("2", 7), ("größer", 10), ("漢字", 20)],
            ),
            ("user_id", vec![("user", 0), ("id", 5)]),
        ] {
            let words: Vec<_> = words(text).collect();
            let starts: Vec<_> = words.iter().map(|word| (word.text, word.place.start)).collect();
            assert_eq!(starts, found, "{text}");
            for (number, word) in (0..).zip(&words) {
                assert_eq!(text.get(word.place.clone()), Some(word.text));
                assert_eq!(word.position, number);
            }
        }
    }
}
