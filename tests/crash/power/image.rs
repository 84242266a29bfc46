//! An ext4 file system in a file, on a loop device, which can be cut off as by a power failure.
//!
//! The system call that shuts a file system down lets nothing more reach the disk, not even the journal: what was not
//! synced is gone after the next mount. It needs root, loop devices and Perl, which makes the call: the package
//! forbids `unsafe`, and each safe way to it in Rust ends in some.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::model::folder;
use crate::scratch::keep;

/// By this name, what a killed run left mounted is found by the next one.
const NAME: &str = "lanceq-power-";
const SIZE: u64 = 256 << 20;
/// Opens the folder, says that it is ready, waits for a line, and shuts the file system down without its journal.
const CUT: &str = r#"
    $| = 1;
    open(my $folder, "<", $ARGV[0]) or die "open: $!";
    print "ready\n";
    <STDIN>;
    my $no_log_flush = pack("L", 2);
    ioctl($folder, 0x8004587d, $no_log_flush) or die "shutdown: $!";
    print "cut\n";
"#;

/// A disk. It is unmounted and removed when dropped, whatever happened.
pub(crate) struct Image {
    folder: TempDir,
    /// Locked for as long as the run lives, so that no other one takes it for a leftover.
    _alive: File,
}

/// A hand on the switch: what takes time is done before.
pub(crate) struct Switch(Child, BufReader<std::process::ChildStdout>);

impl Image {
    /// A new, mounted disk with nothing on it.
    ///
    /// # Errors
    /// Where this machine cannot make one, as a sentence.
    pub(crate) fn new() -> Result<Self, String> {
        let scratch = folder();
        let base = scratch.path().parent().ok_or("no temporary folder")?;
        remove_leftovers(base);
        let folder = tempfile::Builder::new().prefix(NAME).tempdir_in(base);
        let folder = folder.map_err(|e| e.to_string())?;
        let alive = hold(folder.path()).map_err(|e| format!("cannot lock: {e}"))?;
        fs::create_dir(folder.path().join("disk")).map_err(|e| e.to_string())?;
        run(Command::new("perl").args(["-e", "1"]))?;
        let image = Self { folder, _alive: alive };
        image.make()?;
        image.mount()?;
        Ok(image)
    }

    /// The root of what is on it.
    pub(crate) fn root(&self) -> PathBuf {
        self.disk().join("root")
    }

    /// Replaces the disk by a new one.
    pub(crate) fn renew(&self) -> Result<(), String> {
        self.unmount()?;
        self.make()?;
        self.mount()
    }

    /// Gets ready to cut it off.
    pub(crate) fn switch(&self) -> Result<Switch, String> {
        let mut perl = Command::new("perl");
        perl.args(["-e", CUT]).arg(self.disk());
        perl.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = perl.spawn().map_err(|e| format!("perl: {e}"))?;
        let out = BufReader::new(child.stdout.take().ok_or("perl has no output")?);
        let mut switch = Switch(child, out);
        switch.hears("ready")?;
        Ok(switch)
    }

    /// What the disk holds after the cut, once nobody uses it any more.
    pub(crate) fn boot(&self) -> Result<(), String> {
        self.unmount()?;
        self.mount()
    }

    fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn make(&self) -> Result<(), String> {
        let file = File::create(self.file()).and_then(|file| file.set_len(SIZE));
        file.map_err(|e| e.to_string())?;
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(self.file()))
    }

    /// With a journal that is written each second: names reach the disk long before bytes that nobody synced.
    fn mount(&self) -> Result<(), String> {
        let options = ["-t", "ext4", "-o", "loop,noatime,commit=1"];
        run(Command::new("mount").args(options).arg(self.file()).arg(self.disk()))
    }

    fn unmount(&self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match run(Command::new("umount").arg(self.disk())) {
                // Somebody who was killed has not let go of it yet.
                Err(busy) if busy.contains("busy") && begun.elapsed().as_secs() < 10 => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                done => return done,
            }
        }
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        keep(self.folder.path());
        let_go(&self.disk());
    }
}

impl Switch {
    /// Cuts; what was not on the disk by now never will be. Returns when it was begun.
    pub(crate) fn cut(mut self) -> Result<Instant, String> {
        let begun = Instant::now();
        let mut line = self.0.stdin.take().ok_or("perl has no input")?;
        line.write_all(b"\n").map_err(|e| format!("perl: {e}"))?;
        self.hears("cut")?;
        Ok(begun)
    }

    fn hears(&mut self, word: &str) -> Result<(), String> {
        let mut line = String::new();
        self.1.read_line(&mut line).map_err(|e| format!("perl: {e}"))?;
        if line.trim() == word { Ok(()) } else { Err(format!("perl said {line:?}, not {word}")) }
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A locked file, which gets its name once it is locked.
fn hold(folder: &Path) -> std::io::Result<File> {
    let file = File::create(folder.join("alive.new"))?;
    file.lock()?;
    fs::rename(folder.join("alive.new"), folder.join("alive"))?;
    Ok(file)
}

/// Unmounts and removes the disks of runs that were killed.
fn remove_leftovers(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(NAME);
        let alive = is_ours.then(|| File::open(entry.path().join("alive")));
        if let Some(Ok(alive)) = alive
            && alive.try_lock().is_ok()
        {
            let_go(&entry.path().join("disk"));
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Unmounts, also where somebody uses it still: the loop device goes with its last user.
fn let_go(disk: &Path) {
    drop(run(Command::new("umount").arg("--lazy").arg(disk)));
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {}: {}", output.status, said.trim()))
}
