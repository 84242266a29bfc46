//! The power is cut exactly between two steps of a put, a flush or a recovery.

use super::disk;
use super::round::{LEVELS, Power};
use crate::kills::Dice;
use crate::points::POINTS;

/// Steps of an opening; the first only on a new disk.
const OPENING: [&str; 4] =
    ["create.segment", "recover.healed", "recover.settled", "recover.started"];

#[tokio::test]
async fn a_power_cut_between_any_two_steps_takes_nothing_that_was_promised() {
    let Some(image) = disk() else { return };
    let (mut dice, seed) = Dice::new();
    let mut power = Power::on(image, "");
    let mut passed = 0;
    let points: Vec<_> = OPENING.into_iter().chain(POINTS).collect();
    for (point, level) in points.iter().zip(LEVELS.iter().cycle()) {
        let nth = if point.starts_with("put") { 1 + dice.roll(9) } else { 1 };
        let stop = format!("{point}:{nth}");
        let mut running = power.start(&[*level], &mut dice, &[("LANCEQ_STOP", &stop)]);
        passed += usize::from(running.until_stopped());
        let found = power.cut(running).await;
        assert_eq!(found, Ok(()), "stopped at {stop}, {level}, seed {seed}");
    }
    println!("{passed} of {} points passed, seed {seed}: {:?}", points.len(), power.tally);
    assert!(passed * 2 > points.len(), "only {passed} points were passed, seed {seed}");
}
