//! Numbers for eyes: grouped, shortened, each with its unit.

use std::time::Duration;

/// All digits, in groups of three: `482 311`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// At most four signs and a unit: `812`, `12 k`, `1.2 M`.
pub(crate) fn short(number: u64) -> String {
    if number < 1000 {
        return number.to_string();
    }
    scaled(number as f64, &["", " k", " M", " G", " T", " P", " E"])
}

/// A size in bytes: `88 B`, `4.2 kB`.
pub(crate) fn bytes(number: u64) -> String {
    scaled(number as f64, &[" B", " kB", " MB", " GB", " TB", " PB", " EB"])
}

fn scaled(mut value: f64, units: &[&str]) -> String {
    let mut units = units.iter();
    let mut unit = units.next();
    while value >= 999.5 {
        let Some(next) = units.next() else { break };
        value /= 1000.0;
        unit = Some(next);
    }
    let unit = unit.copied().unwrap_or_default();
    let small = value < 9.95 && value.fract() != 0.0;
    if small { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") }
}

/// A share: `24.9 %`.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{share:.1} %")
}

/// A short time: `0.4 ms`, `1.2 s`.
pub(crate) fn elapsed(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    match millis {
        0.0..10.0 => format!("{millis:.1} ms"),
        10.0..1000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", millis / 1000.0),
    }
}

/// What came, what has other values, and what went: `+1 000 ~3 −12`, without what is none.
pub(crate) fn changes(added: u64, updated: u64, deleted: u64) -> String {
    let parts = [("+", added), ("~", updated), ("−", deleted)];
    let parts = parts.iter().filter(|(_, number)| *number > 0);
    parts.map(|(sign, number)| format!("{sign}{}", grouped(*number))).collect::<Vec<_>>().join(" ")
}

/// The same for bytes: `+88 kB`, `−1.2 MB`.
pub(crate) fn bytes_change(number: i64) -> String {
    format!("{}{}", sign(number), bytes(number.unsigned_abs()))
}

fn sign(number: i64) -> &'static str {
    if number < 0 { "−" } else { "+" }
}

/// How long ago something was: `3 s ago`, `2 min ago`, `3 h ago`, `5 d ago`.
pub(crate) fn ago(time: chrono::TimeDelta) -> String {
    match time.num_seconds() {
        seconds @ ..60 => format!("{} s ago", seconds.max(0)),
        seconds @ ..3_600 => format!("{} min ago", seconds / 60),
        seconds @ ..86_400 => format!("{} h ago", seconds / 3_600),
        seconds => format!("{} d ago", grouped((seconds / 86_400).unsigned_abs())),
    }
}

/// A count and its noun: `1 record`, `482 311 records`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_in_threes() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1 000"),
            (482_311, "482 311"),
            (1_234_567, "1 234 567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn short_numbers_keep_a_unit_and_never_four_digits() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1 k"),
            (1200, "1.2 k"),
            (12_345, "12 k"),
            (999_400, "999 k"),
            (999_600, "1.0 M"),
            (1_184_000, "1.2 M"),
            (u64::MAX, "18 E"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn changes_have_a_sign_and_ages_one_unit() {
        assert_eq!(
            (changes(1000, 0, 0), changes(0, 3, 12), changes(0, 0, 0)),
            ("+1 000".into(), "~3 −12".into(), String::new())
        );
        assert_eq!(bytes_change(-1_200_000), "−1.2 MB");
        assert_eq!(bytes_change(i64::MIN), "−9.2 EB");
        for (seconds, text) in [
            (-7, "0 s ago"),
            (4, "4 s ago"),
            (59, "59 s ago"),
            (125, "2 min ago"),
            (7_300, "2 h ago"),
            (90_000_000, "1 041 d ago"),
        ] {
            assert_eq!(ago(chrono::TimeDelta::seconds(seconds)), text);
        }
    }

    #[test]
    fn sizes_shares_and_times_have_units() {
        assert_eq!(bytes(88), "88 B");
        assert_eq!(bytes(4200), "4.2 kB");
        assert_eq!(percent(120_120, 482_311), "24.9 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(elapsed(Duration::from_micros(400)), "0.4 ms");
        assert_eq!(elapsed(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(counted(1, "record"), "1 record");
    }
}
