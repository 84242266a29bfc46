//! Protocol buffers, read field by field: whoever wants a few numbers of a long message decodes nothing else of it.
//!
//! Nothing is believed: what is no message ends with an error, whatever it says of its lengths.

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(u64),
    /// A text, bytes, a message, or a packed list.
    Bytes(&'a [u8]),
}

/// The fields of a message in their order, each with its number; `None` stands at the end of one that is no message.
pub(super) struct Fields<'a>(Option<&'a [u8]>);

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self(Some(message))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.take().filter(|rest| !rest.is_empty())?;
        let Some((field, rest)) = field(rest) else { return Some(None) };
        self.0 = Some(rest);
        Some(Some(field))
    }
}

impl<'a> Value<'a> {
    pub(super) fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Bytes(_) => None,
        }
    }

    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) => None,
        }
    }
}

type Front<'a, T> = Option<(T, &'a [u8])>;

fn field(bytes: &[u8]) -> Front<'_, (u64, Value<'_>)> {
    let (key, rest) = varint(bytes)?;
    let (value, rest) = match key & 7 {
        0 => varint(rest).map(|(number, rest)| (Value::Number(number), rest))?,
        1 => fixed::<8>(rest)
            .map(|(bytes, rest)| (Value::Number(u64::from_le_bytes(bytes)), rest))?,
        2 => {
            let (length, rest) = varint(rest)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Value::Bytes(bytes), rest)
        }
        5 => {
            let (bytes, rest) = fixed::<4>(rest)?;
            (Value::Number(u32::from_le_bytes(bytes).into()), rest)
        }
        _ => return None,
    };
    Some(((key >> 3, value), rest))
}

/// A number, and what stands behind it.
pub(super) fn varint(bytes: &[u8]) -> Front<'_, u64> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        number |= bits.checked_shl(u32::try_from(7 * at).ok()?).filter(|_| at < 9 || bits < 2)?;
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

fn fixed<const N: usize>(bytes: &[u8]) -> Front<'_, [u8; N]> {
    let (front, rest) = bytes.split_at_checked(N)?;
    Some((front.try_into().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(message: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
        Fields::of(message).collect()
    }

    #[test]
    fn every_kind_of_field_is_read_and_what_is_none_is_refused() {
        let message =
            [0x08, 0x96, 0x01, 0x12, 2, b'h', b'i', 0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0];
        let (number, bytes) = (Value::Number, Value::Bytes(b"hi"));
        let fields = vec![(1, number(150)), (2, bytes), (3, number(1)), (4, number(2))];
        assert_eq!(all(&message), Some(fields));
        assert_eq!(all(&[]), Some(Vec::new()));
        for cut in [1, 2, 4, 5, 6, 8, 11, 13, 20] {
            assert_eq!(all(&message[..cut]), None, "cut after {cut} bytes");
        }
        for refused in [&[0x0b][..], &[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f], &[0xff; 11]] {
            assert_eq!(all(refused), None, "{refused:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_bytes_are_a_message_nothing_is_made_up(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let (mut read, mut ended) = (0, false);
            for field in Fields::of(&bytes) {
                prop_assert!(!ended, "nothing comes behind what is no field");
                match field {
                    Some((_, Value::Bytes(value))) => read += 2 + value.len(),
                    Some((_, Value::Number(_))) => read += 2,
                    None => ended = true,
                }
            }
            prop_assert!(read <= bytes.len(), "{read} bytes of {}", bytes.len());
        }
    }

    #[test]
    fn the_largest_number_is_read() {
        let mut message = vec![0x08];
        message.extend([0xff; 9]);
        message.push(1);
        assert_eq!(all(&message), Some(vec![(1, Value::Number(u64::MAX))]));
    }
}
