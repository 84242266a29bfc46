//! Reading all files of a bucket through, and holding them against what was noted of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::census::{Census, Need};
use super::shared::Bucket;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::job::Job;
use crate::engine::store::Table;
use crate::engine::sums::{Entry, Finding, Guard, Origin, is_manifest};
use crate::engine::verify_facts::{Damage, FileKind, Verification};
use crate::engine::wal::{Held, Log};

/// How long it waits to be let to note checksums; where another flushes for longer, they are noted another time.
const PATIENCE: Duration = Duration::from_secs(10);

impl Bucket {
    /// Reads every file that a version refers to, the log and its base. Notes checksums of files that had none, where it
    /// may write. Changes nothing else. Meanwhile nobody compacts or cleans up, where it may lock.
    ///
    /// Cost: all bytes of the bucket; the manifests twice. `job` counts bytes.
    /// Cancel: nothing is noted.
    pub(crate) async fn verify(self: &Arc<Self>, job: &Job) -> Result<Verification> {
        let dataset = &self.place.dataset;
        let _maintenance = self.keep_as_it_is().await?;
        let guard =
            self.access.guard().cloned().unwrap_or_else(|| Arc::new(Guard::without_notes(dataset)));
        let mut pass =
            Pass { guard, job: job.clone(), found: empty(self.place.id), seen: Vec::new() };
        let mut census = Census::default();
        if let Some((head, _)) = Table::open_readable(dataset, &self.access).await? {
            let manifests = head.manifest_files()?;
            let (read, sound) = blocking(move || pass.read_manifests(manifests)).await?;
            pass = read;
            collect(&head, sound, &mut pass, &mut census).await?;
        }
        let mut pass = blocking(move || pass.read_all(census)).await?;
        pass.found.damage.extend(self.damage_of_the_log().await?);
        let (seen, mut found) = (std::mem::take(&mut pass.seen), pass.found);
        found.unvouched = seen.len() as u64;
        found.taken_in = self.note_seen(pass.guard, seen).await?;
        Ok(found)
    }

    /// Keeps versions from being removed while they are read; where that cannot be, none of this engine's are.
    async fn keep_as_it_is(self: &Arc<Self>) -> Result<Option<Held>> {
        if self.log_folder().is_none() {
            return Ok(None);
        }
        match self.lock_maintenance(PATIENCE).await {
            Err(Error::Io { .. }) => Ok(None),
            held => held.map(Some),
        }
    }

    async fn damage_of_the_log(&self) -> Result<Option<Damage>> {
        if self.log_folder().is_none() {
            return Ok(None);
        }
        let place = self.log_place.clone();
        let damage = blocking(move || {
            let log = Log::open(&place, None)?;
            Ok(log.and_then(|(log, _)| log.damage().and_then(of_the_log)))
        });
        match damage.await {
            Err(error) => of_the_log(&error).map(Some).ok_or(error),
            read => read,
        }
    }

    /// Notes files that nothing vouched for, where this bucket is the engine's and can be written to.
    async fn note_seen(self: &Arc<Self>, guard: Arc<Guard>, seen: Vec<Entry>) -> Result<u64> {
        if seen.is_empty() || self.access.guard().is_none() {
            return Ok(0);
        }
        let Ok(_flush) = self.lock_flush(PATIENCE).await else { return Ok(0) };
        // A root that cannot be written to is verified all the same.
        let noted = blocking(move || {
            let noted = guard.add_seen(seen)?;
            guard.tidy()?;
            Ok(noted)
        });
        Ok(noted.await.unwrap_or(0))
    }
}

/// Adds the files of these versions, which have sound manifests.
async fn collect(
    head: &Table,
    versions: Vec<(u64, String)>,
    pass: &mut Pass,
    census: &mut Census,
) -> Result<()> {
    for (version, manifest) in versions {
        pass.job.go_on()?;
        let files = async {
            let table = head.at_version(version).await?;
            match table {
                Some(table) => table.files_of_version().await.map(Some),
                None => Ok(None),
            }
        };
        match files.await {
            Ok(Some(files)) => census.add(version, files),
            Ok(None) => {}
            Err(error) => pass.unreadable(&manifest, version, &error),
        }
    }
    Ok(())
}

/// A pass over files.
struct Pass {
    guard: Arc<Guard>,
    job: Job,
    found: Verification,
    seen: Vec<Entry>,
}

impl Pass {
    /// Reads manifests; returns those that may be decoded.
    fn read_manifests(mut self, all: Vec<(u64, String)>) -> Result<(Self, Vec<(u64, String)>)> {
        self.expect(&all);
        let mut sound = Vec::new();
        for (version, name) in all {
            self.found.versions += 1;
            if self.read(&name, Need::of(version))? {
                sound.push((version, name));
            }
        }
        Ok((self, sound))
    }

    fn read_all(mut self, census: Census) -> Result<Self> {
        // Manifests were read before.
        let files = census.into_files().filter(|(name, _)| !is_manifest(name));
        let files: Vec<(Need, String)> = files.map(|(name, need)| (need, name)).collect();
        self.expect(&files);
        for (need, name) in files {
            self.read(&name, need)?;
        }
        self.found.damaged_notes = self.guard.ledger().damaged_lines() as u64;
        Ok(self)
    }

    /// Says how much there is to read.
    fn expect<T>(&self, files: &[(T, String)]) {
        let bytes = files.iter().map(|(_, name)| self.guard.length(name));
        self.job.expect(bytes.sum());
    }

    /// Reads one file; returns whether it may be decoded.
    fn read(&mut self, name: &str, need: Need) -> Result<bool> {
        let (job, mut bytes) = (self.job.clone(), 0);
        let looked = self.guard.look(name, |read| {
            bytes += read;
            job.advance(read);
            job.go_on()
        });
        self.found.files += 1;
        self.found.bytes += bytes;
        let wrong = match looked {
            Ok(finding) => self.count(name, need, &finding),
            Err(Error::Io { source, .. }) => Some(format!("it cannot be read: {source}")),
            Err(error) => return Err(error),
        };
        let is_sound = wrong.is_none();
        let damage = wrong.map(|what| need.damage(self.guard.dataset(), name, what));
        self.found.damage.extend(damage);
        Ok(is_sound)
    }

    /// Counts a file that was read; what is wrong with it, where something is.
    fn count(&mut self, name: &str, need: Need, finding: &Finding) -> Option<String> {
        let wrong = finding.wrong();
        match finding {
            Finding::Sound(Entry { origin: Origin::Written, .. }) => self.found.as_written += 1,
            Finding::Sound(_) => self.found.as_first_seen += 1,
            Finding::Unknown(digest) | Finding::Replaced(digest) => {
                let (path, version) = (name.to_owned(), need.newest());
                let digest = *digest;
                self.seen.push(Entry { path, digest, origin: Origin::Seen, version });
            }
            Finding::Altered { .. } | Finding::Missing => {}
        }
        wrong
    }

    fn unreadable(&mut self, name: &str, version: u64, error: &Error) {
        let what = format!("it cannot be decoded: {error}");
        self.found.damage.push(Need::of(version).damage(self.guard.dataset(), name, what));
    }
}

fn empty(bucket_id: u32) -> Verification {
    Verification {
        bucket_id,
        versions: 0,
        files: 0,
        bytes: 0,
        as_written: 0,
        as_first_seen: 0,
        unvouched: 0,
        taken_in: 0,
        damaged_notes: 0,
        damage: Vec::new(),
    }
}

fn of_the_log(error: &Error) -> Option<Damage> {
    let Error::LogDamaged { path, at, lsn, reason } = error else { return None };
    Some(Damage {
        file: PathBuf::from(path),
        kind: FileKind::Log,
        what: format!("at byte {at}: {reason}; records from log position {lsn} on are at risk"),
        first_offset: None,
        last_offset: None,
        records: 0,
        first_version: None,
        last_version: None,
    })
}
