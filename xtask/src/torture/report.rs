//! What is done, as the table of `docs/reliability.md`.

use super::campaign::CAMPAIGNS;
use super::machine;
use super::progress::{Line, Outcome};

/// A row for each campaign of which something was run.
pub(crate) fn table(lines: &[Line]) -> String {
    let machine = machine::describe();
    let rows = CAMPAIGNS.iter().filter_map(|campaign| row(campaign.what, lines, &machine));
    let head = "| what | count | violations | failures | duration | commit | date | machine |\n\
                |---|---|---|---|---|---|---|---|";
    std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn row(what: &str, lines: &[Line], machine: &str) -> Option<String> {
    let own: Vec<&Line> = lines.iter().filter(|line| line.what == what).collect();
    let last = own.last()?;
    let of = |outcome| own.iter().filter(move |line| line.outcome == outcome);
    let count: u64 = of(Outcome::Passed).map(|line| line.count).sum();
    let (violations, failures) = (of(Outcome::Violated).count(), of(Outcome::Failed).count());
    let seconds: u64 = own.iter().map(|line| line.seconds).sum();
    let mut commits: Vec<&str> = own.iter().map(|line| line.commit.as_str()).collect();
    commits.dedup();
    let (count, duration, commits) = (grouped(count), duration(seconds), commits.join(", "));
    let date = &last.date;
    Some(format!(
        "| {what} | {count} | {violations} | {failures} | {duration} | {commits} | {date} | {machine} |"
    ))
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_is_summed_and_what_did_not_is_counted() {
        let line = |count, outcome| Line {
            what: "power cuts".to_owned(),
            seed: 1,
            first: 0,
            count,
            outcome,
            seconds: 100,
            commit: "abc".to_owned(),
            date: "2026-01-02".to_owned(),
        };
        let lines =
            [line(950, Outcome::Passed), line(50, Outcome::Violated), line(50, Outcome::Passed)];
        let row = row("power cuts", &lines, "m");
        let expected = "| power cuts | 1,000 | 1 | 0 | 5 min 0 s | abc | 2026-01-02 | m |";
        assert_eq!(row.as_deref(), Some(expected));
    }
}
