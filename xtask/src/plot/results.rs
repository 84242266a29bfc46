//! What the benchmark kept: lines of comma-separated values, a point each.

/// The points of one side, in order.
#[derive(Debug, PartialEq)]
pub(super) struct Series {
    pub(super) side: String,
    pub(super) points: Vec<Point>,
}

/// A flush: its number, its time, and what was on the disk after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) flush: f64,
    pub(super) ms: f64,
    pub(super) bytes: f64,
}

const HEADING: &str = "side,flush,ms,bytes";

/// Reads the points of each side; sides come in the order of their first points.
pub(super) fn parse(text: &str) -> Result<Vec<Series>, String> {
    let mut lines = (1..).zip(text.lines());
    if lines.next().map(|(_, line)| line) != Some(HEADING) {
        return Err(format!("line 1: expected `{HEADING}`"));
    }
    let mut all: Vec<Series> = Vec::new();
    for (number, line) in lines {
        let wrong = || format!("line {number}: expected `{HEADING}`, found `{line}`");
        let (side, point) = point(line).ok_or_else(wrong)?;
        match all.iter_mut().find(|series| series.side == side) {
            Some(series) => series.points.push(point),
            None => all.push(Series { side: side.to_owned(), points: vec![point] }),
        }
    }
    if all.is_empty() { Err("there are no points".to_owned()) } else { Ok(all) }
}

/// A logarithm is taken of each value, so each is above zero.
fn point(line: &str) -> Option<(&str, Point)> {
    let mut cells = line.split(',');
    let side = cells.next().filter(|side| !side.is_empty())?;
    let mut value = || cells.next()?.parse().ok().filter(|value: &f64| *value > 0.0);
    let point = Point { flush: value()?, ms: value()?, bytes: value()? };
    cells.next().is_none().then_some((side, point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_sorted_by_their_sides() {
        let text = format!("{HEADING}\na,1,2.5,100\nb,1,3,100\na,2,2.5,200\n");
        let found = parse(&text).unwrap();
        let sides: Vec<_> =
            found.iter().map(|series| (&*series.side, series.points.len())).collect();
        assert_eq!(sides, [("a", 2), ("b", 1)]);
    }

    #[test]
    fn what_is_no_point_is_told_with_its_line() {
        for (lines, told) in [
            ("", "no points"),
            ("a,1,2", "line 2"),
            ("a,1,2,3\na,1,x,3", "line 3"),
            ("a,1,0,3", "line 2"),
            ("a,1,2,3,4", "line 2"),
            (",1,2,3", "line 2"),
        ] {
            let error = parse(&format!("{HEADING}\n{lines}")).unwrap_err();
            assert!(error.contains(told), "{lines}: {error}");
        }
        assert!(parse("flush,ms\n").unwrap_err().contains("line 1"));
    }
}
