//! Finds what somebody means by a few of its letters.

/// Letters at the start of a word count so much more than others.
const WORD: u32 = 8;
/// And letters right behind the one before.
const RUN: u32 = 4;

/// How well letters stand for a text: they must be in it in their order, whatever lies between; more is better. Letters
/// that begin words and letters that stand together count more, and of two texts that have them alike the shorter one.
/// No letters stand for every text.
pub(crate) fn score(letters: &str, text: &str) -> Option<u32> {
    let letters = letters.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase);
    let mut rest = text.chars().peekable();
    let (mut sum, mut before, mut is_run) = (0, None, false);
    for letter in letters {
        loop {
            let c = rest.next()?;
            let begins = begins_word(before, c);
            before = Some(c);
            if c.to_lowercase().eq(std::iter::once(letter)) {
                sum += 1 + if begins { WORD } else { 0 } + if is_run { RUN } else { 0 };
                is_run = true;
                break;
            }
            is_run = false;
        }
    }
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX).min(999);
    Some(sum * 1_000 + (999 - length))
}

fn begins_word(before: Option<char>, c: char) -> bool {
    match before {
        None => true,
        Some(before) => {
            (c.is_alphanumeric() && !before.is_alphanumeric())
                || (c.is_uppercase() && before.is_lowercase())
        }
    }
}

/// The places of those that letters stand for, the best first; where two are as good, in their order.
pub(crate) fn ranked<'a>(letters: &str, texts: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let scored = texts.enumerate().filter_map(|(at, text)| Some((score(letters, text)?, at)));
    let mut scored: Vec<(u32, usize)> = scored.collect();
    if letters.trim().is_empty() {
        return scored.into_iter().map(|(_, at)| at).collect();
    }
    scored.sort_by_key(|(score, at)| (u32::MAX - score, *at));
    scored.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(letters: &str, texts: &[&'a str]) -> Vec<&'a str> {
        ranked(letters, texts.iter().copied()).into_iter().map(|at| texts[at]).collect()
    }

    #[test]
    fn starts_of_words_and_runs_come_first() {
        let texts = ["created_at", "latency_ms", "late", "model", "Usage.input"];
        for (letters, found) in [
            ("", vec!["created_at", "latency_ms", "late", "model", "Usage.input"]),
            ("lat", vec!["late", "latency_ms"]),
            ("lm", vec!["latency_ms"]),
            ("UI", vec!["Usage.input"]),
            ("ms", vec!["latency_ms"]),
            ("xyz", vec![]),
        ] {
            assert_eq!(best(letters, &texts), found, "{letters}");
        }
    }

    #[test]
    fn letters_out_of_order_stand_for_nothing() {
        assert_eq!(score("ba", "ab"), None);
        assert!(score("äÖ", "ÄÖÜ").is_some());
    }
}
