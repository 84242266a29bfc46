//! Lance's errors in the engine's words.

use std::path::Path;

use crate::engine::error::Error;

/// An error of an operation on the dataset at `path`, where the dataset itself is sound.
pub(super) fn storage(action: &'static str, path: &Path) -> impl FnOnce(lance::Error) -> Error {
    move |source| Error::Storage { action, path: path.into(), source: Box::new(source) }
}

/// An error while opening: what is no missing file and no refusal of the system is damage.
pub(super) fn opening(path: &Path) -> impl FnOnce(lance::Error) -> Error {
    move |source| {
        if refused_by_the_system(&source) {
            return storage("open", path)(source);
        }
        Error::Damaged { path: path.into(), source: Box::new(source) }
    }
}

fn refused_by_the_system(error: &lance::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return !matches!(
                io.kind(),
                std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData
            );
        }
        cause = error.source();
    }
    false
}
