//! An error as a value that can be kept in the state and shown.

use std::error::Error as StdError;

use crate::{Error, ErrorKind, files};

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// One line: the error and its causes.
    pub(crate) message: String,
    /// The next step, where there is one to advise.
    pub(crate) hint: Option<String>,
    /// Whether the thing simply does not exist.
    pub(crate) missing: bool,
}

impl Fault {
    /// An error and its causes, in one line.
    pub(crate) fn told(error: &Error) -> String {
        with_causes(error)
    }

    /// The innermost cause, for where there is little room.
    pub(crate) fn brief(&self) -> &str {
        // What the storage library says of a file that a power cut left without its bytes.
        if self.message.contains("for object of size 0 bytes") {
            return "a file of it is empty";
        }
        let first_line = self.message.lines().next().unwrap_or_default();
        first_line.rsplit(": ").find(|part| !part.trim().is_empty()).unwrap_or_default()
    }

    /// A fault of the explorer itself.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, missing: false }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self {
            message: with_causes(&error),
            hint: error.hint(),
            missing: error.kind() == ErrorKind::NotFound,
        }
    }
}

impl From<files::Fault> for Fault {
    fn from(fault: files::Fault) -> Self {
        match &fault {
            files::Fault::Form { reason, .. } => Self::new(format!("{fault}: {reason}")),
            _ => Self::new(with_causes(&fault)),
        }
    }
}

/// The error and its causes, each said once.
fn with_causes(error: &dyn StdError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_cause_is_the_innermost_one() {
        for (message, brief) in [
            (
                "/q is damaged: LanceError(IO): range 0..0 for object of size 0 bytes",
                "a file of it is empty",
            ),
            ("/q is damaged: EOF while parsing: a list", "a list"),
            ("gone", "gone"),
            ("gone: ", "gone"),
            ("", ""),
        ] {
            assert_eq!(Fault::new(message).brief(), brief, "{message}");
        }
    }

    #[test]
    fn a_fault_tells_the_cause_and_the_next_step() {
        let source = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let fault = Fault::from(Error::Io { action: "read", path: "/q".into(), source });
        assert_eq!(fault.message, "could not read /q: permission denied");
        assert_eq!(fault.hint.as_deref(), Some("check who owns the folder and its permissions"));
    }
}
