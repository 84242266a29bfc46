//! Where a sync is left out, power cuts find what is lost: else they would prove nothing.

use super::cuts::{LONG, random_cut};
use super::round::Power;
use super::{Image, disk};
use crate::kills::Dice;

/// Cuts within which a violation must be found.
const PATIENCE: u64 = 60;
const A_DISK: u64 = 4;

/// What random cuts find, and at which of them; `None` where nothing is.
async fn found(image: Image, off: &'static str) -> Option<(u64, String)> {
    let (mut dice, _) = Dice::new();
    let mut power = Power::on(image, off);
    for cut in 0..PATIENCE {
        if cut > 0 && cut % A_DISK == 0 {
            power.renew();
        }
        if let Err(found) = random_cut(&mut power, &mut dice).await {
            return Some((cut + 1, found));
        }
    }
    None
}

#[tokio::test]
async fn a_put_that_does_not_sync_the_log_is_found_out_by_power_cuts() {
    let Some(image) = disk() else { return };
    let found = found(image, "segment-sync").await;
    println!("segment-sync: {found:?}");
    assert!(found.is_some(), "nothing within {PATIENCE} cuts");
}

#[tokio::test]
async fn a_flush_that_does_not_sync_its_data_files_is_found_out_by_power_cuts() {
    let Some(image) = disk() else { return };
    let found = found(image, "data-sync").await;
    println!("data-sync: {found:?}");
    assert!(found.is_some(), "nothing within {PATIENCE} cuts");
}

#[tokio::test]
async fn a_flush_that_does_not_sync_its_manifest_is_found_out_by_power_cuts() {
    let Some(image) = disk() else { return };
    let found = found(image, "manifest-sync").await;
    println!("manifest-sync: {found:?}");
    assert!(found.is_some(), "nothing within {PATIENCE} cuts");
}

#[tokio::test]
async fn an_interval_within_which_nothing_is_synced_is_found_out_by_power_cuts() {
    let Some(image) = disk() else { return };
    let (mut dice, seed) = Dice::new();
    let mut power = Power::on(image, "segment-sync");
    for _ in 0..PATIENCE / 2 {
        let mut running = power.start(&["50"], &mut dice, &[]);
        running.until_answered();
        std::thread::sleep(LONG);
        if let Err(found) = power.cut(running).await {
            println!("segment-sync at 50: {found}");
            return;
        }
    }
    panic!("no interval was kept, and nothing was found, seed {seed}");
}
