//! Reads an Arrow type from the text that people write.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, TimeUnit};
use serde::de::DeserializeOwned;

use super::error::TypeError;
use super::type_text::{ENTRIES, KEY, VALUE};

/// Levels of types inside types that are read.
const MAX_DEPTH: usize = 64;

/// Reads a type as [`type_text`](super::type_text()) writes it.
///
/// Upper and lower case do not matter outside names. Also read: `string`, `text`, `str`, `boolean`,
/// `double`, `float` (32 bits, as Arrow has it), `int`, `integer`, `bytes`, `date`, `time`,
/// `timestamp` and `duration` (in microseconds), `vector(384)` for `fixed_size_list<float32, 384>`,
/// and Arrow's own names, such as `Timestamp(ns, "UTC")`.
///
/// # Errors
/// Says where the text stops being a type, and what would have been right there.
pub fn parse_type(text: &str) -> Result<DataType, TypeError> {
    let mut parser = Parser { rest: text, depth: 0 };
    let parsed = parser.data_type().and_then(|data_type| parser.end().map(|()| data_type));
    parsed.or_else(|expected| {
        // Arrow's own parser has no bound of its own.
        let is_shallow = text.matches('(').count() <= MAX_DEPTH;
        let named_by_arrow = is_shallow.then(|| DataType::from_str(text).ok()).flatten();
        named_by_arrow.ok_or_else(|| expected.at(text))
    })
}

/// What would have been right, and how much text was left.
struct Expected {
    expected: &'static str,
    left: usize,
}

impl Expected {
    fn at(&self, text: &str) -> TypeError {
        let read = text.get(..text.len().saturating_sub(self.left)).unwrap_or(text);
        let position = read.chars().count() + 1;
        TypeError { text: text.to_owned(), expected: self.expected, position }
    }
}

type Parsed<T> = Result<T, Expected>;

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn data_type(&mut self) -> Parsed<DataType> {
        if self.depth == MAX_DEPTH {
            return Err(self.expected("no more types inside types"));
        }
        self.depth += 1;
        let unknown = self.expected("a type, such as int64, utf8 or list<utf8>");
        let word = self.word().to_ascii_lowercase();
        let data_type = match simple(&word) {
            Some(data_type) => data_type,
            None => self.compound(&word)?.ok_or(unknown)?,
        };
        self.depth -= 1;
        Ok(data_type)
    }

    fn compound(&mut self, word: &str) -> Parsed<Option<DataType>> {
        Ok(Some(match word {
            "timestamp" => self.timestamp()?,
            "time" => DataType::Time64(TimeUnit::Microsecond),
            "time32" => DataType::Time32(self.within(Self::unit)?),
            "time64" => DataType::Time64(self.within(Self::unit)?),
            "duration" if self.at_bracket() => DataType::Duration(self.within(Self::unit)?),
            "duration" => DataType::Duration(TimeUnit::Microsecond),
            "decimal128" => {
                let (precision, scale) = self.within(Self::precision_and_scale)?;
                DataType::Decimal128(precision, scale)
            }
            "decimal256" => {
                let (precision, scale) = self.within(Self::precision_and_scale)?;
                DataType::Decimal256(precision, scale)
            }
            "fixed_size_binary" => DataType::FixedSizeBinary(self.within(Self::number)?),
            "list" => DataType::List(self.within(Self::item)?),
            "large_list" => DataType::LargeList(self.within(Self::item)?),
            "fixed_size_list" => self.within(Self::item_and_size)?,
            "vector" => {
                let item = Field::new_list_field(DataType::Float32, true);
                DataType::FixedSizeList(Arc::new(item), self.within(Self::number)?)
            }
            "struct" => DataType::Struct(self.within(Self::fields)?),
            "map" => DataType::Map(self.within(Self::entries)?, false),
            "dictionary" => self.within(Self::dictionary)?,
            _ => return Ok(None),
        }))
    }

    fn timestamp(&mut self) -> Parsed<DataType> {
        if !self.at_bracket() {
            return Ok(DataType::Timestamp(TimeUnit::Microsecond, None));
        }
        self.within(|parser| {
            let unit = parser.unit()?;
            let zone = if parser.take(',') { Some(parser.zone()?.into()) } else { None };
            Ok(DataType::Timestamp(unit, zone))
        })
    }

    fn zone(&mut self) -> Parsed<String> {
        if self.at('"') {
            return self.json("a time zone");
        }
        let is_zone = |c: char| c.is_ascii_alphanumeric() || "_/+-:".contains(c);
        let zone = self.take_while(is_zone);
        if zone.is_empty() { Err(self.expected("a time zone")) } else { Ok(zone.to_owned()) }
    }

    fn unit(&mut self) -> Parsed<TimeUnit> {
        let unknown = self.expected("a unit: s, ms, us or ns");
        match self.word() {
            "s" => Ok(TimeUnit::Second),
            "ms" => Ok(TimeUnit::Millisecond),
            "us" => Ok(TimeUnit::Microsecond),
            "ns" => Ok(TimeUnit::Nanosecond),
            _ => Err(unknown),
        }
    }

    fn precision_and_scale(&mut self) -> Parsed<(u8, i8)> {
        let precision = self.number()?;
        self.require(',', "a comma and the scale")?;
        Ok((precision, self.number()?))
    }

    fn item(&mut self) -> Parsed<FieldRef> {
        self.field(Field::LIST_FIELD_DEFAULT_NAME, Null::Allowed)
    }

    fn item_and_size(&mut self) -> Parsed<DataType> {
        let item = self.item()?;
        self.require(',', "a comma and the number of items")?;
        Ok(DataType::FixedSizeList(item, self.number()?))
    }

    fn fields(&mut self) -> Parsed<Fields> {
        let mut fields = Vec::new();
        loop {
            let name = self.name()?.ok_or_else(|| self.expected("a field, such as a: int64"))?;
            fields.push(self.slot(name, Null::Allowed)?);
            if !self.take(',') {
                return Ok(fields.into());
            }
        }
    }

    fn entries(&mut self) -> Parsed<FieldRef> {
        let key = self.field(KEY, Null::Refused)?;
        self.require(',', "a comma and the type of the values")?;
        let value = self.field(VALUE, Null::Allowed)?;
        let name = if self.take(',') { self.bare_or_quoted()? } else { ENTRIES.to_owned() };
        let entry = DataType::Struct(vec![key, value].into());
        Ok(Arc::new(Field::new(name, entry, false)))
    }

    fn dictionary(&mut self) -> Parsed<DataType> {
        let key = self.data_type()?;
        self.require(',', "a comma and the type of the values")?;
        Ok(DataType::Dictionary(Box::new(key), Box::new(self.data_type()?)))
    }

    fn field(&mut self, default_name: &str, null: Null) -> Parsed<FieldRef> {
        let name = self.name()?.unwrap_or_else(|| default_name.to_owned());
        self.slot(name, null)
    }

    /// Reads a type and what its place says of it: `int64 not null {"unit": "ms"}`.
    fn slot(&mut self, name: String, null: Null) -> Parsed<FieldRef> {
        let data_type = self.data_type()?;
        let before = self.rest;
        let nullable = match self.word().to_ascii_lowercase().as_str() {
            "nullable" => true,
            "not" if self.word().eq_ignore_ascii_case("null") => false,
            "" => null == Null::Allowed,
            _ => {
                self.rest = before;
                return Err(self.expected("not null, or the end of the type"));
            }
        };
        let field = Field::new(name, data_type, nullable);
        if !self.at('{') {
            return Ok(Arc::new(field));
        }
        let metadata: HashMap<String, String> = self.json("metadata: an object of texts")?;
        Ok(Arc::new(field.with_metadata(metadata)))
    }

    /// Reads `name:` if that is what comes next.
    fn name(&mut self) -> Parsed<Option<String>> {
        let before = self.rest;
        if self.at('"') {
            let name = self.json("a name")?;
            self.require(':', "a colon and the type")?;
            return Ok(Some(name));
        }
        let word = self.word();
        if !word.is_empty() && self.take(':') {
            return Ok(Some(word.to_owned()));
        }
        self.rest = before;
        Ok(None)
    }

    fn bare_or_quoted(&mut self) -> Parsed<String> {
        if self.at('"') { self.json("a name") } else { Ok(self.word().to_owned()) }
    }

    /// Reads what stands in brackets: any pair of `<>`, `()`, `[]`.
    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let pairs = [('<', '>'), ('(', ')'), ('[', ']')];
        let close = pairs.into_iter().find(|(open, _)| self.take(*open)).map(|(_, close)| close);
        let close = close.ok_or_else(|| self.expected("what the type is of, in < > or ( )"))?;
        let inside = read(self)?;
        self.require(close, "the closing bracket")?;
        Ok(inside)
    }

    fn at_bracket(&mut self) -> bool {
        ['<', '(', '['].into_iter().any(|open| self.at(open))
    }

    fn number<T: FromStr>(&mut self) -> Parsed<T> {
        let invalid = self.expected("a number in its range");
        let digits = self.take_while(|c| c.is_ascii_digit() || c == '-');
        digits.parse().map_err(|_| invalid)
    }

    fn json<T: DeserializeOwned>(&mut self, expected: &'static str) -> Parsed<T> {
        let invalid = self.expected(expected);
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter();
        let value = values.next();
        self.rest = self.rest.get(values.byte_offset()..).unwrap_or_default();
        value.and_then(Result::ok).ok_or(invalid)
    }

    fn word(&mut self) -> &'a str {
        self.take_while(|c| c.is_alphanumeric() || c == '_')
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        self.skip_space();
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (part, rest) = self.rest.split_at(end);
        self.rest = rest;
        part
    }

    fn take(&mut self, c: char) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn at(&mut self, c: char) -> bool {
        self.skip_space();
        self.rest.starts_with(c)
    }

    fn require(&mut self, c: char, expected: &'static str) -> Parsed<()> {
        if self.take(c) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn end(&mut self) -> Parsed<()> {
        self.skip_space();
        if self.rest.is_empty() { Ok(()) } else { Err(self.expected("the end of the type")) }
    }

    fn expected(&mut self, expected: &'static str) -> Expected {
        self.skip_space();
        Expected { expected, left: self.rest.len() }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

/// Whether a field may be null where its text does not say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Null {
    Allowed,
    Refused,
}

fn simple(word: &str) -> Option<DataType> {
    Some(match word {
        "null" => DataType::Null,
        "bool" | "boolean" => DataType::Boolean,
        "int8" => DataType::Int8,
        "int16" => DataType::Int16,
        "int32" => DataType::Int32,
        "int64" | "int" | "integer" => DataType::Int64,
        "uint8" => DataType::UInt8,
        "uint16" => DataType::UInt16,
        "uint32" => DataType::UInt32,
        "uint64" => DataType::UInt64,
        "float16" | "halffloat" => DataType::Float16,
        "float32" | "float" => DataType::Float32,
        "float64" | "double" => DataType::Float64,
        "utf8" | "string" | "text" | "str" => DataType::Utf8,
        "large_utf8" | "large_string" => DataType::LargeUtf8,
        "binary" | "bytes" => DataType::Binary,
        "large_binary" => DataType::LargeBinary,
        "date32" | "date" => DataType::Date32,
        "date64" => DataType::Date64,
        _ => return None,
    })
}
