//! The power is cut at a random moment, again and again on the same disk.

use std::time::Duration;

use super::disk;
use super::round::{LEVELS, Power};
use crate::kills::Dice;

/// Cuts of one disk: each begins with what the one before left.
const A_DISK: u64 = 10;
/// So long that what is due within an interval must be on the disk.
pub(crate) const LONG: Duration = Duration::from_millis(1200);

fn cuts(usual: u64) -> u64 {
    std::env::var("LANCEQ_CUTS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// One round at a random moment.
pub(crate) async fn random_cut(power: &mut Power, dice: &mut Dice) -> Result<(), String> {
    let first = usize::try_from(dice.roll(4)).unwrap();
    let count = 1 + usize::try_from(dice.roll(4)).unwrap();
    let levels: Vec<_> = (first..first + count).map(|n| LEVELS[n % LEVELS.len()]).collect();
    let mut running = power.start(&levels, dice, &[]);
    if dice.roll(4) > 0 {
        running.until_answered();
        if dice.roll(3) == 0 {
            power.flush(&mut running);
        }
    }
    let is_long = dice.roll(10) == 0;
    std::thread::sleep(if is_long { LONG } else { Duration::from_micros(dice.roll(150_000)) });
    power.cut(running).await
}

#[tokio::test]
async fn a_power_cut_takes_nothing_that_was_promised_to_survive_it() {
    let Some(image) = disk() else { return };
    let (mut dice, seed) = Dice::new();
    let mut power = Power::on(image, "");
    for cut in 0..cuts(50) {
        if cut > 0 && cut % A_DISK == 0 {
            power.renew();
        }
        let found = random_cut(&mut power, &mut dice).await;
        assert_eq!(found, Ok(()), "seed {seed}, cut {cut}");
    }
    println!("seed {seed}: {:?}", power.tally);
}
