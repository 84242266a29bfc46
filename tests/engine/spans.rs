//! What the engine tells a tracer: a span for each put, flush, page and look at maintenance, with what it was about.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use lanceq::Engine;
use serde_json::json;
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

type Fields = BTreeMap<&'static str, String>;

/// Keeps all spans of the engine.
#[derive(Clone, Default)]
struct Spans {
    next: Arc<AtomicU64>,
    all: Arc<Mutex<BTreeMap<u64, (&'static str, Fields)>>>,
}

struct Kept<'a>(&'a mut Fields);

impl Visit for Kept<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("lanceq")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = Fields::new();
        span.record(&mut Kept(&mut fields));
        self.all.lock().unwrap().insert(id, (span.metadata().name(), fields));
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some((_, fields)) = self.all.lock().unwrap().get_mut(&span.into_u64()) {
            values.record(&mut Kept(fields));
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Says to the process that it is the one that is alone.
const ALONE: &str = "LANCEQ_TEST_ALONE";

#[test]
fn puts_flushes_and_pages_are_spans_with_what_they_were_about() {
    // Whether a place in the code tells a tracer anything is decided once a process, by whoever comes there first: here,
    // another test without a tracer. So it runs in a process of its own.
    if std::env::var_os(ALONE).is_some() {
        return holds();
    }
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "spans::puts_flushes_and_pages_are_spans_with_what_they_were_about"]);
    let done = command.env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

fn holds() {
    let spans = Spans::default();
    let folder = TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(spans.clone(), || {
        runtime.block_on(async {
            let engine = Engine::open(folder.path()).await.unwrap();
            let writer = engine.writer("t").open().await.unwrap();
            writer.put_batch(vec![json!({"id": "a"}), json!({"id": "b"})]).await.unwrap();
            writer.flush().await.unwrap();
            let reader = engine.reader("t").await.unwrap();
            assert_eq!(reader.get(0, 10).await.unwrap().len(), 2);
            writer.close().await.unwrap();
        });
    });
    let all = spans.all.lock().unwrap();
    let of = |name: &str| -> Vec<&Fields> {
        all.values().filter(|(found, _)| *found == name).map(|(_, fields)| fields).collect()
    };
    let about = |fields: &Fields, field: &str| fields.get(field).cloned().unwrap_or_default();
    for name in ["put", "flush", "get"] {
        let found = of(name);
        let first = found.first().unwrap_or_else(|| panic!("no span `{name}` in {all:?}"));
        assert_eq!(
            (about(first, "topic"), about(first, "bucket")),
            ("t".into(), "0".into()),
            "{name}"
        );
        assert_eq!(about(first, "records"), "2", "{name}");
        assert!(about(first, "bytes").parse::<u64>().unwrap() > 0, "{name}");
    }
    let maintenance = of("maintenance");
    assert!(maintenance.iter().all(|fields| about(fields, "topic") == "t"), "{maintenance:?}");
}
