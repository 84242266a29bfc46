//! `lanceq search --text`: the records whose texts match best, alone or along with the nearest.

use arrow_schema::DataType;

use super::count::counted;
use super::failure::{Failure, Result};
use super::format::Printer;
use super::output;
use super::search::{Compared, SearchArgs, like, told};
use crate::{Columns, HybridSearch, Reader, TextMatches, TextSearch};

/// Prints the records whose texts match best.
pub(super) async fn run(reader: &Reader, args: &SearchArgs, text: &str) -> Result {
    let found = reader.search_text(&words(args, text, &args.column)).await?;
    let mut printer = Printer::new(args.print);
    printer.found_texts(&found, reader.buckets().len())?;
    printer.finish()?;
    output::narrate(summary(&args.topic, &found));
    told(&found.found_by, Compared::Texts).into_iter().for_each(output::narrate);
    Ok(())
}

/// Prints the records that stand highest by their texts and by their vectors together.
pub(super) async fn both(reader: &Reader, args: &SearchArgs, text: &str) -> Result {
    let (vectors, texts) = split(reader, args).await?;
    let [vectors] = vectors.as_slice() else {
        let reason = "along with --text, one --column has to name a column of vectors";
        return Err(Failure::wrong_use(reason).hint("for example `--column vector --column text`"));
    };
    let search = HybridSearch::of(words(args, text, &texts), like(reader, args, vectors)?);
    let found = reader.search_hybrid(&search.k(args.k)).await?;
    let mut printer = Printer::new(args.print);
    printer.found_both(&found, reader.buckets().len())?;
    printer.finish()?;
    if found.hits.is_empty() {
        output::narrate(format!("{}: no record matches", args.topic));
    }
    let both = [(&found.texts_by, Compared::Texts), (&found.likeness_by, Compared::Vectors)];
    for (by, compared) in both {
        told(by, compared).into_iter().for_each(output::narrate);
    }
    Ok(())
}

fn words(args: &SearchArgs, text: &str, columns: &[String]) -> TextSearch {
    let search = TextSearch::new(text).k(args.k).exact(args.exact);
    columns.iter().fold(search, TextSearch::column)
}

/// The columns that hold vectors, and the others.
async fn split(reader: &Reader, args: &SearchArgs) -> Result<(Vec<String>, Vec<String>)> {
    let schema = reader.columns(Columns::All).schema().await?;
    let is_vector = |name: &&String| {
        schema.field_with_name(name).is_ok_and(|field| match field.data_type() {
            DataType::FixedSizeList(item, _) => item.data_type().is_floating(),
            _ => false,
        })
    };
    let (vectors, others): (Vec<&String>, Vec<&String>) = args.column.iter().partition(is_vector);
    Ok((vectors.into_iter().cloned().collect(), others.into_iter().cloned().collect()))
}

/// How many match, of how many.
fn summary(topic: &str, found: &TextMatches) -> String {
    let searched = counted(found.searched, "record");
    match found.matching {
        0 => format!("{topic}: none of {searched} with text matches"),
        matching if matching > found.hits.len() as u64 => {
            format!(
                "{topic}: the best {} of {matching} that match, of {searched}",
                found.hits.len()
            )
        }
        matching => format!("{topic}: {matching} of {searched} match"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_match_is_told_in_a_sentence() {
        let found =
            |matching, searched| TextMatches { matching, searched, ..TextMatches::default() };
        assert_eq!(summary("t", &found(0, 1)), "t: none of 1 record with text matches");
        assert_eq!(summary("t", &found(3, 9)), "t: the best 0 of 3 that match, of 9 records");
    }
}
