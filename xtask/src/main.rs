//! The commands of this repository: `cargo xtask demo`, `test`, `example`, `bench`, `plot`, `torture`, `soak`, `interop`, `fuzz` and `ci`.
//!
//! Each starts cargo with a `protoc` that works, so that a clone builds on a machine with Rust and a C compiler alone.

use std::env;
use std::process::ExitCode;

mod cargo;
mod ci;
mod feature_set;
mod fuzz;
mod fuzz_report;
mod interop;
mod plot;
mod protoc;
mod soak;
mod torture;

/// What a first build takes, measured on 2 cores: said before it starts, so that nobody thinks it hangs.
const FIRST_BUILD: &str = "a first build takes about 15 minutes on 2 cores";
const FIRST_RELEASE_BUILD: &str =
    "built in release, dependencies too: about 46 minutes the first time on 2 cores";

/// The benchmark target that `cargo xtask bench` runs.
const BENCH: &str = "engine";

const USAGE: &str = "\
usage: cargo xtask <command> [arguments]

  demo [arguments]    live writers in a temporary root, and the explorer on it (arguments of `lanceq demo`)
  test [filter]       every test (arguments of `cargo test`)
  example NAME        one of the programs in examples/show; without a name it lists them
  bench [name…] [quick] [count=N]
                      comparisons with Lance and others, in release; with --dev first in the profile of daily work, to
                      see that they run
  plot                draws what `bench flat` has kept, for docs/benchmarks.md
  soak MINUTES        writers, tails, gets, searches, flushes and kills on one topic, for so long
  torture [numbers]   power cuts, kills and model cases by the thousand, resumable (`torture --help` says more)
  interop             what lanceq and pylance write, read by the other (needs python3 and pip)
  fuzz [seconds] [target]
                      looks for inputs that break a promise, 60 seconds a target; `fuzz keep` takes what was found
                      into the corpora (needs a C++ compiler)
  ci                  what CI checks after the tests: format, lints, docs, layers, interop";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "demo" => cargo::hand_over(
            &["run", "--bin", "lanceq"],
            &after("--", &after("demo", &rest)),
            FIRST_BUILD,
        ),
        "example" => {
            cargo::hand_over(&["run", "--example", "show"], &after("--", &rest), FIRST_BUILD)
        }
        "test" => cargo::hand_over(&["test"], &rest, FIRST_BUILD),
        "bench" => bench(&rest),
        "plot" => plot::run(&rest),
        "soak" => soak::run(&rest),
        "torture" => torture::run(&rest),
        "interop" => Ok(ci::run(&ci::INTEROP)),
        "fuzz" => fuzz::run(&rest),
        "ci" => Ok(ci::run(&ci::STEPS)),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        "" => Err(USAGE.to_owned()),
        other => Err(format!("unknown command `{other}`\n\n{USAGE}")),
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(2)
    })
}

/// Figures are of release; whoever writes a comparison tries it without waiting for that.
fn bench(arguments: &[String]) -> Result<ExitCode, String> {
    match arguments {
        [flag, words @ ..] if flag == "--dev" => cargo::hand_over(
            &["bench", "--profile", "dev", "--bench", BENCH],
            &after("--", words),
            FIRST_BUILD,
        ),
        words => {
            cargo::hand_over(&["bench", "--bench", BENCH], &after("--", words), FIRST_RELEASE_BUILD)
        }
    }
}

fn after(first: &str, rest: &[String]) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect()
}
