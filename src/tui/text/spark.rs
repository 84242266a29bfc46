//! Sparklines: a row of bars, one cell each, that shows the shape of many numbers.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The shape of a vector: its values averaged into `cells` bars between its least and its greatest.
pub(crate) fn shape(values: &[f64], cells: usize) -> String {
    let bars = averages(values, cells);
    let (low, high) =
        bars.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    bars.iter().map(|value| bar(value - low, high - low)).collect()
}

/// The course of a count: one bar a value, from zero to the greatest.
pub(crate) fn course(values: impl IntoIterator<Item = u64>) -> String {
    let values: Vec<u64> = values.into_iter().collect();
    let high = values.iter().copied().max().unwrap_or(0);
    values.iter().map(|value| bar(*value as f64, high as f64)).collect()
}

fn averages(values: &[f64], cells: usize) -> Vec<f64> {
    let cells = cells.min(values.len());
    (0..cells)
        .filter_map(|cell| {
            values.get(cell * values.len() / cells..(cell + 1) * values.len() / cells)
        })
        .map(|part| part.iter().sum::<f64>() / part.len().max(1) as f64)
        .collect()
}

fn bar(value: f64, range: f64) -> char {
    let step = if range > 0.0 { value / range * 7.0 } else { 0.0 };
    let index = (0..7).find(|bar| step < f64::from(*bar) + 0.5).unwrap_or(7);
    // Not a number compares with nothing: it is shown as the lowest bar.
    let index = if step.is_nan() { 0 } else { index };
    usize::try_from(index).ok().and_then(|index| BARS.get(index)).copied().unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_spans_least_to_greatest() {
        assert_eq!(shape(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(shape(&[-1.0, -1.0, 1.0, 1.0], 2), "▁█");
        assert_eq!(shape(&[5.0, 5.0], 4), "▁▁");
        assert_eq!(shape(&[], 4), "");
    }

    #[test]
    fn not_a_number_draws_and_never_panics() {
        assert_eq!(shape(&[f64::NAN, 1.0], 2).chars().count(), 2);
        assert_eq!(shape(&[f64::INFINITY, 1.0], 2).chars().count(), 2);
    }

    #[test]
    fn a_course_starts_at_zero() {
        assert_eq!(course([0, 5, 10]), "▁▅█");
        assert_eq!(course([0, 0]), "▁▁");
    }
}
