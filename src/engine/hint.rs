//! The next step after an error that came from below: of a value that does not fit, of the operating system.

use std::error::Error;
use std::io;

/// What to do about a value that does not fit: conversion is advised where it could help.
pub(super) fn of_value(expected: &str, found: &str) -> Option<String> {
    let scalar = |text: &str, kinds: &[&str]| kinds.iter().any(|kind| text.contains(kind));
    let to_text = scalar(expected, &["utf8"]) && !scalar(found, &["list", "object"]);
    let to_number = scalar(expected, &["int", "float"]) && found.starts_with("text");
    (to_text || to_number).then(|| {
        "make the value fit, or let it be converted with `--coerce` (in Rust: `Strictness::Coerce`)".into()
    })
}

/// What to do about the operating system's error below an error of the storage library.
pub(super) fn below(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    let mut found = None;
    while let Some(error) = cause {
        // The innermost counts: the library wraps them in errors of the same type.
        found = error.downcast_ref::<io::Error>().or(found);
        cause = error.source();
    }
    found.and_then(of_system)
}

/// What to do about an error of the operating system.
pub(super) fn of_system(error: &io::Error) -> Option<String> {
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
