//! The `lanceq` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    lanceq::cli::main()
}
