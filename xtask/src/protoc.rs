//! Finds a protobuf compiler that can build Lance: the user's own, else the one that comes as a crate.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// What Lance's build asks of a compiler: the well-known types, and optional fields in proto3.
/// Distributions ship compilers without the first, and versions before 3.12 lack the second.
const PROBE: &str = "\
syntax = \"proto3\";
import \"google/protobuf/any.proto\";
import \"google/protobuf/empty.proto\";
import \"google/protobuf/timestamp.proto\";
message Probe { optional uint64 number = 1; google.protobuf.Any any = 2; }
";

/// Returns the value for `PROTOC`: the one already set, else a `protoc` on `PATH` that passes the probe, else the
/// vendored one.
pub(crate) fn find() -> Result<OsString, String> {
    if let Some(chosen) = env::var_os("PROTOC").filter(|value| !value.is_empty()) {
        return Ok(chosen);
    }
    if let Some(found) = on_path().filter(|found| works(found)) {
        return Ok(found);
    }
    match protoc_bin_vendored::protoc_bin_path() {
        Ok(vendored) if works(vendored.as_os_str()) => Ok(vendored.into_os_string()),
        Ok(vendored) => Err(missing(&format!("{} does not run here", vendored.display()))),
        Err(cause) => Err(missing(&cause.to_string())),
    }
}

fn missing(cause: &str) -> String {
    format!(
        "building Lance needs `protoc` 3.12 or later with its include files, and none was found: {cause}\n\
         hint: install the protobuf compiler of your system, or set PROTOC to the path of one"
    )
}

fn on_path() -> Option<OsString> {
    let name = format!("protoc{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&name))
        .find(|candidate| candidate.is_file())
        .map(Into::into)
}

fn works(protoc: &OsStr) -> bool {
    let scratch = env::temp_dir().join(format!("lanceq-protoc-{}", std::process::id()));
    let compiled = compile_probe(protoc, &scratch).unwrap_or(false);
    // A probe left behind harms nobody, and there is nobody to tell.
    drop(fs::remove_dir_all(&scratch));
    compiled
}

fn compile_probe(protoc: &OsStr, scratch: &Path) -> io::Result<bool> {
    fs::create_dir_all(scratch)?;
    fs::write(scratch.join("probe.proto"), PROBE)?;
    let status = Command::new(protoc)
        .current_dir(scratch)
        .args([
            "--experimental_allow_proto3_optional",
            "-I",
            ".",
            "--descriptor_set_out",
            "probe.bin",
        ])
        .arg("probe.proto")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_passes_the_probe_is_taken_and_nothing_else() {
        let vendored = protoc_bin_vendored::protoc_bin_path().expect("vendored for this platform");
        assert!(works(vendored.as_os_str()), "{}", vendored.display());
        assert!(!works("false".as_ref()));
        assert!(!works("/nowhere/protoc".as_ref()));
    }
}
