//! What a file's content goes to.

use std::fs::File;
use std::io::{self, BufWriter, Write};

/// What a file's content goes to; text may have to be shown in another way than bytes, as on a terminal.
pub(crate) trait Out: Write + Send {
    /// Takes text.
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.write_all(text.as_bytes())
    }
}

impl Out for BufWriter<File> {}
