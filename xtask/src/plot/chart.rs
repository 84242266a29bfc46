//! Lines over two axes, as an SVG that can be read on a light page and on a dark one.

use std::fmt::Write as _;

use super::scale::{Scale, apart};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
/// Room for the names of the lines.
const RIGHT: f64 = WIDTH - 110.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = HEIGHT - 50.0;
/// Between the names of two lines.
const LINE: f64 = 16.0;

/// Colours are chosen for each kind of page; lines are told apart by their names, too.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-size:15px;font-weight:600;fill:#1f2328}\
.grid{stroke:#d0d7de;stroke-width:1}polyline{fill:none;stroke-width:2.5;stroke-linejoin:round}\
.l0{stroke:#0969da}.l1{stroke:#bc4c00}.l2{stroke:#8250df}.l3{stroke:#1a7f37}\
.n0{fill:#0969da}.n1{fill:#bc4c00}.n2{fill:#8250df}.n3{fill:#1a7f37}\
@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#f0f6fc}.grid{stroke:#3d444d}\
.l0{stroke:#58a6ff}.l1{stroke:#f0883e}.l2{stroke:#bc8cff}.l3{stroke:#3fb950}\
.n0{fill:#58a6ff}.n1{fill:#f0883e}.n2{fill:#bc8cff}.n3{fill:#3fb950}}";
const COLOURS: usize = 4;

/// What is drawn.
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// What stands on the axis below.
    pub(super) across: &'static str,
    /// A value of the axis to the left, which is logarithmic.
    pub(super) tell: fn(f64) -> String,
    pub(super) lines: Vec<Line>,
}

/// One line with its name.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

impl Chart {
    /// The whole picture.
    pub(super) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let most = points().map(|point| point.0).fold(1.0, f64::max);
        let low = points().map(|point| point.1).fold(f64::INFINITY, f64::min);
        let high = points().map(|point| point.1).fold(0.0, f64::max);
        let x = Scale::linear(most, LEFT, RIGHT);
        let y = Scale::log(low, high, BOTTOM, TOP);
        let Self { title, across, .. } = self;
        let names: Vec<_> = self.lines.iter().map(|line| escaped(&line.name)).collect();
        let label = format!("{title}: {}", names.join(", "));
        [
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
                 width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{label}\">\n\
                 <style>{STYLE}</style>\n\
                 <text class=\"title\" x=\"{LEFT}\" y=\"26\">{title}</text>\n"
            ),
            self.grid(x, y),
            format!(
                "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{across}</text>\n",
                f64::midpoint(LEFT, RIGHT),
                HEIGHT - 10.0
            ),
            self.curves(x, y),
            "</svg>\n".to_owned(),
        ]
        .concat()
    }

    fn grid(&self, x: Scale, y: Scale) -> String {
        let upwards = y.ticks().into_iter().map(|value| {
            let (at, told) = (y.at(value), (self.tell)(value));
            let below = at + 4.0;
            format!(
                "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{RIGHT}\"/>\
                 <text x=\"{}\" y=\"{below:.1}\" text-anchor=\"end\">{told}</text>\n",
                LEFT - 8.0
            )
        });
        let across = x.ticks().into_iter().map(|value| {
            let (at, told) = (x.at(value), grouped(value));
            let below = BOTTOM + 18.0;
            format!("<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{told}</text>\n")
        });
        upwards.chain(across).collect()
    }

    fn curves(&self, x: Scale, y: Scale) -> String {
        let end = |line: &Line| line.points.last().copied().unwrap_or((0.0, 1.0));
        let heights: Vec<f64> = self.lines.iter().map(|line| y.at(end(line).1) + 4.0).collect();
        let mut text = String::new();
        for ((index, line), height) in self.lines.iter().enumerate().zip(apart(&heights, LINE)) {
            let colour = index % COLOURS;
            let places: Vec<String> = line
                .points
                .iter()
                .map(|(flush, value)| format!("{:.1},{:.1}", x.at(*flush), y.at(*value)))
                .collect();
            let (places, beside) = (places.join(" "), x.at(end(line).0) + 6.0);
            writeln!(
                text,
                "<polyline class=\"l{colour}\" points=\"{places}\"/>\
                 <text class=\"n{colour}\" x=\"{beside:.1}\" y=\"{height:.1}\">{}</text>",
                escaped(&line.name)
            )
            .ok();
        }
        text
    }
}

/// Digits in groups of three: `10 000`.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_drawn_with_its_name_and_within_the_axes() {
        let line = |name: &str, value| Line {
            name: name.to_owned(),
            points: vec![(1.0, value), (10_000.0, value * 30.0)],
        };
        let lines = vec![line("lanceq", 1.0), line("a < b", 2.0)];
        let chart = Chart { title: "Time", across: "number", tell: |ms| format!("{ms} ms"), lines };
        let svg = chart.svg();
        for part in
            [">lanceq</text>", ">a &lt; b</text>", ">10 000</text>", ">100 ms</text>", "dark"]
        {
            assert!(svg.contains(part), "no {part} in {svg}");
        }
        let places = svg.split("points=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let places: Vec<(f64, f64)> = places
            .flat_map(|places| places.split(' '))
            .filter_map(|place| place.split_once(','))
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        assert_eq!(places.len(), 4);
        let is_inside =
            |(x, y): &(f64, f64)| (LEFT..=RIGHT).contains(x) && (TOP..=BOTTOM).contains(y);
        assert!(places.iter().all(is_inside), "{places:?}");
    }
}
