//! A named group goes on where it committed, whatever happened to the process that read.
//!
//! ```text
//! trainer got 0 1 2, and committed
//! trainer got 3 4, and died before its commit
//! trainer is 3 records behind
//! trainer, started again, got 3 4 5, and committed
//! trainer is 0 records behind
//! ```

use std::path::Path;

use lanceq::{Engine, Page};
use serde_json::json;

pub(crate) async fn run(root: &Path) -> lanceq::Result<()> {
    let engine = Engine::open(root).await?;
    let writer = engine.writer("samples").open().await?;
    for step in 0..6 {
        writer.put(json!({"step": step})).await?;
    }

    // Commit when the records were processed: a crash in between brings them again, and skips none.
    let reader = engine.reader("samples").await?;
    let mut group = reader.group("trainer").open().await?;
    let page = group.get(3).await?;
    group.commit().await?;
    println!("trainer got {}, and committed", offsets(&page));

    // A process that dies here has committed nothing more. Dropping the group leaves as much.
    let page = group.get(2).await?;
    println!("trainer got {}, and died before its commit", offsets(&page));
    drop(group);
    tell_the_lag(&engine).await?;

    // The same name goes on behind the last commit, in any process, also after a flush.
    writer.flush().await?;
    let mut group = reader.group("trainer").open().await?;
    let page = group.get(10).await?;
    group.commit().await?;
    println!("trainer, started again, got {}, and committed", offsets(&page));
    tell_the_lag(&engine).await
}

fn offsets(page: &Page) -> String {
    let offsets: Vec<String> = page.records().map(|record| record.offset.to_string()).collect();
    offsets.join(" ")
}

/// As `lanceq groups samples` does.
async fn tell_the_lag(engine: &Engine) -> lanceq::Result<()> {
    for group in engine.reader("samples").await?.groups().await? {
        println!("{} is {} records behind", group.group, group.lag);
    }
    Ok(())
}
