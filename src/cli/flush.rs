//! `lanceq flush`: persists this process's buffer, and says whose buffers it does not reach.

use super::args::FlushArgs;
use super::failure::Result;
use super::output;
use crate::Engine;

/// Checks that the names are right, and says why there is nothing left to do.
pub(crate) async fn run(engine: &Engine, args: &FlushArgs) -> Result {
    let what = match &args.topic {
        Some(topic) => {
            let reader = engine.reader(topic).await?;
            if let Some(bucket) = args.bucket {
                reader.bucket(bucket)?;
            }
            topic.clone()
        }
        None => engine.root().display().to_string(),
    };
    output::narrate(format!(
        "{what}: this process has buffered nothing; what another process has buffered, that process flushes"
    ));
    Ok(())
}
