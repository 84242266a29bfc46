//! What to do about an error: the next step, where there is one to advise.

use std::error::Error as StdError;
use std::io;

use super::error::Error;
use super::import::ImportFault;

impl Error {
    /// The next step, where there is one to advise: one line, without "hint:".
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Altered { .. } => Some("other records are not affected; `lanceq verify TOPIC` lists all damage, `lanceq repair TOPIC --drop-damaged` goes on without what is lost".into()),
            Self::Locked { pid, .. } => Some(match pid {
                Some(pid) => format!("nothing was put. See what process {pid} does; `kill -CONT {pid}` wakes one that was stopped"),
                None => "nothing was put. See what else writes there; a process that was stopped holds its locks".into(),
            }),
            Self::Diverged { .. } => Some("the log is kept, and what is persisted can be read; restore the version before it with the program that changed it".into()),
            Self::InDoubt { .. } => Some("reading works; `lanceq repair TOPIC` compares contents, and ends it with `--drop` (they are persisted) or `--keep` (they are not)".into()),
            Self::Import(ImportFault::Changed { .. }) => Some("nothing was put. Bring the input back as it was, or give the new one a name of its own".into()),
            Self::Import(ImportFault::Unknown { .. }) => Some("nothing was put. Compare the end of the bucket with the input, and put the rest of it as an input of its own".into()),
            Self::LogDamaged { .. } => Some("reading works; `lanceq repair TOPIC` cuts the log there and keeps what it takes away".into()),
            Self::NotDurable { .. } => Some("open the writer again: it writes what the log holds anew. Look at the disk first".into()),
            Self::Mismatch { expected, found, .. } => coercion_hint(expected, found),
            Self::RootNotFound { .. } => {
                Some("name the folder with `--root PATH` or LANCEQ_ROOT; `lanceq put` creates it".into())
            }
            Self::TopicNotFound { inner: Some(inner), .. } => {
                Some(format!("there is a queue_storage in it: --root {}", inner.display()))
            }
            Self::TopicNotFound { .. } => Some("`lanceq ls` lists the topics".into()),
            Self::BranchNotFound { .. } => Some("`lanceq branches TOPIC` lists the branches".into()),
            Self::VersionNotFound { .. } => Some("`lanceq versions TOPIC` lists the versions".into()),
            Self::IndexNotFound { .. } => Some("`lanceq index TOPIC` lists the indexes".into()),
            Self::TagExists { tag, .. } => Some(format!("choose another name, or take it away first: `lanceq tag TOPIC {tag} --delete`")),
            Self::TagNotFound { .. } => Some("`lanceq versions TOPIC` lists versions and their tags".into()),
            Self::Query(fault) => fault.hint(),
            Self::Group { topic, group, fault } => Some(fault.hint(topic, group)),
            Self::Topic { fault, .. } => Some(fault.hint()),
            Self::BufferFull { .. } => Some("flush, or use `put`, which waits".into()),
            Self::TopicDiffers { .. } => {
                Some("leave the option out to use the topic as it is, or choose another topic".into())
            }
            Self::Poisoned { .. } => Some("open the writer again; look at the end of the topic before putting the same records again".into()),
            Self::Damaged { .. } => Some("other topics are not affected; restore the file from a copy, or remove what is damaged".into()),
            Self::Harmful { .. } => Some("other topics are not affected; restore the file from a copy, or have it looked at by who made it".into()),
            Self::LeadsOut { .. } => Some("see who made it; `--follow-links` follows links out of the root (in Rust: `EngineBuilder::follow_links`)".into()),
            Self::ReadOnly { topic, .. } => Some(format!("write it with the program that made it; lanceq reads and follows it. `lanceq adopt {topic}` makes it lanceq's")),
            Self::Io { source, .. } => io_hint(source),
            Self::Storage { source, .. } => io_cause(source.as_ref()).and_then(io_hint),
            _ => None,
        }
    }
}

/// What to do about a value that does not fit: conversion is advised where it could help.
fn coercion_hint(expected: &str, found: &str) -> Option<String> {
    let scalar = |text: &str, kinds: &[&str]| kinds.iter().any(|kind| text.contains(kind));
    let to_text = scalar(expected, &["utf8"]) && !scalar(found, &["list", "object"]);
    let to_number = scalar(expected, &["int", "float"]) && found.starts_with("text");
    (to_text || to_number).then(|| {
        "make the value fit, or let it be converted with `--coerce` (in Rust: `Strictness::Coerce`)".into()
    })
}

/// The operating system's error below an error of the storage library.
fn io_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut cause = Some(error);
    let mut found = None;
    while let Some(error) = cause {
        // The innermost counts: the library wraps them in errors of the same type.
        found = error.downcast_ref::<io::Error>().or(found);
        cause = error.source();
    }
    found
}

fn io_hint(error: &io::Error) -> Option<String> {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; nothing is torn, and the call works again once there is room"
        }
        io::ErrorKind::PermissionDenied => "check who owns the folder and its permissions",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only",
        _ => return None,
    };
    Some(hint.into())
}
