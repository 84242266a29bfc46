//! Sizes in bytes as people write them.

/// Units, and the bytes of each.
const UNITS: [(&str, u64); 9] = [
    ("", 1),
    ("b", 1),
    ("kb", 1000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

/// A size of one byte or more: `500MB`, `2 GiB`, `1000000`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size, such as `500MB`, `2GiB` or a number of bytes".to_owned();
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let unit = unit.trim().to_ascii_lowercase();
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(*bytes).filter(|size| *size > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit_or_is_of_bytes() {
        for (text, bytes) in [
            ("1", 1),
            ("7b", 7),
            ("500MB", 500_000_000),
            (" 2 GiB ", 2 << 30),
            ("3kB", 3000),
            ("1tb", 1_000_000_000_000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for wrong in
            ["", "0", "-1", "MB", "1.5GB", "1 furlong", "99999999999999999999", "99999999TB"]
        {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
