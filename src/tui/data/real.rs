//! Reals in a table: as many decimals as there is room for.

/// Signs of a real beyond which decimals are left out.
const LONGEST: usize = 9;

/// A real with as many decimals as a table has room for; the detail shows all of them.
pub(super) fn rounded(text: String) -> String {
    match (text.split_once('.'), text.parse::<f64>()) {
        (Some((whole, decimals)), Ok(value)) if text.len() > LONGEST && !decimals.contains('e') => {
            let room = LONGEST.saturating_sub(whole.len() + 1).max(1);
            format!("{value:.room$}")
        }
        _ => text,
    }
}
