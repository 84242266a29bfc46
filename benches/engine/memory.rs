//! Resident memory after many flushes and gets, against that after the first hundredth of them, in a process of its own.

use lanceq::Engine;

use crate::Bench;
use crate::figures::figure;
use crate::history::{TOPIC, writer};
use crate::records::batch;
use crate::role::{argument, played, resident};

pub(crate) const ROLE: &str = "flush-and-get";
const FLUSHES: u64 = 10_000;
const ROWS: u64 = 100;
const GETS: u64 = 10;
/// MiB that may be added.
const WANTED: f64 = 32.0;

pub(crate) fn run(bench: &Bench) {
    let flushes = bench.settings.count(FLUSHES);
    println!("memory: {flushes} flushes of {ROWS} records, {GETS} gets of {ROWS} after each");
    // It takes long, and memory is no time: once is enough.
    let [early, late] = played(ROLE, &[&flushes.to_string()])[..] else {
        panic!("two numbers were to come")
    };
    figure(&format!("after {} flushes", flushes.div_ceil(100)), early, "MiB");
    figure(&format!("after {flushes}"), late, "MiB");
    println!("  added {:.1} MiB, wanted at most {WANTED}", late - early);
}

/// Flushes and gets; prints the resident memory after a hundredth, and in the end.
pub(crate) async fn play() {
    let flushes: u64 = argument(0).parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = writer(&engine, TOPIC).await;
    let mut mixed = 1_u64;
    for number in 0..flushes {
        writer.put_arrow(batch(number * ROWS, ROWS)).await.unwrap();
        writer.flush().await.unwrap();
        let reader = engine.reader(TOPIC).await.unwrap();
        for _ in 0..GETS {
            mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
            let offset = (mixed >> 11) % (number * ROWS + 1);
            assert_eq!(reader.get(offset, ROWS as usize).await.unwrap().len() as u64, ROWS);
        }
        if number + 1 == flushes.div_ceil(100) || number + 1 == flushes {
            println!("{}", resident("self").0);
        }
    }
}
