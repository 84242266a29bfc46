//! Lance's errors in the engine's words.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

use crate::engine::error::Error as EngineError;

/// An error of an operation on the dataset at `path`, where the dataset itself is sound.
pub(super) fn storage(
    action: &'static str,
    path: &Path,
) -> impl FnOnce(lance::Error) -> EngineError {
    move |source| EngineError::Storage {
        action,
        path: path.into(),
        source: Box::new(Cause::of(&source)),
    }
}

/// An error while opening: what is no missing file and no refusal of the system is damage.
pub(super) fn opening(path: &Path) -> impl FnOnce(lance::Error) -> EngineError {
    move |source| {
        if refused_by_the_system(&source) {
            return storage("open", path)(source);
        }
        EngineError::Damaged { path: path.into(), source: Box::new(Cause::of(&source)) }
    }
}

/// What Lance said of its input.
pub(super) fn said(error: &lance::Error) -> String {
    without_places(&error.to_string()).trim_start_matches("Invalid user input: ").to_owned()
}

/// What Lance said, without the places in its source that its messages end in, and the system's
/// error below it.
#[derive(Debug)]
struct Cause {
    message: String,
    system: Option<io::Error>,
}

impl Cause {
    fn of(error: &lance::Error) -> Self {
        let again = |e: &io::Error| match e.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(e.kind(), e.to_string()),
        };
        Self { message: without_places(&error.to_string()), system: system_error(error).map(again) }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.system.as_ref().map(|error| error as &(dyn Error + 'static))
    }
}

/// The innermost error of the system below an error.
fn system_error(error: &lance::Error) -> Option<&io::Error> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut found = None;
    while let Some(error) = cause {
        found = error.downcast_ref::<io::Error>().or(found);
        cause = error.source();
    }
    found
}

fn without_places(message: &str) -> String {
    let parts = message.split(", ").filter(|part| !part.contains(".rs:"));
    parts.collect::<Vec<_>>().join(", ")
}

fn refused_by_the_system(error: &lance::Error) -> bool {
    let damage = [io::ErrorKind::UnexpectedEof, io::ErrorKind::InvalidData];
    system_error(error).is_some_and(|error| !damage.contains(&error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_do_not_name_places_in_the_librarys_source() {
        let message =
            "Not found: a/b, /x/lance-io-14.0.2/src/utils.rs:224:20, and more, src/y.rs:1:2";
        assert_eq!(without_places(message), "Not found: a/b, and more");
    }
}
