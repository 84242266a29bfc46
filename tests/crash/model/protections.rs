//! Each protection of the protocol is needed: without it, a promise breaks, and the model sees it.

use super::action::{Mix, Reach};
use super::promises::{cases, run_all};
use crate::kills::Dice;

/// Cases tried at most before it is said that nothing broke.
const MOST: u64 = 2000;

const CALM: Mix = Mix {
    foreign: Reach::Nothing,
    kills: 0,
    cuts: 0,
    streams: false,
    upkeep: true,
    lets_go: false,
};

/// What is switched off, and where it shows soonest.
const NEEDED: [(&[&str], Mix); 13] = [
    (&["flush-lock", "pin"], CALM),
    (&["pin"], Mix { foreign: Reach::Casts, ..CALM }),
    (&["schema-sync"], Mix { foreign: Reach::Casts, cuts: 100, ..CALM }),
    (&["rule-d"], Mix { foreign: Reach::Appends, cuts: 100, ..CALM }),
    (&["log-sync"], Mix { cuts: 60, ..CALM }),
    (&["log-first"], CALM),
    (&["lsn-dedup"], Mix { foreign: Reach::Appends, ..CALM }),
    (&["cursor"], Mix { foreign: Reach::Appends, streams: true, ..CALM }),
    (&["data-sync"], Mix { cuts: 60, ..CALM }),
    (&["segment-sync"], Mix { cuts: 60, ..CALM }),
    (&["folder-sync"], Mix { cuts: 60, ..CALM }),
    (&["cleanup-base"], CALM),
    (&["compact-look"], Mix { foreign: Reach::Casts, ..CALM }),
];

#[test]
fn without_any_of_the_protections_a_promise_breaks() {
    let (_, seed) = Dice::new();
    for (off, mix) in NEEDED {
        let tally = run_all((seed, MOST), Some(mix), off);
        let Some((broken, what, _)) = tally.broken else {
            panic!("without {off:?}, {} cases from seed {seed} on broke nothing", tally.cases);
        };
        println!("without {off:?}, case {} breaks, seed {broken}: {what}", tally.cases);
    }
}

/// For flushes, their lock is for efficiency: the pinned commit and the settling before it keep what is flushed single.
/// Whoever recovers beside a flush may be refused. A clean-up needs it: where the head has moved on, the files of a flush under
/// way look like those of one that was given up.
#[test]
fn a_lost_flush_lock_loses_and_doubles_nothing() {
    let (_, seed) = Dice::new();
    let mix = Mix { foreign: Reach::Casts, kills: 4, cuts: 20, upkeep: false, ..CALM };
    let tally = run_all((seed, cases(100)), Some(mix), &["flush-lock"]);
    if let Some((seed, what, told)) = tally.broken {
        panic!("seed {seed}: {what}\n{told}");
    }
}
