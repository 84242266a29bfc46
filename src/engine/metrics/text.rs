//! The two texts that a scraper may want: `OpenMetrics`, and the plain form that came before it.

use std::collections::HashSet;
use std::fmt::Write as _;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// Which text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricsFormat {
    /// Prometheus' text format 0.0.4, which every scraper, `promtool` and the text files take. The default.
    #[default]
    Plain,
    /// `OpenMetrics` 1.0, which also says units; Prometheus asks for it where it can have it.
    OpenMetrics,
}

impl MetricsFormat {
    /// What HTTP calls it, for the header `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// All metrics of a registry.
pub(super) fn text(registry: &Registry, format: MetricsFormat) -> String {
    let mut open = String::new();
    if encode(&mut open, registry).is_err() {
        // Nothing that is registered here fails to write itself into memory.
        tracing::error!("a metric could not be written");
    }
    match format {
        MetricsFormat::OpenMetrics => open,
        MetricsFormat::Plain => plain(&open),
    }
}

/// The same in the older form: there, a counter's family has the name of its samples, and there are neither units nor an end.
fn plain(open: &str) -> String {
    let counter =
        |line: &str| line.strip_prefix("# TYPE ")?.strip_suffix(" counter").map(str::to_owned);
    let counters: HashSet<String> = open.lines().filter_map(counter).collect();
    let mut plain = String::with_capacity(open.len());
    for line in open.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("UNIT" | "EOF"), ..) => continue,
            (Some("#"), Some(what), Some(name), Some(rest)) if counters.contains(name) => {
                // Writing to a string cannot fail.
                write!(plain, "# {what} {name}_total {rest}").ok();
            }
            _ => plain.push_str(line),
        }
        plain.push('\n');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_form_names_counters_as_their_samples_and_has_no_units_and_no_end() {
        let open = "# HELP a Bytes put.\n# TYPE a counter\n# UNIT a bytes\na_total{t=\"x # y\"} 3\n\
                    # HELP b How long.\n# TYPE b histogram\nb_sum 1.5\n# EOF\n";
        let expected = "# HELP a_total Bytes put.\n# TYPE a_total counter\na_total{t=\"x # y\"} 3\n\
                        # HELP b How long.\n# TYPE b histogram\nb_sum 1.5\n";
        assert_eq!(plain(open), expected);
    }
}
