//! `lanceq index --recall`: how much of what is nearest an index finds, and how much quicker.

use std::time::Duration;

use super::count::counted;
use super::failure::{Failure, Result};
use super::format::{Cell, facts};
use super::index::{IndexArgs, reader};
use super::output;
use super::progress::Progress;
use super::watched::watched;
use crate::{Engine, Job, Metric, Reader, Recall, RecallOptions};

/// Tries the indexes over a column, one metric after the other.
pub(super) async fn run(engine: &Engine, args: &IndexArgs, column: &str) -> Result {
    let reader = reader(engine, args).await?;
    let metrics = metrics(&reader, args, column).await?;
    let mut all = Vec::new();
    for metric in metrics {
        let options = RecallOptions::of(column).metric(metric).effort(args.effort);
        let (options, job) = (options.k(args.k).sample(args.sample), Job::new());
        let work = reader.recall(&options, &job);
        all.push(watched("stopping", Progress::records("trying", 0), &job, work).await?);
    }
    if args.facts.json {
        return output::json(&all);
    }
    let rows: Vec<_> = all.iter().map(row).collect();
    let recall = format!("RECALL@{}", args.k);
    facts(&["NAME", "KIND", "METRIC", &recall, "EXACT", "BY INDEX"], &rows)?;
    if let Some(tried) = all.first() {
        output::narrate(format!("of {}", counted(tried.sample as u64, "vector")));
    }
    Ok(())
}

/// The one that was asked for, or else each that has an index.
async fn metrics(reader: &Reader, args: &IndexArgs, column: &str) -> Result<Vec<Metric>> {
    if let Some(metric) = args.metric {
        return Ok(vec![metric.into()]);
    }
    let all = reader.indices().await?;
    let own = all.iter().filter(|index| index.column == column);
    let there: Vec<Metric> = own.filter_map(|index| index.metric).collect();
    let metrics: Vec<_> = Metric::ALL.into_iter().filter(|m| there.contains(m)).collect();
    if metrics.is_empty() {
        let reason = format!("{} has no index of vectors over `{column}`", args.topic);
        return Err(Failure::wrong_use(reason)
            .hint(format!("`lanceq index {} {column}` makes one", args.topic)));
    }
    Ok(metrics)
}

fn row(tried: &Recall) -> Vec<Cell> {
    let each = |part: fn(&crate::IndexUse) -> &String| {
        let mut all: Vec<&str> = tried.indices.iter().map(|index| part(index).as_str()).collect();
        all.sort_unstable();
        all.dedup();
        Cell::Text(all.join(" "))
    };
    vec![
        each(|index| &index.name),
        each(|index| &index.kind),
        Cell::Text(tried.metric.name().into()),
        Cell::number(&format!("{:.3}", tried.recall)),
        Cell::number(&milliseconds(tried.exact)),
        Cell::number(&milliseconds(tried.by_index)),
    ]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
