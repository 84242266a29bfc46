//! Checksums of what is committed: noted by who wrote it, taken in where another program did.
//!
//! A commit that is durable has happened, whatever becomes of its checksums: what cannot be noted is said in the log of the
//! program, and taken in later.

use super::table::Table;
use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::sums::Entry;

impl Table {
    /// Notes data files that were written for the version behind this one. Needs the flush lock.
    ///
    /// Before the commit, so that nobody who sees them in a version finds nothing that vouches for them.
    pub(super) async fn note_staged(&self, files: Vec<String>) {
        let Some(guard) = self.access.guard().cloned() else { return };
        let version = self.version() + 1;
        self.tell(blocking(move || guard.add_written(&files, version)).await);
    }

    /// Reads files that were just written through.
    pub(super) async fn read_sums(&self, files: Vec<String>) -> Vec<Entry> {
        let Some(guard) = self.access.guard().cloned() else { return Vec::new() };
        let version = self.version();
        let read = blocking(move || guard.read_written(&files, version)).await;
        read.unwrap_or_else(|error| {
            self.tell(Err(error));
            Vec::new()
        })
    }

    /// As [`note_staged`](Self::note_staged), of files that were read through before. Needs the flush lock.
    pub(super) async fn note_sums(&self, sums: Vec<Entry>) {
        let Some(guard) = self.access.guard().cloned() else { return };
        let version = self.version() + 1;
        let sums: Vec<Entry> = sums.into_iter().map(|entry| Entry { version, ..entry }).collect();
        self.tell(blocking(move || guard.ledger().add(&sums)).await);
    }

    /// Takes in the files of this version that no entry is of, and the manifests since another one. Needs the flush lock.
    ///
    /// Cost: a look-up where this engine committed the version, as whatever is in it was taken in before that. Else one
    /// for each file, and the bytes of those that are new, 64 MiB at most.
    pub(crate) async fn take_in(&self, since: u64) {
        let Some(guard) = self.access.guard().cloned() else { return };
        let (version, manifest) = (self.version(), self.manifest_file());
        if manifest.is_some_and(|manifest| guard.is_written(&manifest).unwrap_or(false)) {
            return;
        }
        let between = (since + 1..version).filter_map(|version| self.manifest_file_of(version));
        let noted = async {
            let own = self.files_of_version().await?.into_iter().map(|file| file.path);
            let files: Vec<String> = own.chain(between).collect();
            blocking(move || guard.take_in(&files, version)).await
        };
        self.tell(noted.await);
    }

    /// What may be done with the files of a fragment, once they were held against their checksums.
    ///
    /// # Errors
    /// [`Error::Altered`], with the offsets at risk.
    pub(super) async fn vouched(&self, fragment: u64) -> Result<Access> {
        let Some(guard) = self.access.guard() else { return Ok(self.access.clone()) };
        let files = self.fragment_files(fragment);
        if files.iter().all(|file| guard.is_checked(file)) {
            return Ok(self.access.clone());
        }
        let access = self.access.clone();
        let vouched = blocking(move || access.to_files(files)).await;
        vouched.map_err(|error| self.with_offsets(error, fragment))
    }

    /// Holds files of a fragment against their checksums, however long they are.
    ///
    /// # Errors
    /// As [`vouched`](Self::vouched).
    pub(super) async fn read_through(&self, fragment: u64, files: Vec<String>) -> Result<()> {
        let Some(guard) = self.access.guard().cloned() else { return Ok(()) };
        let read = move || files.iter().try_for_each(|file| guard.check_whole(file).map(drop));
        blocking(read).await.map_err(|error| self.with_offsets(error, fragment))
    }

    fn with_offsets(&self, error: Error, fragment: u64) -> Error {
        match error {
            Error::Altered { path, expected, found, .. } => {
                let mut spans = self.index().spans_from(0).iter();
                let span = spans.find(|span| span.fragment == fragment);
                let offsets = span.map(|span| (span.first, span.last));
                Error::Altered { path, expected, found, offsets }
            }
            other => other,
        }
    }

    fn tell(&self, noted: Result<()>) {
        if let Err(error) = noted {
            tracing::warn!(dataset = %self.path.display(), version = self.version(), %error, "checksums could not be noted; the next flush tries again");
        }
    }
}
