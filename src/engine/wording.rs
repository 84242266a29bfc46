//! How errors word what they hold.

pub(super) fn at_risk(offsets: Option<(u64, u64)>) -> String {
    offsets.map_or_else(String::new, |(first, last)| {
        format!("; it holds records of the offsets {first} to {last}")
    })
}

pub(super) fn by_contents(found: Option<u64>) -> String {
    found
        .map_or_else(String::new, |found| format!("; by their contents, {found} of these are rows"))
}

/// What there are indices over, where there is none over what was asked for.
pub(super) fn instead(others: &[String]) -> String {
    match others {
        [] => "; it has none at all".into(),
        others => format!("; there are indexes over {}", others.join(", ")),
    }
}

/// The branches that there are, where another one was asked for.
pub(super) fn branches(others: &[String]) -> String {
    match others {
        [] => "; it has none at all".into(),
        others => {
            let names: Vec<String> =
                others.iter().map(|name| format!("`{}`", shown(name))).collect();
            format!("; it has {}", names.join(", "))
        }
    }
}

pub(super) fn holder(pid: Option<u32>, since: Option<&str>) -> String {
    match (pid, since) {
        (Some(pid), Some(since)) => format!("process {pid} since {since}"),
        (Some(pid), None) => format!("process {pid}"),
        _ => "another process".into(),
    }
}

/// A name for a message: control characters escaped, long ones cut.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 80;
    let escaped: String = name.escape_debug().take(LONGEST).collect();
    if name.chars().count() > LONGEST { format!("{escaped}…") } else { escaped }
}
