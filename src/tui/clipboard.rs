//! The clipboard: through the terminal first, which works from afar too, then with a program of this machine.

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes that terminals take at least; what is longer, many drop without a word.
pub(crate) const MOST: usize = 74_000;
/// How long a program may take; some stay to serve what they were given, others wait for a display that is gone.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether one has ended.
const LOOK: Duration = Duration::from_millis(5);

/// A terminal in the terminal, which passes sequences on only where they are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    Nothing,
    Tmux,
    Screen,
}

impl Inside {
    /// What the environment tells.
    pub(crate) fn from_env() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match (is_set("TMUX"), is_set("STY")) {
            (true, _) => Self::Tmux,
            (false, true) => Self::Screen,
            (false, false) => Self::Nothing,
        }
    }
}

/// The sequence that asks the terminal to take a text (OSC 52). Whatever the text is, nothing of it can be read as
/// another sequence.
pub(crate) fn sequence(text: &str, inside: Inside) -> String {
    let plain = format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text));
    match inside {
        Inside::Nothing => plain,
        // Tmux takes the plain one for itself, where it is allowed to, and passes the wrapped one on, where it may.
        Inside::Tmux => {
            format!("{plain}\u{1b}Ptmux;{}\u{1b}\\", plain.replace('\u{1b}', "\u{1b}\u{1b}"))
        }
        Inside::Screen => format!("\u{1b}P{plain}\u{1b}\\"),
    }
}

/// A program that takes a text from its standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tool {
    /// Its name, which is told.
    pub(crate) name: &'static str,
    args: &'static [&'static str],
    /// The variable without which it has nothing to talk to.
    needs: Option<&'static str>,
}

/// In the order in which they are tried.
const TOOLS: [Tool; 6] = [
    Tool { name: "wl-copy", args: &[], needs: Some("WAYLAND_DISPLAY") },
    Tool { name: "xclip", args: &["-selection", "clipboard", "-in"], needs: Some("DISPLAY") },
    Tool { name: "xsel", args: &["--clipboard", "--input"], needs: Some("DISPLAY") },
    Tool { name: "pbcopy", args: &[], needs: None },
    Tool { name: "clip.exe", args: &[], needs: Some("WSL_DISTRO_NAME") },
    Tool { name: "tmux", args: &["load-buffer", "-w", "-"], needs: Some("TMUX") },
];

/// Gives a text to the first program that takes it, and names that; none where there is none. Blocks for as long as the
/// programs take, each no longer than the patience that there is.
pub(crate) fn offer(text: &str) -> Option<&'static str> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    tools(is_set).find(|tool| give(*tool, text)).map(|tool| tool.name)
}

fn tools(is_set: impl Fn(&str) -> bool) -> impl Iterator<Item = Tool> {
    TOOLS.into_iter().filter(move |tool| tool.needs.is_none_or(&is_set))
}

/// Whether a program took a text.
fn give(tool: Tool, text: &str) -> bool {
    let mut command = Command::new(tool.name);
    command.args(tool.args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    let Some(mut stdin) = child.stdin.take() else {
        return false;
    };
    std::thread::scope(|scope| {
        // Who does not read is ended, and with it the writing.
        let written = scope.spawn(move || stdin.write_all(text.as_bytes()).is_ok());
        let ended = wait(&mut child);
        written.join().is_ok_and(|written| written) && ended.is_some_and(|status| status.success())
    })
}

/// How a program ended; none where it had to be ended.
#[expect(clippy::disallowed_methods, reason = "a child can be waited for without a limit only")]
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => std::thread::sleep(LOOK),
            Err(_) => break,
        }
    }
    child.kill().ok();
    child.wait().ok();
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_for_what_stands_between_and_says_nothing_else() {
        let text = "a\u{1b}]0;title\u{7}";
        let inner = "YRtdMDt0aXRsZQc=";
        for (inside, expected) in [
            (Inside::Nothing, format!("\u{1b}]52;c;{inner}\u{7}")),
            (
                Inside::Tmux,
                format!(
                    "\u{1b}]52;c;{inner}\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;{inner}\u{7}\u{1b}\\"
                ),
            ),
            (Inside::Screen, format!("\u{1b}P\u{1b}]52;c;{inner}\u{7}\u{1b}\\")),
        ] {
            assert_eq!(sequence(text, inside), expected, "{inside:?}");
        }
    }

    #[test]
    fn only_programs_that_have_something_to_talk_to_are_tried() {
        let names = |set: &[&str]| {
            let set: Vec<String> = set.iter().map(|name| (*name).to_owned()).collect();
            let names: Vec<&str> =
                tools(move |name| set.iter().any(|s| s == name)).map(|tool| tool.name).collect();
            names
        };
        assert_eq!(names(&[]), ["pbcopy"]);
        assert_eq!(names(&["DISPLAY", "TMUX"]), ["xclip", "xsel", "pbcopy", "tmux"]);
    }

    #[test]
    fn a_program_that_is_not_there_or_fails_took_nothing() {
        let tool = |name, args| Tool { name, args, needs: None };
        assert!(give(tool("cat", &[]), "text"));
        assert!(!give(tool("false", &[]), "text"));
        assert!(!give(tool("lanceq-has-no-such-program", &[]), "text"));
    }
}
