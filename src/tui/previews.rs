//! Makes previews of pictures, one at a time, where nobody waits.

use tokio::sync::Semaphore;

use super::data::{Encoded, Fault, Frame, Thumbnail};
use super::event::Answer;
use super::panics::{self, Who};

/// Decodes a picture and makes it fit a frame.
///
/// Cancel: one that waits for its turn is not begun; one that is being decoded ends by itself, for nobody, and the next
/// waits for that. So however fast somebody goes through records, one picture takes memory at a time.
pub(super) async fn preview(
    turn: &'static Semaphore,
    encoded: Encoded,
    frame: Frame,
) -> Result<Answer, Fault> {
    // The semaphore is never closed; without a permit the picture is made all the same.
    let permit = turn.acquire().await.ok();
    let made = tokio::task::spawn_blocking(move || {
        let made = panics::caught_here(Who::Load, || Thumbnail::of(encoded.bytes(), frame));
        drop(permit);
        made
    });
    match made.await {
        Ok(Ok(Ok(thumbnail))) => Ok(Answer::Picture(thumbnail)),
        Ok(Ok(Err(reason))) => Err(Fault::new(reason)),
        Ok(Err(report)) => Err(report.into()),
        // The runtime ends: nobody sees the answer.
        Err(_) => Err(Fault::new("it was given up")),
    }
}
