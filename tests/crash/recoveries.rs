//! A process dies while it mends what an earlier one left: the next one mends it all the same.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lanceq::{Durability, Engine};

use crate::child::{Putter, Said};
use crate::kills::Dice;
use crate::oracle::{files, records, violation};
use crate::scratch::Scratch;

const A_POINT: u64 = 20;

/// The beginning of a frame, and no more of it. Whether it can be seen: nothing is read behind a seal.
fn tear_the_log(bucket: &Path) -> bool {
    let mut segments: Vec<PathBuf> =
        fs::read_dir(bucket.join("wal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.retain(|path| path.extension().is_some_and(|found| found == "wal"));
    let newest = segments.iter().max().unwrap();
    let is_sealed = ends_in_a_seal(&fs::read(newest).unwrap());
    let mut file = fs::OpenOptions::new().append(true).open(newest).unwrap();
    file.write_all(b"LQf1 and no more").unwrap();
    !is_sealed
}

/// Whether the last frame of a segment is a seal: a kill came before the next segment was there.
fn ends_in_a_seal(segment: &[u8]) -> bool {
    let last = segment.chunks(8).enumerate().rfind(|(_, word)| word.starts_with(b"LQf1"));
    let kind = last.and_then(|(number, _)| segment.get(number * 8 + 20));
    kind == Some(&2)
}

/// What a power cut leaves of a version that another program committed: a name, and nothing behind it.
fn empty_the_head(bucket: &Path) -> bool {
    let versions = bucket.join("data.lance/_versions");
    let newest = fs::read_dir(&versions)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".manifest")?.parse::<u64>().ok().map(|number| u64::MAX - number)
        })
        .max()
        .unwrap();
    fs::write(versions.join(format!("{:020}.manifest", u64::MAX - newest - 1)), "").unwrap();
    let hint = format!("{{\"version\":{}}}", newest + 1);
    fs::write(versions.join("latest_version_hint.json"), hint).unwrap();
    true
}

async fn dies_and_mends(points: &[&str], damage: fn(&Path) -> bool) {
    let (mut dice, seed) = Dice::new();
    for point in points {
        let folder = Scratch::new();
        let mut all: Vec<Said> = Vec::new();
        let (mut deaths, mut damages) = (0, 0);
        for kill in 0..A_POINT {
            let putter = Putter::start(folder.path(), "os", kill * 2, 0, None);
            all.push(putter.kill_after(true, Duration::from_micros(dice.roll(20_000))));
            damages += u64::from(damage(&folder.path().join("t/bucket_0")));
            let putter = Putter::start(folder.path(), "os", kill * 2 + 1, 0, Some(point));
            let (said, died) = putter.until_it_dies(Duration::from_secs(5));
            deaths += u64::from(died);
            all.push(said);
            let found = violation(&records(folder.path()).await, &all);
            assert_eq!(found, None, "{point}, seed {seed}, kill {kill}");
        }
        assert!(damages > A_POINT / 2, "{damages} damages that can be seen, seed {seed}");
        assert!(deaths >= damages, "{point} is passed at each opening that mends, seed {seed}");
        mends_once(folder.path()).await;
        let found = violation(&records(folder.path()).await, &all);
        assert_eq!(found, None, "{point}, seed {seed}, in the end");
    }
}

async fn mends_once(root: &Path) {
    let open = || async {
        let engine = Engine::open(root).await.unwrap();
        engine.writer("t").durability(Durability::Os).open().await.unwrap()
    };
    drop(open().await);
    let before = files(root);
    assert_eq!(open().await.recoveries(), [], "it was mended already");
    assert_eq!(files(root), before, "a second opening changed something");
}

#[tokio::test]
async fn a_process_that_dies_in_its_recovery_loses_and_doubles_nothing() {
    let points = ["recover.settled", "recover.cut", "recover.started", "recover.synced"];
    dies_and_mends(&points, tear_the_log).await;
}

#[tokio::test]
async fn a_process_that_dies_while_it_heals_loses_and_doubles_nothing() {
    dies_and_mends(&["heal.moved", "heal.hint", "heal.done"], empty_the_head).await;
}
