//! Reads a topic in every way that the command line and the explorer have, and says what came of it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use lanceq::{At, Engine, Error, Likeness, Look, Reader, Screen, Search, Verdict};

/// What was read, piece by piece: a text of it, or the error.
pub(super) type Seen = BTreeMap<&'static str, Result<String, String>>;

/// Everything that can be asked of a topic.
pub(super) async fn read(engine: &Engine, topic: &str) -> Seen {
    let mut seen = Seen::new();
    let reader = match engine.reader(topic).await {
        Ok(reader) => reader,
        Err(error) => {
            seen.insert("open", Err(told(&error)));
            return seen;
        }
    };
    let mut keep = |what, result: Result<String, Error>| {
        seen.insert(what, result.map_err(|error| told(&error)));
    };
    keep("counts", reader.counts().await.map(|counts| format!("{counts:?}")));
    keep("schema", reader.schema().await.map(|schema| format!("{schema:?}")));
    keep("page", page(&reader, 0, 1000).await);
    keep("window", window(&reader).await);
    keep("versions", versions(&reader).await);
    keep("tag", at_tag(&reader).await);
    keep("filter", filtered(&reader).await);
    keep("search", search(&reader).await);
    keep("stats", reader.stats().await.map(|stats| stats.total_count.to_string()));
    seen
}

fn told(error: &Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        parts.push(error.to_string());
        cause = error.source();
    }
    parts.extend(error.hint());
    parts.join(": ")
}

async fn page(reader: &Reader, offset: u64, limit: usize) -> Result<String, Error> {
    let page = reader.get(offset, limit).await?;
    let lines = page.records().map(|r| format!("{} {:?}\n", r.offset, r.fields));
    Ok(lines.collect::<Vec<_>>().concat())
}

async fn window(reader: &Reader) -> Result<String, Error> {
    let page = reader.window(30, 20).await?;
    let mut lines: Vec<_> = page.records().map(|r| format!("{:?}\n", r.fields)).collect();
    lines.push(format!("{:?}", reader.locate(0, 33).await?));
    Ok(lines.concat())
}

async fn versions(reader: &Reader) -> Result<String, Error> {
    let versions = reader.versions(100).await?;
    let told = versions.iter().map(|v| format!("{} {} {:?}\n", v.version, v.operation, v.tags));
    Ok(told.collect::<Vec<_>>().concat())
}

async fn at_tag(reader: &Reader) -> Result<String, Error> {
    page(&reader.at(At::Tag("first".into())).await?, 10, 20).await
}

async fn filtered(reader: &Reader) -> Result<String, Error> {
    page(&reader.filter("id > 20 and place.deep.host = 'host 1'").await?, 0, 100).await
}

async fn search(reader: &Reader) -> Result<String, Error> {
    let search = Search::like("vector", Likeness::Vector(vec![1.0; 8])).k(3);
    let found = reader.search(&search).await?;
    let lines = found.hits.iter().map(|hit| format!("{} {}\n", hit.record.offset, hit.distance));
    Ok(lines.collect::<Vec<_>>().concat())
}

/// A screen that remembers what it kept away.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) inner: Arc<dyn Screen>,
    pub(super) harm: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Screen for Watched {
    async fn judge(&self, look: &Look) -> io::Result<Verdict> {
        let verdict = self.inner.judge(look).await?;
        if let Verdict::Harmful(reason) = &verdict {
            self.harm.lock().unwrap().push(reason.clone());
        }
        Ok(verdict)
    }
}
