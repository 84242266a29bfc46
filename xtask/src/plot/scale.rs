//! From values to places: a linear scale across, a logarithmic one upwards, and labels that keep apart.

/// Places from the least value to the most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
    is_log: bool,
}

impl Scale {
    /// Equal steps for equal differences, from zero on.
    pub(super) fn linear(most: f64, from: f64, to: f64) -> Self {
        Self { least: 0.0, most, from, to, is_log: false }
    }

    /// Equal steps for equal ratios, from a power of ten to another; the values are above zero.
    pub(super) fn log(least: f64, most: f64, from: f64, to: f64) -> Self {
        let least = least.log10().floor();
        let most = most.log10().ceil().max(least + 1.0);
        Self { least, most, from, to, is_log: true }
    }

    /// Where a value lies.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = if self.is_log { value.log10() } else { value };
        self.from + (value - self.least) / (self.most - self.least) * (self.to - self.from)
    }

    /// Values to draw lines at: the powers of ten, or steps of 1, 2 or 5 times one, at most eight.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if self.is_log {
            return steps(self.least, self.most, 1.0).map(|power| 10_f64.powf(power)).collect();
        }
        let power = 10_f64.powf((self.most / 8.0).log10().floor());
        let fits = |times: &f64| self.most / (times * power) <= 8.0;
        let step = [1.0, 2.0, 5.0].into_iter().find(fits).unwrap_or(10.0) * power;
        steps(0.0, self.most, step).collect()
    }
}

fn steps(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    (0_u32..).map(move |n| from + f64::from(n) * step).take_while(move |at| *at <= to + step * 1e-9)
}

/// Moves places down, as far as they are nearer to each other than `gap`.
pub(super) fn apart(places: &[f64], gap: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    let place = |index: &usize| places.get(*index).copied().unwrap_or_default();
    order.sort_by(|a, b| place(a).total_cmp(&place(b)));
    let mut moved = places.to_vec();
    let mut free = f64::NEG_INFINITY;
    for index in order {
        let at = place(&index).max(free);
        if let Some(moved) = moved.get_mut(index) {
            *moved = at;
        }
        free = at + gap;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_reaches_from_end_to_end() {
        let linear = Scale::linear(200.0, 10.0, 110.0);
        let places = [0.0, 100.0, 200.0].map(|value| format!("{:.1}", linear.at(value)));
        assert_eq!(places, ["10.0", "60.0", "110.0"]);
        let log = Scale::log(2.0, 500.0, 300.0, 0.0);
        let places = [1.0, 10.0, 1000.0].map(|value| format!("{:.1}", log.at(value)));
        assert_eq!(places, ["300.0", "200.0", "0.0"]);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Scale::log(0.5, 20.0, 0.0, 1.0).ticks(), [0.1, 1.0, 10.0, 100.0]);
        assert_eq!(Scale::log(10.0, 10.0, 0.0, 1.0).ticks(), [10.0, 100.0]);
        for (most, step, count) in [(10_000.0, 2000.0, 6), (100.0, 20.0, 6), (7.0, 1.0, 8)] {
            let ticks = Scale::linear(most, 0.0, 1.0).ticks();
            assert_eq!((ticks.len(), ticks[1]), (count, step), "{most}");
        }
    }

    #[test]
    fn labels_keep_apart_and_in_order() {
        assert_eq!(apart(&[50.0, 10.0, 12.0], 10.0), [50.0, 10.0, 20.0]);
        assert_eq!(apart(&[5.0, 5.0], 10.0), [5.0, 15.0]);
        assert!(apart(&[], 1.0).is_empty());
    }
}
