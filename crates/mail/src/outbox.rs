use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use model::Reference;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::{DeliveryError, Letter, Relay};

/// How much an outbox holds, and how patient it is.
#[derive(Clone, Debug)]
pub struct OutboxLimits {
    /// Letters that may be under way; one more is refused.
    pub letters: u32,
    /// Letters that are handed to the server at a time.
    pub at_a_time: usize,
    /// How long to wait before each further try of a letter that the server does not take now.
    pub pauses: Vec<Duration>,
}

impl Default for OutboxLimits {
    fn default() -> Self {
        // A code is worthless after ten minutes, and so is trying longer than that.
        let pauses = [2, 15, 60].map(Duration::from_secs).to_vec();
        Self { letters: 256, at_a_time: 4, pauses }
    }
}

/// Too many letters are under way.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("too many letters are waiting for the mail server")]
pub struct OutboxFull;

/// Letters under way. Whoever sends one does not wait for the mail server.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    relay: Relay,
    limits: OutboxLimits,
    places: Arc<Semaphore>,
    hands: Semaphore,
}

impl Outbox {
    /// An empty one.
    pub fn new(relay: Relay, limits: OutboxLimits) -> Self {
        let places = Arc::new(Semaphore::new(usize::try_from(limits.letters).unwrap_or(usize::MAX)));
        Self(Arc::new(Inner { relay, places, hands: Semaphore::new(limits.at_a_time.max(1)), limits }))
    }

    /// Sends a letter in the background. What becomes of it is in the log, under the reference of the sign-in.
    pub fn send(&self, letter: Letter, reference: Option<Reference>) -> Result<(), OutboxFull> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| OutboxFull)?;
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.deliver(letter, reference, place).await });
        Ok(())
    }

    /// Waits until every letter was taken or given up, but no longer than this.
    pub async fn drain(&self, patience: Duration) {
        let all = self.0.places.acquire_many(self.0.limits.letters);
        if timeout(patience, all).await.is_err() {
            let letters = self.0.limits.letters as usize - self.0.places.available_permits();
            tracing::warn!(letters, "letters were still under way at the end, and are lost");
        }
    }
}

impl Inner {
    /// The letter keeps its place until it is taken or given up.
    async fn deliver(&self, letter: Letter, reference: Option<Reference>, _place: OwnedSemaphorePermit) {
        let reference = reference.map(|reference| reference.to_string());
        let mut pauses = self.limits.pauses.iter();
        loop {
            let outcome = match self.hands.acquire().await {
                Ok(_hand) => self.relay.deliver(&letter).await,
                Err(_) => return,
            };
            let error = match outcome {
                Ok(()) => return tracing::debug!(reference, content = ?letter.content, "a letter was taken"),
                Err(error) => error,
            };
            let cause = error.source().map(ToString::to_string);
            match pauses.next().filter(|_| matches!(error, DeliveryError::Later(_))) {
                Some(pause) => {
                    tracing::warn!(reference, %error, cause, "a letter waits");
                    sleep(*pause).await;
                }
                None => {
                    return tracing::error!(reference, content = ?letter.content, %error, cause, "a letter is lost");
                }
            }
        }
    }
}
