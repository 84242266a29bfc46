//! How a command ends badly: what went wrong, why, what to do next, and the exit code.

use std::error::Error as _;
use std::io;

use crate::{Error, ErrorKind};

/// A command's result.
pub(crate) type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was tried and failed: exit code 1.
    Failed(Report),
    /// The command line asks for what cannot be: exit code 2.
    WrongUse(Report),
    /// Ctrl-C; what was kept has been said: exit code 130.
    Interrupted,
    /// The signal of this number ended the explorer: exit code 128 and the number.
    Signalled(u8),
    /// Whoever read the output has had enough: a quiet exit code 0.
    BrokenPipe,
}

/// An error in the form it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// The thing, what was expected and what was found.
    pub(crate) message: String,
    /// What lies below it, outermost first.
    pub(crate) causes: Vec<String>,
    /// The next step.
    pub(crate) hint: Option<String>,
}

impl Report {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None }
    }

    /// Its lines: `error: …`, causes, one hint.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let error = format!("error: {}", self.message);
        let causes = self.causes.iter().map(|cause| format!("  cause: {cause}"));
        let hint = self.hint.iter().map(|hint| format!("hint: {hint}"));
        std::iter::once(error).chain(causes).chain(hint)
    }
}

impl Failure {
    /// A failure with a message of its own.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Report::new(message))
    }

    /// A command line that cannot be followed.
    pub(crate) fn wrong_use(message: impl Into<String>) -> Self {
        Self::WrongUse(Report::new(message))
    }

    /// A file operation that failed.
    pub(crate) fn io(what: impl Into<String>, error: &io::Error) -> Self {
        Self::failed(what).because(error.to_string())
    }

    /// Adds a cause below the others.
    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        if let Some(report) = self.report_mut() {
            report.causes.push(cause.into());
        }
        self
    }

    /// Says what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(report) = self.report_mut() {
            report.hint = Some(hint.into());
        }
        self
    }

    /// What to show, where something is to be shown.
    pub(crate) fn report(&self) -> Option<&Report> {
        match self {
            Self::Failed(report) | Self::WrongUse(report) => Some(report),
            Self::Interrupted | Self::Signalled(_) | Self::BrokenPipe => None,
        }
    }

    fn report_mut(&mut self) -> Option<&mut Report> {
        match self {
            Self::Failed(report) | Self::WrongUse(report) => Some(report),
            Self::Interrupted | Self::Signalled(_) | Self::BrokenPipe => None,
        }
    }

    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Failed(_) => 1,
            Self::WrongUse(_) => 2,
            Self::Interrupted => 130,
            Self::Signalled(number) => number.saturating_add(128),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.kind() == ErrorKind::Cancelled {
            return Self::Interrupted;
        }
        let report =
            Report { message: error.to_string(), causes: causes(&error), hint: error.hint() };
        match error {
            Error::InvalidName { what: "topic" | "tag" | "group", .. }
            | Error::InvalidOption { .. } => Self::WrongUse(report),
            _ => Self::Failed(report),
        }
    }
}

/// The chain below an error; a cause that only repeats the line above it is left out.
pub(crate) fn causes(error: &Error) -> Vec<String> {
    let mut lines = Vec::new();
    let mut above = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let line = source.to_string();
        if !above.contains(&line) {
            lines.push(line.clone());
            above = line;
        }
        next = source.source();
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_engine_error_shows_its_cause_and_its_hint() {
        let error = Error::Io {
            action: "write",
            path: PathBuf::from("/full"),
            source: io::Error::from(io::ErrorKind::StorageFull),
        };
        let failure = Failure::from(error);
        let lines: Vec<_> = failure.report().unwrap().lines().collect();
        assert_eq!(lines[0], "error: could not write /full");
        assert_eq!(lines[1], "  cause: no storage space");
        assert!(lines[2].starts_with("hint: the disk is full"), "{lines:?}");
        assert_eq!(failure.exit_code(), 1);
    }

    #[test]
    fn a_topic_name_that_can_never_exist_is_wrong_use() {
        let error = "../x".parse::<crate::TopicName>().unwrap_err();
        assert_eq!(Failure::from(error).exit_code(), 2);
    }

    #[test]
    fn only_failures_are_reported() {
        for (quiet, code) in
            [(Failure::Interrupted, 130), (Failure::Signalled(15), 143), (Failure::BrokenPipe, 0)]
        {
            assert!(quiet.report().is_none());
            assert_eq!(quiet.exit_code(), code);
        }
    }
}
