//! A picture in few cells: decoded within bounds, made smaller, two pixels above each other in a cell.
//!
//! Whoever writes records chooses the bytes. So what they may cost is bounded before they are decoded, and a picture
//! that would cost more is none.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};
use ratatui::style::Color;
use zune_png::PngDecoder;
use zune_png::zune_core::bytestream::ZCursor;
use zune_png::zune_core::colorspace::ColorSpace;
use zune_png::zune_core::options::DecoderOptions;

use super::palette::{Colours, colour};

/// Pixels of a side at most.
const SIDE: u32 = 16_384;
/// Bytes that decoding may take at most: a photograph of 48 million pixels.
const MEMORY: u64 = 192 << 20;
/// From this share of opacity on a pixel is shown.
const OPAQUE: u8 = 128;

/// So many cells at most, and the colours that there are for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) colours: Colours,
}

/// The two pixels of a cell; where one is transparent, it is the terminal's own background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pixels {
    pub(crate) above: Option<Color>,
    pub(crate) below: Option<Color>,
}

/// A picture that was made smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thumbnail {
    /// Pixels that the picture itself has, across and down.
    pub(crate) size: (u32, u32),
    /// Its cells, row by row.
    pub(crate) rows: Vec<Vec<Pixels>>,
}

impl Thumbnail {
    /// Decodes a picture: of one that moves, the first frame. The reason where that cannot be, or would cost too much.
    ///
    /// Cost: decoding, at most 192 MiB of memory; long enough to be done where nobody waits.
    pub(crate) fn of(bytes: &[u8], frame: Frame) -> Result<Self, String> {
        let picture = decoded(bytes)?;
        let size = (picture.width(), picture.height());
        let (width, height) = fitted(size, frame);
        let small = picture.thumbnail_exact(width, height).to_rgba8();
        Ok(Self { size, rows: cells(&small, frame.colours) })
    }
}

/// Whether bytes that were sniffed as this are a picture that can be decoded here.
pub(crate) fn is_picture(kind: &str) -> bool {
    matches!(kind, "png" | "jpeg" | "gif" | "webp")
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| error.to_string())?;
    match reader.format() {
        Some(ImageFormat::Png) => return png(bytes),
        Some(ImageFormat::Gif | ImageFormat::Jpeg | ImageFormat::WebP) => {}
        _ => return Err("it begins as no picture that is known here".into()),
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    affordable(decoder.total_bytes())?;
    // What a camera noted; a picture without it stands as it is.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn affordable(bytes: u64) -> Result<(), String> {
    if bytes <= MEMORY {
        return Ok(());
    }
    Err("it has more pixels than are decoded here".into())
}

/// The decoder that `image` has for PNG would give crates that Lance is built on more features: all of Lance would be
/// built twice, with the explorer and without it.
fn png(bytes: &[u8]) -> Result<DynamicImage, String> {
    let side = usize::try_from(SIDE).unwrap_or(usize::MAX);
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .inflate_set_limit(usize::try_from(MEMORY).unwrap_or(usize::MAX))
        .png_set_strip_to_8bit(true)
        .png_set_decode_animated(false);
    let mut decoder = PngDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| format!("{error:?}"))?;
    let told = decoder.dimensions().zip(decoder.colorspace());
    let ((width, height), space) = told.ok_or("it does not say how large it is")?;
    affordable((width as u64).saturating_mul(height as u64).saturating_mul(4))?;
    let pixels = decoder.decode_raw().map_err(|error| format!("{error:?}"))?;
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err("it is too large".into());
    };
    assembled((width, height), space, pixels)
        .ok_or_else(|| "it has less pixels than it says".into())
}

fn assembled(
    (width, height): (u32, u32),
    space: ColorSpace,
    pixels: Vec<u8>,
) -> Option<DynamicImage> {
    Some(match space {
        ColorSpace::Luma => image::GrayImage::from_raw(width, height, pixels)?.into(),
        ColorSpace::LumaA => image::GrayAlphaImage::from_raw(width, height, pixels)?.into(),
        ColorSpace::RGB => image::RgbImage::from_raw(width, height, pixels)?.into(),
        ColorSpace::RGBA => RgbaImage::from_raw(width, height, pixels)?.into(),
        _ => return None,
    })
}

/// The pixels that a picture gets in a frame, two above each other in a cell: as many as fit, none larger than it was.
fn fitted((width, height): (u32, u32), frame: Frame) -> (u32, u32) {
    let (across, down) = (u32::from(frame.columns).max(1), u32::from(frame.rows).max(1) * 2);
    let (width, height) = (width.max(1), height.max(1));
    let fits = f64::from(across) / f64::from(width);
    let share = fits.min(f64::from(down) / f64::from(height)).min(1.0);
    let scaled = |side: u32, most: u32| {
        let side = (f64::from(side) * share).round();
        // Between 1 and the frame's side, which is a small number.
        (1..=most).find(|pixels| f64::from(*pixels) >= side).unwrap_or(most)
    };
    (scaled(width, across), scaled(height, down))
}

fn cells(picture: &RgbaImage, colours: Colours) -> Vec<Vec<Pixels>> {
    let (width, height) = picture.dimensions();
    let pixel = |x: u32, y: u32| {
        let [red, green, blue, opacity] = picture.get_pixel_checked(x, y)?.0;
        (opacity >= OPAQUE).then(|| colour(colours, [red, green, blue]))
    };
    let cell = |x: u32, y: u32| Pixels { above: pixel(x, y), below: pixel(x, y + 1) };
    let row = |y: u32| (0..width).map(|x| cell(x, y)).collect();
    (0..height).step_by(2).map(row).collect()
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    const FRAME: Frame = Frame { columns: 20, rows: 10, colours: Colours::True };

    /// Red above, blue below.
    fn halves(width: u32, height: u32) -> DynamicImage {
        let half = |_, y| if y < height / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) };
        RgbImage::from_fn(width, height, half).into()
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A PNG whose pixels are stored and not compressed, one channel of 8 bits.
    fn stored_png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
        let chunk = |kind: &[u8], data: &[u8]| {
            let length = u32::try_from(data.len()).unwrap().to_be_bytes();
            // The sum of a chunk is not looked at.
            [&length[..], kind, data, &[0; 4]].concat()
        };
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
        let length = u16::try_from(pixels.len()).unwrap();
        let block = [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), pixels];
        let parts = [chunk(b"IHDR", &header), chunk(b"IDAT", &block.concat()), chunk(b"IEND", b"")];
        [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
    }

    #[test]
    fn a_picture_is_fitted_into_its_frame_and_never_made_larger() {
        for (size, fitted_to) in
            [((200, 100), (20, 10)), ((100, 200), (10, 20)), ((8, 6), (8, 6)), ((4000, 2), (20, 1))]
        {
            assert_eq!(fitted(size, FRAME), fitted_to, "{size:?}");
        }
    }

    #[test]
    fn the_pixels_of_a_picture_come_two_a_cell() {
        for format in [ImageFormat::Gif, ImageFormat::WebP] {
            let small = Thumbnail::of(&encoded(&halves(40, 40), format), FRAME).unwrap();
            assert_eq!((small.size, small.rows.len()), ((40, 40), 10), "{format:?}");
            let red =
                Pixels { above: Some(Color::Rgb(255, 0, 0)), below: Some(Color::Rgb(255, 0, 0)) };
            assert_eq!((small.rows[0].len(), small.rows[0][0]), (20, red), "{format:?}");
        }
        let jpeg = Thumbnail::of(&encoded(&halves(40, 40), ImageFormat::Jpeg), FRAME).unwrap();
        assert_eq!(jpeg.rows.len(), 10);
    }

    #[test]
    fn a_png_of_grey_shows_each_of_its_pixels() {
        // Each line begins with its filter.
        let png = stored_png(2, 3, &[0, 0, 255, 0, 10, 20, 0, 30, 40]);
        let small = Thumbnail::of(&png, FRAME).unwrap();
        let grey = |n| Some(Color::Rgb(n, n, n));
        assert_eq!(
            small.rows[0],
            [(0, 10), (255, 20)]
                .map(|(above, below)| Pixels { above: grey(above), below: grey(below) })
        );
        assert_eq!(small.rows[1][0], Pixels { above: grey(30), below: None });
    }

    #[test]
    fn what_is_transparent_is_left_to_the_terminal() {
        let clear = RgbaImage::from_pixel(2, 2, image::Rgba([9, 9, 9, 0]));
        let small = Thumbnail::of(&encoded(&clear.into(), ImageFormat::WebP), FRAME).unwrap();
        assert_eq!(small.rows, [[Pixels { above: None, below: None }; 2]]);
    }

    #[test]
    fn a_picture_that_says_it_is_huge_takes_no_memory() {
        let before = |bytes: &[u8]| {
            let mut refused = false;
            let info =
                allocation_counter::measure(|| refused = Thumbnail::of(bytes, FRAME).is_err());
            (refused, info.bytes_max)
        };
        let png = stored_png(16_000, 16_000, &[0; 64]);
        let mut gif = encoded(&halves(4, 4), ImageFormat::Gif);
        gif.splice(6..10, [0xff, 0xff, 0xff, 0xff]);
        for bytes in [png, gif] {
            let (refused, most) = before(&bytes);
            assert!(refused && most < 1 << 20, "{refused} {most}");
        }
    }

    #[test]
    fn bytes_that_are_cut_or_no_picture_say_so() {
        let jpeg = encoded(&halves(40, 40), ImageFormat::Jpeg);
        let png = stored_png(2, 3, &[0, 0, 255]);
        for bytes in [&jpeg[..20], &png[..], b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 ", b"words", b""] {
            let reason = Thumbnail::of(bytes, FRAME).unwrap_err();
            assert!(!reason.is_empty());
        }
    }
}
