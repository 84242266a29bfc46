//! What a power cut leaves of a real file system: processes put and flush on an ext4 image on a loop device, the file
//! system is shut down under them, and what is there after the next mount is held against what was promised.
//!
//! `LANCEQ_CUTS=1000` runs longer; a failure prints its seed. Where there are no root rights, loop devices or Perl, the
//! tests say so and are skipped.

mod cuts;
mod image;
mod inspect;
mod ledger;
mod off;
mod points;
mod round;

use image::Image;

/// A disk, where this machine can make one.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn disk() -> Option<Image> {
    let made = Image::new();
    if let Err(reason) = &made {
        eprintln!("skipped: no file system can be cut off here: {reason}");
    }
    made.ok()
}
