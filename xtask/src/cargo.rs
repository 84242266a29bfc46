//! Starts cargo as the user would have, with `PROTOC` set.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::protoc;

/// The folder of the repository: the one that cargo runs this for, as clones may share a target folder and with it
/// this program; the one that it was built in, where it runs by itself.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    here.parent().unwrap_or(&here).to_path_buf()
}

/// A cargo command on the repository's manifest, in the caller's own folder, so that relative paths mean what they say.
pub(crate) fn command(subcommand: &[&str]) -> Result<Command, String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.env("PROTOC", protoc::find()?);
    forget_own_package(&mut cargo);
    let (verb, options) = subcommand.split_first().ok_or("no cargo command given")?;
    cargo.arg(verb).arg("--manifest-path").arg(root().join("Cargo.toml")).args(options);
    Ok(cargo)
}

/// Removes what `cargo run` told this program about itself. Build scripts that watch these names (ring's does) would
/// run again whenever `cargo` and `cargo xtask` alternate, and Lance would be built anew each time.
fn forget_own_package(cargo: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_own_package) {
            cargo.env_remove(name);
        }
    }
}

fn describes_own_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || name == "OUT_DIR"
}

/// Says what runs, then lets cargo take over: its exit code and its Ctrl-C are this program's.
pub(crate) fn hand_over(
    subcommand: &[&str],
    arguments: &[String],
    note: &str,
) -> Result<ExitCode, String> {
    let mut cargo = command(subcommand)?;
    cargo.args(arguments);
    let words: Vec<&str> =
        subcommand.iter().copied().chain(arguments.iter().map(String::as_str)).collect();
    eprintln!("xtask: cargo {} ({note})", words.join(" "));
    replace_process(cargo)
}

#[cfg(unix)]
fn replace_process(mut cargo: Command) -> Result<ExitCode, String> {
    use std::os::unix::process::CommandExt;
    Err(format!("cannot start cargo: {}", cargo.exec()))
}

#[cfg(not(unix))]
fn replace_process(mut cargo: Command) -> Result<ExitCode, String> {
    let status = cargo.status().map_err(|cause| format!("cannot start cargo: {cause}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_learns_nothing_about_xtask() {
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_LINKS", "OUT_DIR"] {
            assert!(describes_own_package(name), "{name}");
        }
        for name in ["CARGO", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "PATH"] {
            assert!(!describes_own_package(name), "{name}");
        }
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
