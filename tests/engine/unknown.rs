//! A commit without an answer: whether it happened or not, each record is there once in the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lanceq::fault::{Armed, Event, Plan, Then};
use lanceq::{Durability, ErrorKind};

use crate::foreign::own;
use crate::setup::{Setup, ids, put_all};

/// Lets the first passage of a point fail.
fn failing_at(setup: &Setup, point: &'static str, off: Vec<&'static str>) -> Armed {
    let done = AtomicBool::new(false);
    let hook = move |event: Event<'_>| {
        let is_it = event == Event::Point(point) && !done.swap(true, Ordering::Relaxed);
        if is_it { Then::Fail(rustix::io::Errno::IO.raw_os_error()) } else { Then::Go }
    };
    Plan { hook: Arc::new(hook), off }.arm(setup.engine.root())
}

async fn all(setup: &Setup) -> lanceq::Result<Vec<u64>> {
    Ok(ids(&setup.other().await.reader("t").await?.get(0, 100).await?))
}

fn data_files(setup: &Setup) -> usize {
    std::fs::read_dir(own(setup).join("data")).unwrap().count()
}

#[tokio::test]
async fn a_commit_that_did_not_happen_is_made_again() {
    for durability in [Durability::Os, Durability::Memory] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").durability(durability).open().await.unwrap();
        put_all(&writer, 0..3).await;
        let armed = failing_at(&setup, "commit.link", Vec::new());
        let error = writer.flush().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert_eq!((writer.buffer_count(), data_files(&setup)), (3, 0), "{durability}");
        put_all(&writer, 3..4).await;
        assert_eq!(writer.flush().await.unwrap()[0].rows, 4);
        drop(armed);
        writer.close().await.unwrap();
        assert_eq!(all(&setup).await.unwrap(), [0, 1, 2, 3], "{durability}");
    }
}

#[tokio::test]
async fn a_commit_that_happened_unheard_is_not_made_again() {
    for durability in [Durability::Os, Durability::Memory] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").durability(durability).open().await.unwrap();
        put_all(&writer, 0..3).await;
        let armed = failing_at(&setup, "commit.linked", Vec::new());
        let error = writer.flush().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Poisoned, "{error}");
        for _ in 0..2 {
            let refused = writer.put(crate::setup::record(9)).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Poisoned, "until it is opened again: {refused}");
            assert_eq!(writer.flush().await.unwrap_err().kind(), ErrorKind::Poisoned);
        }
        assert_eq!(all(&setup).await.unwrap(), [0, 1, 2], "{durability}");
        drop((writer, armed));
        let writer = setup.engine.writer("t").durability(durability).open().await.unwrap();
        assert_eq!((writer.recoveries(), writer.buffer_count()), (Vec::new(), 0));
        put_all(&writer, 3..4).await;
        writer.close().await.unwrap();
        assert_eq!(all(&setup).await.unwrap(), [0, 1, 2, 3], "{durability}");
    }
}

/// The mark is what tells; without it the files of a version that is there are taken for leftovers.
#[tokio::test]
async fn without_its_mark_a_commit_that_happened_unheard_is_lost() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").durability(Durability::Os).open().await.unwrap();
    put_all(&writer, 0..3).await;
    let _armed = failing_at(&setup, "commit.linked", vec!["mark"]);
    let error = writer.flush().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(!all(&setup).await.is_ok_and(|found| found == [0, 1, 2]));
}
