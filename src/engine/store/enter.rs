//! The one way into a version. Lance does not refuse every damaged manifest, it panics at some: one that is cut short is
//! refused before Lance sees it, and what Lance panics at all the same is damage too.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures::FutureExt;

use super::failure::opening;
use super::heal::torn;
use crate::engine::access::Access;
use crate::engine::error::{Error, Result};
use crate::engine::layout::VERSIONS;
use crate::engine::screen::Piece;

/// Lets Lance read a version of the dataset at `path`; its manifest is looked at first, where its name is known, and
/// then the screen tries what of which version is read, where that is known.
///
/// Cost: one read of four bytes besides, and the first time its bytes, which are held against their checksum.
///
/// # Errors
/// [`Error::Altered`] where the manifest is not the one that was written;
/// [`Error::Damaged`] where the version cannot be read, whatever Lance makes of it; [`Error::LeadsOut`] where it lies
/// elsewhere.
pub(super) async fn enter<T: Send>(
    path: &Path,
    manifest: Option<&Path>,
    access: &Access,
    first: Option<(u64, Piece)>,
    read: impl Future<Output = lance::Result<T>> + Send,
) -> Result<T> {
    manifest.map_or(Ok(()), |manifest| access.check(manifest))?;
    // What cannot be looked at, Lance says in its own words.
    if let Some(Ok(Some(reason))) = manifest.map(torn) {
        return Err(Error::Damaged { path: path.into(), source: reason.into() });
    }
    let vouched = manifest.map(|manifest| to_manifest(access, manifest)).transpose()?;
    if let Some((version, piece)) = first {
        vouched.as_ref().unwrap_or(access).ask(path, version, piece).await?;
    }
    let read = async { read.boxed().await.map_err(opening(path)) };
    guarded(path, read).await
}

/// What may be done with a manifest, once it was held against its checksum.
fn to_manifest(access: &Access, manifest: &Path) -> Result<Access> {
    let name = manifest.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    access.to_files([format!("{VERSIONS}/{name}")])
}

/// Turns a panic of Lance over what it read of the dataset at `path` into an error.
pub(super) async fn guarded<T>(
    path: &Path,
    read: impl Future<Output = Result<T>> + Send,
) -> Result<T> {
    // Nothing that a panic could leave half done outlives it: what is read is new.
    AssertUnwindSafe(read).catch_unwind().boxed().await.unwrap_or_else(|panic| {
        let source = format!("its reader failed at it: {}", text_of(panic.as_ref())).into();
        Err(Error::Damaged { path: path.into(), source })
    })
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it gave no reason")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::ErrorKind;

    #[tokio::test]
    async fn a_panic_over_what_is_read_is_damage() {
        let read = async { panic!("no such field") };
        let error: Error = guarded::<()>(Path::new("x.lance"), read).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source, "its reader failed at it: no such field");
    }
}
