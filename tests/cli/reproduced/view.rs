use lanceq::{Columns, Engine, Page, Result};

async fn view() -> Result<Page> {
    let engine = Engine::open("./queue_storage").await?;
    let reader = engine.reader("notes").await?;
    let reader = reader.bucket(0)?;
    let reader = reader.columns(Columns::Only(vec!["text".into(), "number".into()]));
    reader.get(0, 23).await
}
