//! Makes any text safe and honest to show: one function for everything that reaches the terminal.
//!
//! Control characters become visible glyphs, and so do characters that show nothing or that turn
//! the direction of writing; no byte of a record, a name or an error is ever a control sequence.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// Characters of one cluster that are shown: what follows (a pile of accents) is left out.
const LONGEST_CLUSTER: usize = 8;

/// The text with everything replaced that a terminal would obey or hide.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    clusters(text).collect::<String>().into()
}

/// The text cleaned and cut to `width` cells, with `…` where something is missing.
///
/// Reads no more of the text than it shows.
pub(crate) fn clip(text: &str, width: u16) -> String {
    let (mut shown, mut used, mut fits) = (String::new(), 0, 0);
    for cluster in clusters(text) {
        let wide = cluster.cell_width();
        if used + wide > width {
            shown.truncate(fits);
            if width > 0 {
                shown.push('…');
            }
            return shown;
        }
        shown.push_str(&cluster);
        used += wide;
        if used < width {
            fits = shown.len();
        }
    }
    shown
}

/// How many cells the text takes once it is cleaned.
pub(crate) fn width(text: &str) -> u16 {
    if is_plain(text) {
        return u16::try_from(text.len()).unwrap_or(u16::MAX);
    }
    clusters(text).fold(0_u16, |sum, cluster| sum.saturating_add(cluster.cell_width()))
}

/// The text cleaned and broken into lines of at most `width` cells, at words where possible.
///
/// Line ends in the text stay line ends. Nothing is left out, unless `width` is too small for one
/// character.
pub(crate) fn wrap(text: &str, width: u16) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(line: &str, width: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0_u16;
    for word in line.split_inclusive(' ') {
        let word = clean(word);
        let letters = word.trim_end_matches(' ');
        let wide = self::width(letters);
        // A long word takes all the cells that can be counted.
        if used.saturating_add(wide) > width && used > 0 && wide <= width {
            lines.push(String::new());
            used = 0;
        }
        used = push_word(&mut lines, letters, used, width);
        // A space that does not fit stands for the end of the line.
        if letters.len() < word.len() && used < width {
            used = push_word(&mut lines, " ", used, width);
        }
    }
    lines
}

/// Appends a word to the last line, breaking the word where it does not fit; the new width.
fn push_word(lines: &mut Vec<String>, word: &str, mut used: u16, width: u16) -> u16 {
    for cluster in word.graphemes(true) {
        let wide = cluster.cell_width();
        if wide > width {
            continue;
        }
        if used + wide > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(cluster);
            used += wide;
        }
    }
    used
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

fn clusters(text: &str) -> impl Iterator<Item = String> {
    text.graphemes(true).map(shown)
}

fn shown(cluster: &str) -> String {
    let mut safe = String::new();
    for c in cluster.chars().take(LONGEST_CLUSTER) {
        push_shown(&mut safe, c);
    }
    safe
}

/// A character that cannot be shown, by its number.
fn code(c: char) -> String {
    format!("⟨{:04X}⟩", u32::from(c))
}

fn push_shown(text: &mut String, c: char) {
    match c {
        '\n' => text.push('⏎'),
        '\t' => text.push('→'),
        '\u{0}'..='\u{1f}' => text.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => text.push('␡'),
        // They only choose between two looks of the same sign, and terminals disagree on the width.
        '\u{fe00}'..='\u{fe0f}' => {}
        _ if hides(c) => text.push_str(&code(c)),
        // Behind a number, what follows stands alone.
        _ if text.is_empty() || text.ends_with('⟩') => text.push_str(&first(c)),
        _ => text.push(c),
    }
}

/// A character that begins a cluster; an accent without a letter gets a circle to sit on.
fn first(c: char) -> String {
    let alone = c.to_string();
    if alone.cell_width() > 0 {
        return alone;
    }
    let seated = format!("◌{c}");
    if seated.graphemes(true).count() == 1 { seated } else { code(c) }
}

/// Whether a character shows nothing, turns the direction of writing, or is a C1 control.
fn hides(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_value_is_shown_without_a_control_character() {
        let bytes: Vec<u8> = (0..=255).collect();
        let latin: String = (0_u8..=255).map(char::from).collect();
        for text in [String::from_utf8_lossy(&bytes).into_owned(), latin] {
            assert!(!clean(&text).chars().any(char::is_control), "{text:?}");
        }
    }

    #[test]
    fn what_hides_or_turns_is_made_visible() {
        for (text, shown) in [
            ("a\nb\tc", "a⏎b→c"),
            ("\u{1b}[2J", "␛[2J"),
            ("\u{9b}31m", "⟨009B⟩31m"),
            ("abc\u{202e}gpj.exe", "abc⟨202E⟩gpj.exe"),
            ("a\u{2066}b\u{2069}", "a⟨2066⟩b⟨2069⟩"),
            ("pay\u{200b}pal", "pay⟨200B⟩pal"),
            ("\u{7f}\0", "␡␀"),
            ("\u{301}x", "◌\u{301}x"),
            ("\u{d7b0}", "⟨D7B0⟩"),
            ("é 漢 ✓", "é 漢 ✓"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn a_pile_of_accents_is_cut() {
        let pile = format!("e{}", "\u{301}".repeat(5000));
        assert_eq!(clean(&pile).chars().count(), LONGEST_CLUSTER);
    }

    #[test]
    fn a_cut_says_so_and_never_splits_a_wide_character() {
        for (text, width, cut) in [
            ("abcdef", 6, "abcdef"),
            ("abcdef", 5, "abcd…"),
            ("漢字漢字", 8, "漢字漢字"),
            ("漢字漢字", 7, "漢字漢…"),
            ("漢字漢字", 6, "漢字…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
            ("", 0, ""),
        ] {
            assert_eq!(clip(text, width), cut, "{text:?} in {width}");
        }
    }

    #[test]
    fn wrapping_breaks_at_words_and_splits_only_what_is_too_long() {
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("0.5  -0.25  -1", 9), ["0.5  ", "-0.25  -1"]);
        assert_eq!(wrap("    one", 9), ["    one"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(wrap("漢字", 1), [""]);
    }

    #[test]
    fn a_word_longer_than_can_be_counted_is_broken_as_any_other() {
        let long = "x".repeat(usize::from(u16::MAX) + 5);
        let lines = wrap(&format!("a {long}"), 100);
        assert_eq!(lines.concat(), format!("a {long}"));
        assert!(lines.iter().all(|line| width(line) <= 100));
    }

    #[test]
    fn what_follows_a_number_is_one_too_where_it_cannot_stand_alone() {
        assert_eq!(clean("\u{d7b0}\u{d7b0}"), "⟨D7B0⟩⟨D7B0⟩");
    }

    proptest! {
        #[test]
        fn cleaning_is_final_and_leaves_nothing_to_obey(text in any::<String>()) {
            let once = clean(&text).into_owned();
            prop_assert_eq!(clean(&once), once.as_str());
            prop_assert!(!once.chars().any(|c| c.is_control() || hides(c)));
        }

        #[test]
        fn a_cut_text_never_takes_more_cells_than_allowed(text in any::<String>(), cells in 0_u16..40) {
            prop_assert!(width(&clip(&text, cells)) <= cells);
            for line in wrap(&text, cells) {
                prop_assert!(width(&line) <= cells);
            }
        }
    }
}
