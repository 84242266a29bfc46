//! The Python sides: scripts in `benches/python`, in a virtual environment that is kept between runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PERSISTING: &str = "0.3.0";

/// A script with its interpreter; none, and a line that says why, where Python or its packages cannot be had.
pub(crate) fn script(name: &str) -> Option<Command> {
    match environment() {
        Ok(python) => {
            let mut command = Command::new(python);
            command.arg(scripts().join(name)).stdout(Stdio::piped());
            Some(command)
        }
        Err(cause) => {
            println!("  without the Python side: {cause}");
            None
        }
    }
}

/// Runs a script to its end; what it printed.
pub(crate) fn output(mut script: Command) -> String {
    let output = script.output().unwrap();
    assert!(output.status.success(), "{script:?}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

fn environment() -> Result<PathBuf, String> {
    let folder = cache()?.join("lanceq").join(format!("venv-persisting-{PERSISTING}"));
    let python = folder.join("bin/python");
    if !is_complete(&python) {
        eprintln!("making {} (once)", folder.display());
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let interop = scripts().join("../../tests/interop/requirements.txt");
        pip(&python, &interop, &[])?;
        pip(&python, &scripts().join("requirements.txt"), &["--no-deps"])?;
    }
    if is_complete(&python) {
        Ok(python)
    } else {
        Err(format!("no persisting {PERSISTING} in {}", folder.display()))
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/python")
}

fn cache() -> Result<PathBuf, String> {
    let chosen = std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty());
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    chosen
        .map(PathBuf::from)
        .or_else(home)
        .ok_or_else(|| "neither XDG_CACHE_HOME nor HOME is set".to_owned())
}

fn is_complete(python: &Path) -> bool {
    let test = "import lance, numpy, pyarrow; from persisting.queue import LanceBackend";
    let quiet = Command::new(python).args(["-c", test]).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn pip(python: &Path, requirements: &Path, options: &[&str]) -> Result<(), String> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(options);
    run(pip.arg("--requirement").arg(requirements))
}

fn run(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(cause) => Err(format!("{command:?}: {cause}")),
    }
}
