//! What is being copied: which text, what it is, and what is to be said of it.

use crate::tui::clipboard::MOST;
use crate::tui::text::quantity::bytes;

/// Something on its way to the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clip {
    /// What it is, in a few words.
    pub(crate) what: String,
    /// Its length; none until it is there.
    pub(crate) length: Option<usize>,
}

impl Clip {
    /// Whether the terminal takes it.
    pub(crate) fn fits(&self) -> bool {
        self.length.is_some_and(|length| length <= MOST)
    }

    /// What became of it, where this program of the machine took it; an error where nothing did.
    pub(crate) fn outcome(&self, tool: Option<&str>) -> Result<String, String> {
        let size = bytes(self.length.unwrap_or_default() as u64);
        let what = &self.what;
        let most = bytes(MOST as u64);
        match (self.fits(), tool) {
            (true, Some(tool)) => {
                Ok(format!("copied {what}, {size}: through the terminal (OSC 52) and {tool}"))
            }
            (true, None) => Ok(format!("copied {what}, {size}: through the terminal (OSC 52)")),
            (false, Some(tool)) => {
                Ok(format!("copied {what}, {size}: with {tool}; the terminal takes {most} at most"))
            }
            (false, None) => Err(format!(
                "not copied: {what} has {size}, the terminal takes {most} at most, and wl-copy, xclip, xsel or pbcopy \
                 is not there or did not take it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_always_said_what_was_copied_and_how() {
        let clip = |length| Clip { what: "`a`".into(), length: Some(length) };
        for (length, tool, outcome) in [
            (3, Some("xclip"), Ok("copied `a`, 3 B: through the terminal (OSC 52) and xclip")),
            (3, None, Ok("copied `a`, 3 B: through the terminal (OSC 52)")),
            (
                200_000,
                Some("wl-copy"),
                Ok("copied `a`, 200 kB: with wl-copy; the terminal takes 74 kB at most"),
            ),
            (
                200_000,
                None,
                Err(
                    "not copied: `a` has 200 kB, the terminal takes 74 kB at most, and wl-copy, xclip, xsel or pbcopy \
                     is not there or did not take it",
                ),
            ),
        ] {
            let found = clip(length).outcome(tool);
            let found = found.as_ref().map(String::as_str).map_err(String::as_str);
            assert_eq!(found, outcome);
        }
    }
}
