//! The program on the root of the soak, and numbers that look random.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::torture;

pub(crate) const TOPIC: &str = "t";
const SCHEMA: &str = r#"{"series":"int64","n":"int64","v":"vector(2)"}"#;

/// How the program is started.
pub(crate) struct Program {
    path: PathBuf,
    root: PathBuf,
    pub(crate) schema: PathBuf,
}

impl Program {
    pub(crate) fn on(root: &Path) -> Result<Self, String> {
        let path = torture::target()?.join("debug").join("lanceq");
        let schema = root.with_extension("schema.json");
        fs::write(&schema, SCHEMA).map_err(|cause| format!("{}: {cause}", schema.display()))?;
        Ok(Self { path, root: root.to_path_buf(), schema })
    }

    /// A command on the topic; what it says on stderr is the user's to see.
    pub(crate) fn command(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.arg("--root").arg(&self.root).arg(verb).arg(TOPIC).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// A generator of its own for each thread.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A time between two numbers of milliseconds.
    pub(crate) fn pause(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.roll(to - from))
    }
}
