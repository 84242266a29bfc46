//! What libFuzzer says of a run, and the table of all runs.

use std::path::PathBuf;

/// Lines of a failed run that are shown.
const LINES: usize = 30;

/// One run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) target: String,
    executions: u64,
    per_second: u64,
    features: u64,
    new_inputs: u64,
    memory: u64,
    /// It ended as it should.
    pub(crate) is_sound: bool,
    /// Inputs that broke a promise.
    pub(crate) crashes: Vec<PathBuf>,
}

impl Report {
    /// Reads the figures out of a run's output; what it does not say is 0.
    pub(crate) fn read(target: &str, told: &str, is_sound: bool, crashes: Vec<PathBuf>) -> Self {
        let figure = |name: &str| {
            let line = told.lines().rev().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
        };
        Self {
            target: target.into(),
            executions: figure("stat::number_of_executed_units:"),
            per_second: figure("stat::average_exec_per_sec:"),
            features: told.lines().rev().find_map(features).unwrap_or_default(),
            new_inputs: figure("stat::new_units_added:"),
            memory: figure("stat::peak_rss_mb:"),
            is_sound,
            crashes,
        }
    }

    fn row(&self) -> String {
        let Self { target, executions, per_second, features, new_inputs, memory, .. } = self;
        let crashes = self.crashes.len();
        format!(
            "| `{target}` | {executions} | {per_second} | {features} | {new_inputs} | {memory} | {crashes} |\n"
        )
    }
}

/// `#524 NEW cov: 312 ft: 401 corp: …`
fn features(line: &str) -> Option<u64> {
    line.split_once(" ft: ")?.1.split_whitespace().next()?.parse().ok()
}

/// The end of an output, where the reason is.
pub(crate) fn end(told: &str) -> String {
    let lines: Vec<&str> = told.lines().collect();
    lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
}

/// All runs in Markdown, one a line.
pub(crate) fn table(reports: &[Report]) -> String {
    let head = "| target | executions | exec/s | features | new inputs | MiB | crashes |\n\
                |---|---:|---:|---:|---:|---:|---:|\n";
    let rows: Vec<String> = reports.iter().map(Report::row).collect();
    format!("{head}{}", rows.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_read_from_what_it_said() {
        let told = "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n\
                    #9\tNEW    cov: 12 ft: 15 corp: 2/3b lim: 4 exec/s: 0 rss: 40Mb\n\
                    stat::number_of_executed_units: 123\nstat::average_exec_per_sec:     61\n\
                    stat::new_units_added:          7\nstat::peak_rss_mb: 40\n";
        let report = Report::read("frame", told, true, Vec::new());
        assert_eq!((report.executions, report.per_second, report.features), (123, 61, 15));
        assert!(table(&[report]).ends_with("| `frame` | 123 | 61 | 15 | 7 | 40 | 0 |\n"));
    }

    #[test]
    fn a_run_that_said_nothing_has_no_figures() {
        let report = Report::read("frame", "killed", false, vec!["crash-1".into()]);
        assert_eq!((report.executions, report.crashes.len()), (0, 1));
        assert_eq!(end("killed"), "killed");
    }
}
