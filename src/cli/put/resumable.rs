//! Imports that can be resumed: which file it is, and where an earlier run of the same command had come to.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::cli::args::PutArgs;
use crate::cli::failure::{Failure, Result};
use crate::cli::output::narrate;
use crate::{Import, Writer};

/// Bytes of a file's head that its stamp covers.
const HEAD: u64 = 64 << 10;

/// What is imported, where it is to be resumed.
pub(super) fn import(args: &PutArgs) -> Result<Option<Import>> {
    let Some(path) = args.file.as_deref().filter(|_| args.resume) else { return Ok(None) };
    if !path.is_file() {
        return Err(Failure::wrong_use(format!("{} cannot be resumed", path.display()))
            .hint("--resume needs a file that is there to be read again: write what comes from a pipe into one first"));
    }
    let unreadable =
        |error: io::Error| Failure::io(format!("could not read {}", path.display()), &error);
    let name = fs::canonicalize(path).map_err(unreadable)?;
    let mut stamp = stamp(path).map_err(unreadable)?;
    if let Some(format) = args.input_format {
        stamp = format!("{stamp}, read as {format:?}");
    }
    Ok(Some(Import::new(name.to_string_lossy(), stamp)))
}

/// What is another one when the file is.
fn stamp(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head)?;
    let changed: DateTime<Utc> = about.modified()?.into();
    let changed = changed.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let (bytes, sum) = (about.len(), crc32c::crc32c(&head));
    Ok(format!("{bytes} bytes of {changed}, head {sum:08x}"))
}

/// Says where it goes on; whether there is nothing left to put.
pub(super) fn is_over(args: &PutArgs, writer: &Writer) -> bool {
    let (Some(progress), Some(file)) = (writer.import_progress(), &args.file) else { return false };
    let (file, topic) = (file.display(), &args.topic);
    if progress.is_done {
        narrate(format!("{file} is in {topic} already, all {} records of it", progress.next));
    } else if progress.next > 0 {
        narrate(format!("going on with {file} behind record {}", progress.next));
    } else if !progress.is_begun && writer.schema().is_some() {
        narrate(format!(
            "note: no import of {file} with --resume is noted in {topic}; all of it is put"
        ));
    }
    progress.is_done
}
