//! What bytes are, by how they begin.

/// Marks at the start of files, and what they mean; a longer one stands before a shorter.
const MARKS: [(usize, &[u8], &str); 25] = [
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (8, b"WEBP", "webp"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1aE\xdf\xa3", "webm"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"%PDF-", "pdf"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"(\xb5/\xfd", "zstd"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"PAR1", "parquet"),
    (0, b"ARROW1", "arrow"),
    (0, b"\x93NUMPY", "npy"),
    (0, b"SQLite format 3\0", "sqlite"),
    (0, b"\x7fELF", "elf"),
];
/// Bytes that are looked at to tell text.
const LOOKED_AT: usize = 512;

/// What the bytes are, where they tell.
pub(crate) fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let begins = |(at, mark, _): &&(usize, &[u8], &str)| {
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark))
    };
    match MARKS.iter().find(begins) {
        Some((_, _, kind)) => Some(kind),
        None if is_pickle(bytes) => Some("pickle, not decoded"),
        None if is_text(bytes) => Some("text"),
        None => None,
    }
}

/// Whether it is an object that Python has pickled, by its protocol and its end. Such bytes are a program: whoever decodes
/// them runs it, so nothing here ever does.
fn is_pickle(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, .., b'.'])
}

/// Whether it begins as text does: nothing that a text file would not hold.
fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The cut may have gone through a character.
        Err(error) if error.error_len().is_none() && start.len() == LOOKED_AT => {
            std::str::from_utf8(start.get(..error.valid_up_to()).unwrap_or_default())
                .unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_by_how_they_begin() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\nIHDR"[..], Some("png")),
            (b"\xff\xd8\xff\xe0", Some("jpeg")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("webp")),
            (b"RIFF\0\0\0\0WAVEfmt ", Some("wav")),
            (b"\0\0\0\x18ftypisom", Some("mp4")),
            (b"PAR1", Some("parquet")),
            // `pickle.dumps({"a": 1})`, and one that would run a command.
            (b"\x80\x04\x95\n\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s.", Some("pickle, not decoded")),
            (b"\x80\x02cposix\nsystem\nX\x04\0\0\0touch\x85R.", Some("pickle, not decoded")),
            (b"\x80\x01.", None),
            (b"plain words\n", Some("text")),
            ("größer".as_bytes(), Some("text")),
            (b"", None),
            (b"\0\x01\x02", None),
            (b"\xc3", None),
        ] {
            assert_eq!(sniff(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_long_text_is_text_wherever_the_look_ends() {
        for lead in 0..4 {
            let text = format!("{}{}", "x".repeat(lead), "漢".repeat(400));
            assert_eq!(sniff(text.as_bytes()), Some("text"));
        }
    }
}
