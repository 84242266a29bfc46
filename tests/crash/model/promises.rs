//! The promises hold in random interleavings.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::action::Mix;
use super::world::{Halt, Story, run};
use crate::kills::Dice;

/// Cases in a usual run.
const CASES: u64 = 300;

/// What became of many cases.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) cases: u64,
    pub(crate) undecided: u64,
    /// The first that broke a promise: its seed, what it broke, and what had happened.
    pub(crate) broken: Option<(u64, String, String)>,
}

/// Runs the cases of seeds from `first` on, as many at once as there are cores, until one breaks a promise.
pub(crate) fn run_all((first, cases): (u64, u64), mix: Option<Mix>, off: &[&'static str]) -> Tally {
    let next = AtomicU64::new(0);
    let tally = Mutex::new(Tally::default());
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        loop {
            let case = next.fetch_add(1, Ordering::Relaxed);
            if case >= cases {
                return;
            }
            let seed = first.wrapping_add(case);
            let Story { end, told } = run(seed, mix, off, u64::MAX);
            let mut tally = tally.lock().unwrap();
            tally.cases += 1;
            match end {
                Ok(()) => {}
                Err(Halt::Undecided) => tally.undecided += 1,
                Err(Halt::Wrong(what)) => {
                    next.store(cases, Ordering::Relaxed);
                    tally.broken.get_or_insert((seed, what, told));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    tally.into_inner().unwrap()
}

pub(crate) fn cases(usual: u64) -> u64 {
    std::env::var("LANCEQ_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The same case with as few actions as break the same promise still.
fn shortest(seed: u64, what: &str) -> Option<String> {
    (1..14).find_map(|most| {
        let story = run(seed, None, &[], most);
        match story.end {
            Err(Halt::Wrong(found)) if kind(&found) == kind(what) => Some(story.told + &found),
            _ => None,
        }
    })
}

/// What was broken, without the places and numbers.
fn kind(what: &str) -> String {
    let is_word = |word: &&str| word.chars().all(char::is_alphabetic);
    what.split(' ').filter(is_word).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_was_promised_holds_in_random_interleavings() {
    let (_, seed) = Dice::new();
    let cases = cases(CASES);
    let begun = std::time::Instant::now();
    let tally = run_all((seed, cases), None, &[]);
    println!(
        "{} cases from seed {seed} on, {} of them undecided, in {:?}",
        tally.cases,
        tally.undecided,
        begun.elapsed()
    );
    if let Some((seed, what, told)) = tally.broken {
        let shorter = shortest(seed, &what).unwrap_or(told);
        panic!("{what}\nLANCEQ_SEED={seed} LANCEQ_CASES=1 runs it again:\n{shorter}");
    }
    assert!(tally.undecided * 10 <= tally.cases.max(10), "{} undecided", tally.undecided);
}
