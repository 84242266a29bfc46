//! The explorer's configuration, its keys among it.

use super::text_of;
use crate::tui::config::parse::parse;

/// Whatever stands there, the rest is taken; what was not is told with a line that there is, in one line; and each key that was
/// taken is the one of its name.
pub(crate) fn set_up(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let (config, troubles) = parse(text);
    let lines = text.matches('\n').count() + 1;
    for trouble in &troubles {
        let number = trouble.strip_prefix("line ").and_then(|rest| rest.split(':').next());
        let number: usize = number.and_then(|number| number.parse().ok()).expect("a line is named");
        assert!((1..=lines).contains(&number) && !trouble.contains('\n'), "{trouble}");
    }
    for (action, keys, line) in &config.keys {
        assert!((1..=lines).contains(line), "{action}: line {line}");
        for key in keys {
            assert_eq!(key.to_string().parse(), Ok(*key), "{action}");
        }
    }
    assert_eq!(parse(text), (config, troubles));
}
