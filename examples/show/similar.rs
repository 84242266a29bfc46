//! Find records that are like one another by their embeddings, whether they are flushed already or not.
//!
//! ```text
//! like "a red fox":
//!   0.00 "a red fox"
//!   0.02 "a fox in the snow"
//!   0.05 "a wolf", buffered
//! like "a red fox", and in spanish:
//!   0.06 "un lobo", buffered
//! like what the embedding of "fish" is:
//!   0.02 "a herring"
//! ```

use std::path::Path;

use lanceq::{Engine, Likeness, Reader, Search};
use serde_json::json;

pub(crate) async fn run(root: &Path) -> lanceq::Result<()> {
    let engine = Engine::open(root).await?;
    let writer = engine.writer("captions").open().await?;

    // A list of numbers under a name that ends in `embedding` or `vector` becomes a column of vectors.
    let flushed = [
        json!({"text": "a red fox", "lang": "en", "embedding": [0.9, 0.1, 0.0]}),
        json!({"text": "a fox in the snow", "lang": "en", "embedding": [0.8, 0.1, 0.1]}),
        json!({"text": "a herring", "lang": "en", "embedding": [0.0, 0.1, 0.9]}),
    ];
    writer.put_batch(flushed.to_vec()).await?;
    writer.flush().await?;
    let buffered = [
        json!({"text": "a wolf", "lang": "en", "embedding": [0.7, 0.2, 0.0]}),
        json!({"text": "un lobo", "lang": "es", "embedding": [0.7, 0.2, 0.1]}),
    ];
    writer.put_batch(buffered.to_vec()).await?;

    // Like a record, which is its own nearest neighbour.
    let reader = engine.reader("captions").await?;
    let like_the_fox = Search::like("embedding", Likeness::Record { bucket: 0, offset: 0 });
    println!("like \"a red fox\":");
    show(&reader, &like_the_fox.clone().k(3)).await?;

    // A condition holds before the search, so there are `k` hits where so many records match.
    println!("like \"a red fox\", and in spanish:");
    show(&reader, &like_the_fox.filter("lang = 'es'").k(3)).await?;

    // Or like any vector of that length, such as a model gives for a question.
    println!("like what the embedding of \"fish\" is:");
    show(&reader, &Search::like("embedding", Likeness::Vector(vec![0.0, 0.2, 0.8])).k(1)).await
}

async fn show(reader: &Reader, search: &Search) -> lanceq::Result<()> {
    for hit in reader.search(search).await?.hits {
        let state = if hit.record.buffered { ", buffered" } else { "" };
        println!("  {:.2} {}{state}", hit.distance, hit.record.fields["text"]);
    }
    Ok(())
}
