//! An error as a value that can be kept in the state and shown.

use std::error::Error as StdError;

use crate::{Error, ErrorKind};

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
    fn a_fault_tells_the_cause_and_the_next_step() {
        let source = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let fault = Fault::from(Error::Io { action: "read", path: "/q".into(), source });
        assert_eq!(fault.message, "could not read /q: permission denied");
        assert_eq!(fault.hint.as_deref(), Some("check who owns the folder and its permissions"));
    }
}
