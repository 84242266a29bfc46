//! The bytes of a picture on their way to whoever decodes it.

use std::fmt;
use std::sync::Arc;

/// Bytes that are shared and never written out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Encoded(Arc<[u8]>);

impl Encoded {
    /// Bytes of a picture at most that a preview is made of.
    pub(crate) const MOST: usize = 16 << 20;

    /// A copy of the bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
