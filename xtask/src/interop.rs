//! Runs `tests/interop/run.py` on the built `lanceq` with the real pylance, in a virtual environment kept between runs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{cargo, ci};

/// The release of pylance, the same as the `lance` crate's; `tests/interop/requirements.txt` installs it.
const PYLANCE: &str = "14.0.2";

/// Builds the program and runs the driver. Without Python or its packages this fails where `CI` is set; elsewhere it
/// says that it was skipped.
pub(crate) fn check() -> Result<(), String> {
    let python = match environment() {
        Ok(python) => python,
        Err(cause) if in_ci() => return Err(cause),
        Err(cause) => {
            eprintln!("skipped: {cause}");
            return Ok(());
        }
    };
    ci::finish(&mut cargo::command(&["build", "--bin", "lanceq"])?)?;
    let driver = scripts().join("run.py");
    ci::finish(Command::new(python).arg(driver).arg("--lanceq").arg(program()?))
}

fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

fn scripts() -> PathBuf {
    cargo::root().join("tests").join("interop")
}

/// The program stands beside this one: both are built by one cargo into one folder.
fn program() -> Result<PathBuf, String> {
    let own = env::current_exe().map_err(|cause| format!("cannot name this program: {cause}"))?;
    Ok(own.with_file_name(format!("lanceq{}", env::consts::EXE_SUFFIX)))
}

/// Returns the interpreter of the virtual environment, which is made first where it is missing or broken.
fn environment() -> Result<PathBuf, String> {
    let folder = cache()?.join("lanceq").join(format!("venv-pylance-{PYLANCE}"));
    let python = folder.join("bin").join("python");
    if !has_libraries(&python) {
        eprintln!("making {} (once)", folder.display());
        ci::finish(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        ci::finish(Command::new(&python).args(pip).arg(scripts().join("requirements.txt")))?;
    }
    if has_libraries(&python) {
        Ok(python)
    } else {
        Err(format!("pylance {PYLANCE} or what is beside it is missing in {}", folder.display()))
    }
}

fn cache() -> Result<PathBuf, String> {
    let chosen = env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    chosen.or_else(home).ok_or_else(|| "neither XDG_CACHE_HOME nor HOME is set".to_owned())
}

fn has_libraries(python: &Path) -> bool {
    let test = format!(
        "import duckdb, lance, numpy, pyarrow, sys; sys.exit(lance.__version__ != '{PYLANCE}')"
    );
    let quiet = Command::new(python).args(["-c", &test]).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
