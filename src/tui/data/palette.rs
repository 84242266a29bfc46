//! The colours that a terminal has for pictures, and the nearest of them to any colour.

use ratatui::style::Color;

/// Which colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// Those of the palette of 256 that are the same everywhere: a cube of 6 × 6 × 6, and 24 greys. The default.
    #[default]
    Indexed,
    /// Any.
    True,
}

/// Where the cube and the greys begin in the palette.
const CUBE: u8 = 16;
const GREYS: u8 = 232;
/// The steps of the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Colours {
    /// Those that the terminal says it has: all where `COLORTERM` is `truecolor` or `24bit`.
    pub fn from_env() -> Self {
        let told = std::env::var("COLORTERM").unwrap_or_default();
        if matches!(told.as_str(), "truecolor" | "24bit") { Self::True } else { Self::Indexed }
    }
}

/// The nearest colour to red, green and blue.
pub(super) fn colour(colours: Colours, rgb: [u8; 3]) -> Color {
    match (colours, rgb) {
        (Colours::True, [red, green, blue]) => Color::Rgb(red, green, blue),
        (Colours::Indexed, rgb) => Color::Indexed(indexed(rgb)),
    }
}

fn indexed(rgb: [u8; 3]) -> u8 {
    let steps = rgb.map(nearest_step);
    let cube = steps.map(|step| STEPS.get(usize::from(step)).copied().unwrap_or_default());
    let mean = rgb.iter().map(|part| u16::from(*part)).sum::<u16>() / 3;
    let grey =
        (0..24_u8).min_by_key(|step| (8 + 10 * u16::from(*step)).abs_diff(mean)).unwrap_or(0);
    if distance(rgb, [8 + 10 * grey; 3]) < distance(rgb, cube) {
        return GREYS + grey;
    }
    steps.iter().fold(0, |number, step| number * 6 + step) + CUBE
}

fn nearest_step(part: u8) -> u8 {
    let steps = (0..).zip(STEPS);
    steps.min_by_key(|(_, step)| step.abs_diff(part)).map_or(0, |(number, _)| number)
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_palette_is_its_own_nearest() {
        for (rgb, number) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 231),
            ([255, 0, 0], 196),
            ([95, 135, 175], 67),
            ([8, 8, 8], 232),
            ([238, 238, 238], 255),
            ([250, 120, 3], 208),
            ([100, 101, 99], 241),
        ] {
            assert_eq!(indexed(rgb), number, "{rgb:?}");
        }
        assert_eq!(colour(Colours::True, [1, 2, 3]), Color::Rgb(1, 2, 3));
    }
}
