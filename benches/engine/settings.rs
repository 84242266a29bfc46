//! Which comparisons run, and how large: the words of the command line.

/// Rounds of each measurement; the sides take turns, and medians are compared.
const ROUNDS: usize = 5;
/// Enough to see that a comparison runs.
const QUICK_ROUNDS: usize = 2;
/// A quick comparison is so many times smaller.
const QUICK: u64 = 100;

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    names: Vec<String>,
    count: Option<u64>,
    is_quick: bool,
}

impl Settings {
    /// Reads words such as `flat`, `quick` and `count=3000`. Flags are for cargo's own harness, which this is not.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut settings = Self::default();
        for word in words.filter(|word| !word.starts_with('-')) {
            match word.split_once('=') {
                Some(("count", number)) => settings.count = Some(count(number)?),
                Some(_) => return Err(format!("`{word}`: only `count=N` has a value")),
                None if word == "quick" => settings.is_quick = true,
                None => settings.names.push(word),
            }
        }
        Ok(settings)
    }

    /// The names that are no comparison's.
    pub(crate) fn unknown<'a>(&'a self, known: &[&str]) -> Option<&'a str> {
        self.names.iter().map(String::as_str).find(|name| !known.contains(name))
    }

    /// Whether a comparison was asked for: by its name, or because none was.
    pub(crate) fn picks(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    /// Whether another size than the usual one was asked for.
    pub(crate) fn is_sized(&self) -> bool {
        self.is_quick || self.count.is_some()
    }

    /// How many, where a full run has so many.
    pub(crate) fn count(&self, full: u64) -> u64 {
        self.count.unwrap_or(if self.is_quick { full.div_ceil(QUICK) } else { full })
    }

    pub(crate) fn rounds(&self) -> usize {
        if self.is_quick { QUICK_ROUNDS } else { ROUNDS }
    }

    /// The command that does it again.
    pub(crate) fn repeats(&self, name: &str) -> String {
        let quick = if self.is_quick { " quick" } else { "" };
        let count = self.count.map(|count| format!(" count={count}")).unwrap_or_default();
        format!("cargo xtask bench {name}{quick}{count}")
    }
}

fn count(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`count={text}`: expected a whole number, 1 or more"))
}
