//! Counts in sentences: one thing is, several are.

/// A count and its noun: `1 record`, `3201 records`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A span of time in its largest whole unit: `2 hours`.
pub(super) fn lasting(span: std::time::Duration) -> String {
    match span.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(86_400) => {
            counted(seconds / 86_400, "day")
        }
        seconds if seconds > 0 && seconds.is_multiple_of(3_600) => counted(seconds / 3_600, "hour"),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => counted(seconds / 60, "minute"),
        seconds => counted(seconds, "second"),
    }
}

/// The note about numbers that JSON and CSV cannot say; `done` is what was done with them, such as `printed`.
pub(crate) fn non_finite(number: usize, done: &str) -> String {
    let values = counted(number as u64, "value");
    let are = if number == 1 { "is" } else { "are" };
    format!("note: {values} {are} NaN or infinite, {done} as null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_and_several_are() {
        assert_eq!([0, 1, 2].map(|n| counted(n, "record")), ["0 records", "1 record", "2 records"]);
        assert_eq!(non_finite(1, "written"), "note: 1 value is NaN or infinite, written as null");
        assert_eq!(non_finite(2, "printed"), "note: 2 values are NaN or infinite, printed as null");
    }
}
