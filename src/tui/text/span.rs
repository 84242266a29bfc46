//! Spans of time as people write them: a number and a unit.

use chrono::TimeDelta;

/// A span of time with its unit: `90s`, `15m`, `2h`, `3 days`; none where the text is none.
pub(crate) fn span(text: &str) -> Option<TimeDelta> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: i64 = number.parse().ok()?;
    let span = match unit.trim() {
        "s" | "sec" | "second" | "seconds" => TimeDelta::try_seconds(number),
        "m" | "min" | "minute" | "minutes" => TimeDelta::try_minutes(number),
        "h" | "hour" | "hours" => TimeDelta::try_hours(number),
        "d" | "day" | "days" => TimeDelta::try_days(number),
        _ => None,
    };
    span.filter(|span| *span <= TimeDelta::days(100_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        for (text, seconds) in
            [("0s", 0), ("90 s", 90), ("15m", 900), ("2h", 7200), ("3 days", 259_200)]
        {
            assert_eq!(span(text), Some(TimeDelta::seconds(seconds)), "{text}");
        }
        for wrong in ["", "7", "-1d", "h", "2 lightyears", "9999999999d", "1.5h"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }
}
