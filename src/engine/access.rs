//! How the files below a root may be reached: which links are followed, who tries a read first, and what it all comes to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Error, Result};
use super::fault;
use super::screen::{Look, Piece, Screen, Verdict};
use super::sums::{Guard, Trust};
use super::tally::Tally;

/// What a handle on files may do. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    /// No link may lead out of this folder; none where links may lead anywhere.
    root: Option<Arc<Path>>,
    screen: Option<Arc<dyn Screen>>,
    /// Nothing vouches for the bytes: another program wrote them.
    is_unknown: bool,
    /// Holds files against their checksums before they are decoded.
    guard: Option<Arc<Guard>>,
    /// Counts what is read.
    tally: Arc<Tally>,
}

impl Access {
    /// Reaches what lies below a root, and nothing else.
    pub(crate) fn within(root: &Path) -> Self {
        Self { root: Some(root.into()), ..Self::default() }
    }

    /// Links may lead anywhere.
    pub(crate) fn following_links(self) -> Self {
        Self { root: None, ..self }
    }

    /// Reads of bytes that nothing vouches for are tried by a screen first.
    pub(crate) fn screened(self, screen: Option<Arc<dyn Screen>>) -> Self {
        Self { screen, ..self }
    }

    /// The same, with a count of its own.
    pub(crate) fn counted(&self) -> Self {
        Self { tally: Arc::default(), ..self.clone() }
    }

    /// What was read through it.
    pub(crate) fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// The same for files that another program wrote.
    pub(crate) fn to_unknown(&self) -> Self {
        Self { is_unknown: true, ..self.clone() }
    }

    /// The same for a dataset whose files have checksums beside it.
    pub(crate) fn guarded(&self, dataset: &Path) -> Self {
        Self { guard: Some(Arc::new(Guard::of(dataset))), ..self.clone() }
    }

    /// The same for a dataset below this one, which has no checksums.
    pub(crate) fn to_unguarded(&self) -> Self {
        Self { guard: None, ..self.to_unknown() }
    }

    /// The checksums of the dataset's files, where it has any.
    pub(crate) fn guard(&self) -> Option<&Arc<Guard>> {
        self.guard.as_ref()
    }

    /// What may be done with these files of the dataset, which are held against their checksums: as before, or, where one
    /// has none, as with those of another program. Blocks the first time it sees a file.
    ///
    /// # Errors
    /// [`Error::Altered`] where one is not what was written.
    pub(crate) fn to_files(&self, files: impl IntoIterator<Item = String>) -> Result<Self> {
        let Some(guard) = &self.guard else { return Ok(self.clone()) };
        let mut is_unknown = self.is_unknown;
        for file in files {
            is_unknown |= guard.check(&file)? == Trust::Unknown;
        }
        Ok(Self { is_unknown, ..self.clone() })
    }

    /// Whether values must be checked here, because nothing vouches for them and nobody else has.
    pub(crate) fn must_validate(&self) -> bool {
        self.is_unknown && self.screen.is_none()
    }

    /// Whether a read has to be tried first.
    pub(crate) fn has_to_ask(&self) -> bool {
        self.is_unknown && self.screen.is_some()
    }

    /// Whether nothing vouches for what is read.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_unknown
    }

    /// Whether there is one who tries reads.
    pub(crate) fn has_screen(&self) -> bool {
        self.screen.is_some()
    }

    /// Has a read tried by the screen, where there is one and nothing vouches for what is read.
    ///
    /// # Errors
    /// [`Error::Harmful`] where it must not be done here.
    pub(crate) async fn ask(&self, dataset: &Path, version: u64, piece: Piece) -> Result<()> {
        let Some(screen) = self.screen.as_ref().filter(|_| self.is_unknown) else { return Ok(()) };
        if !fault::is_on(dataset, "screen") {
            return Ok(());
        }
        let untried = Error::io("try a read in another process of", dataset);
        let judged = match Look::new(dataset, version, piece) {
            Ok(look) => screen.judge(&look).await,
            Err(error) => Err(error),
        };
        match judged {
            Ok(Verdict::Harmless) => Ok(()),
            Ok(Verdict::Harmful(reason)) => Err(Error::Harmful { path: dataset.into(), reason }),
            Err(error) => Err(untried(error)),
        }
    }

    /// Refuses a path below the root of which a part is a link that leads out of it. Blocks; costs a `stat` for each part.
    ///
    /// Whoever can change the folders meanwhile is not kept from anything by this.
    ///
    /// # Errors
    /// [`Error::LeadsOut`], which names the link and where it leads.
    pub(crate) fn check(&self, path: &Path) -> Result<()> {
        let Some(root) = &self.root else { return Ok(()) };
        let Ok(below) = path.strip_prefix(root) else { return check_target(root, path) };
        let mut reached = root.to_path_buf();
        for part in below.components() {
            reached.push(part);
            match fs::symlink_metadata(&reached) {
                Ok(found) if found.is_symlink() => check_target(root, &reached)?,
                Ok(_) => {}
                // What is not there leads nowhere; what cannot be looked at is said by who reads it.
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// As [`check`](Self::check), for a folder and each name in it.
    pub(crate) fn check_folder(&self, folder: &Path) -> Result<()> {
        let Some(root) = &self.root else { return Ok(()) };
        self.check(folder)?;
        let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
        let is_link = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let mut links = entries.flatten().filter(is_link);
        links.try_for_each(|link| check_target(root, &link.path()))
    }

    /// Refuses a name that a file gives for another file, where that lies outside of `folder`.
    pub(crate) fn check_name(&self, folder: &Path, name: &str) -> Result<()> {
        let is_plain = |part| matches!(part, std::path::Component::Normal(_));
        if self.root.is_none() || Path::new(name).components().all(is_plain) {
            return Ok(());
        }
        Err(Error::LeadsOut { link: folder.into(), target: name.into() })
    }

    /// Refuses a folder that a file names, where it lies outside of the root.
    pub(crate) fn check_base(&self, named_in: &Path, base: &str) -> Result<()> {
        let Some(root) = &self.root else { return Ok(()) };
        let real = local_path(base).and_then(|path| fs::canonicalize(path).ok());
        match (real, fs::canonicalize(root)) {
            (Some(real), Ok(root)) if real.starts_with(&root) => Ok(()),
            _ => Err(Error::LeadsOut { link: named_in.into(), target: base.into() }),
        }
    }
}

/// The path of a folder that a file names, as a path or as a URL, where it lies on a disk of this machine.
pub(crate) fn local_path(folder: &str) -> Option<PathBuf> {
    match url::Url::parse(folder) {
        Ok(url) => url.to_file_path().ok(),
        Err(_) => Some(PathBuf::from(folder)),
    }
}

/// Whether a path, all links followed, lies below the root. The root may be a link itself.
fn check_target(root: &Path, path: &Path) -> Result<()> {
    let inside = |target: &Path| fs::canonicalize(root).is_ok_and(|root| target.starts_with(root));
    let target = match fs::canonicalize(path) {
        Ok(target) if inside(&target) => return Ok(()),
        Ok(target) => target,
        Err(e) if e.kind() == io::ErrorKind::NotFound && !path.is_symlink() => return Ok(()),
        // What it leads to is not there, and would be made there by whoever writes.
        Err(_) => fs::read_link(path).unwrap_or_else(|_| path.into()),
    };
    Err(Error::LeadsOut { link: path.into(), target })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn root() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("topic/bucket_0")).unwrap();
        fs::create_dir(folder.path().join("outside")).unwrap();
        (folder, root)
    }

    #[test]
    fn links_within_the_root_are_followed_and_those_out_of_it_are_refused() {
        let (folder, root) = root();
        symlink("topic", root.join("within")).unwrap();
        symlink("../outside", root.join("out")).unwrap();
        symlink("../nowhere", root.join("dangling")).unwrap();
        symlink(folder.path().join("outside"), root.join("topic/bucket_0/wal")).unwrap();
        let access = Access::within(&root);
        assert!(access.check(&root.join("within/bucket_0")).is_ok());
        assert!(access.check(&root.join("not/there")).is_ok());
        for out in ["out", "out/deeper", "dangling", "topic/bucket_0/wal/1.wal"] {
            let error = access.check(&root.join(out)).unwrap_err();
            assert!(matches!(error, Error::LeadsOut { .. }), "{out}: {error}");
        }
        assert!(access.check_folder(&root.join("topic/bucket_0")).is_err());
        assert!(access.clone().following_links().check(&root.join("out")).is_ok());
    }

    #[test]
    fn the_root_may_be_a_link() {
        let (folder, root) = root();
        let link = folder.path().join("link");
        symlink(&root, &link).unwrap();
        symlink("topic", link.join("within")).unwrap();
        symlink("../outside", link.join("out")).unwrap();
        let access = Access::within(&link);
        assert!(access.check(&link.join("topic/bucket_0")).is_ok());
        assert!(access.check(&link.join("within")).is_ok());
        assert!(access.check(&link.join("out")).is_err());
    }

    #[test]
    fn names_and_bases_that_lie_elsewhere_are_refused() {
        let (folder, root) = root();
        let access = Access::within(&root);
        assert!(access.check_name(&root, "a.lance").is_ok());
        for name in ["../a.lance", "/etc/passwd", "x/../../a"] {
            assert!(access.check_name(&root, name).is_err(), "{name}");
        }
        assert!(access.check_base(&root, root.join("topic").to_str().unwrap()).is_ok());
        let outside = folder.path().join("outside");
        for base in [outside.to_str().unwrap(), "s3://bucket/x", "/nowhere", "file:///etc"] {
            assert!(access.check_base(&root, base).is_err(), "{base}");
        }
    }
}
