use lanceq::{Columns, Engine, Page, Result, Sort};

async fn view() -> Result<Page> {
    let engine = Engine::open("./queue_storage").await?;
    let reader = engine.reader("notes").await?;
    let reader = reader.containing("note 1");
    let reader = reader.columns(Columns::Only(vec!["text".into(), "number".into()]));
    let sort = Sort::descending("number");
    reader.sorted(&sort, 0, 11).await?.page().await
}
