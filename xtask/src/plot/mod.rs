//! `cargo xtask plot`: draws what `cargo xtask bench flat` has kept, as pictures for `docs/benchmarks.md`.

mod chart;
mod results;
mod scale;

use std::fs;
use std::process::ExitCode;

use chart::{Chart, Line};
use results::Series;

use crate::cargo;

/// Where the benchmark keeps what it measured.
const RESULTS: &str = "benches/results/flat.csv";

/// A picture: its file, what it shows, and how a value of a point is told.
struct Picture {
    file: &'static str,
    title: &'static str,
    value: fn(&results::Point) -> f64,
    tell: fn(f64) -> String,
}

const PICTURES: [Picture; 2] = [
    Picture {
        file: "assets/flush-time.svg",
        title: "Time of a flush of 100 records, by its number",
        value: |point| point.ms,
        tell: millis,
    },
    Picture {
        file: "assets/flush-disk.svg",
        title: "Bytes on the disk after flushes of 100 records",
        value: |point| point.bytes,
        tell: bytes,
    },
];

/// Draws all pictures anew.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, String> {
    if !arguments.is_empty() {
        return Err("usage: cargo xtask plot".to_owned());
    }
    let path = cargo::root().join(RESULTS);
    let text = fs::read_to_string(&path).map_err(|cause| {
        format!("{}: {cause}; `cargo xtask bench flat` measures it", path.display())
    })?;
    let series = results::parse(&text).map_err(|cause| format!("{RESULTS}: {cause}"))?;
    for picture in &PICTURES {
        let path = cargo::root().join(picture.file);
        let drawn = picture.draw(&series);
        fs::write(&path, drawn).map_err(|cause| format!("{}: {cause}", path.display()))?;
        eprintln!("xtask: {}", picture.file);
    }
    Ok(ExitCode::SUCCESS)
}

impl Picture {
    fn draw(&self, series: &[Series]) -> String {
        let line = |series: &Series| Line {
            name: series.side.clone(),
            points: series.points.iter().map(|point| (point.flush, (self.value)(point))).collect(),
        };
        let lines = series.iter().map(line).collect();
        Chart { title: self.title, across: "flush number", tell: self.tell, lines }.svg()
    }
}

fn millis(value: f64) -> String {
    if value < 1000.0 { format!("{value} ms") } else { format!("{} s", value / 1000.0) }
}

fn bytes(value: f64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let unit = units.into_iter().find(|(size, _)| value >= *size);
    unit.map_or_else(|| format!("{value} B"), |(size, unit)| format!("{} {unit}", value / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_with_their_unit() {
        assert_eq!([0.1, 1.0, 100.0, 1000.0].map(millis), ["0.1 ms", "1 ms", "100 ms", "1 s"]);
        assert_eq!([100.0, 1e3, 1e7, 1e10].map(bytes), ["100 B", "1 kB", "10 MB", "10 GB"]);
    }

    #[test]
    fn the_pictures_are_those_of_the_results() {
        let results = fs::read_to_string(cargo::root().join(RESULTS)).ok();
        let series = results.map(|text| results::parse(&text).unwrap());
        for picture in &PICTURES {
            let kept = fs::read_to_string(cargo::root().join(picture.file)).ok();
            let drawn = series.as_ref().map(|series| picture.draw(series));
            assert!(kept == drawn, "{} is out of date: `cargo xtask plot`", picture.file);
        }
    }
}
