//! Programs with a name and a password (WS-Trust over TLS), at the limit of password hashing and far above it.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;
use testkit::{Connection, Demo};
use tokio::time::{Instant, sleep};

use crate::bare::Operation;
use crate::figures::{PASSWORD_CROWD, SLICE, beside, quantile, start};
use crate::load::{Answered, Times};
use crate::processor::{self, BOTH, SERVER};
use crate::row::Row;
use crate::visit::Visit;

/// The rows, by the last part of their names.
pub const ROWS: [&str; 5] = ["password", "browser-p99", "refused-p99", "memory", "recovery"];

/// Sign-ins a second of browsers that have a session: a firm of ten thousand that arrives within twenty seconds.
const BROWSERS: f64 = 500.0;

/// Requests a second of the storm: ten times what one core hashes.
const STORM: f64 = 700.0;

/// Connections of the storm: more than wait in the queue, so that there is always one for the next request.
const CONNECTIONS: usize = 256;

/// A refusal, in milliseconds, takes no longer than one password does: who is refused has waited for nobody's.
const REFUSAL: f64 = 20.0;

/// MiB by which a second storm may raise what the first one left: the memory of answered messages and of failed
/// names grows with both, connections and queues do not.
const GROWTH: f64 = 4.0;

/// How often somebody who was refused comes back in the end.
const COMING_BACK: Duration = Duration::from_millis(20);

/// Demos under measurement.
pub struct Active {
    folder: TempDir,
    storm: Option<Storm>,
}

/// What came of two storms, one after the other.
#[derive(Clone, Copy)]
struct Storm {
    refused: f64,
    /// Resident after the first and after the second.
    memory: (f64, f64),
    /// From the end of the second to a token for somebody who came then.
    recovery: f64,
}

impl Active {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, storm: None })
    }

    pub async fn row(&mut self, name: &str) -> anyhow::Result<Row> {
        match name {
            "password" => self.password().await,
            "browser-p99" => self.browsers().await,
            "refused-p99" => {
                Ok(Row::budget("active/refused-p99", self.storm().await?.refused, "ms", REFUSAL))
            }
            "memory" => {
                let (first, second) = self.storm().await?.memory;
                Ok(Row::budget("active/memory", second, "MiB", first + GROWTH))
            }
            "recovery" => Ok(Row::budget("active/recovery", self.storm().await?.recovery, "ms", 1000.0)),
            other => bail!("there is no row {other}"),
        }
    }

    /// A program's request beside the bare hash.
    async fn password(&self) -> anyhow::Result<Row> {
        let demo = self.start(SERVER).await?;
        let visit = Visit::to(&demo)?;
        let program = visit.program()?;
        let pairs = beside(id(&demo)?, &program, PASSWORD_CROWD, Operation::Argon2id).await?;
        visit.verify_a_programs_token().await?;
        Ok(Row::rate("active/password", &pairs, 0.92))
    }

    /// How long browsers with a session wait while programs keep the hashing busy.
    async fn browsers(&self) -> anyhow::Result<Row> {
        let demo = self.start(BOTH).await?;
        let visit = Visit::to(&demo)?;
        let token = visit.token(&visit.session().await?)?;
        let program = visit.program()?;
        let connections = token.open(CONNECTIONS).await?;
        let (passwords, times) =
            tokio::join!(program.saturate(PASSWORD_CROWD, 2 * SLICE + SLICE / 4), async {
                sleep(SLICE / 4).await;
                token.at_random(BROWSERS, 2 * SLICE, connections).await
            });
        ensure!(passwords? > 0, "no program had a token");
        let times = times?;
        ensure!(times.refused.is_empty(), "browsers with a session were told to come back");
        Ok(Row::budget("active/browser-p99", quantile(times.served, 0.99), "ms", 50.0))
    }

    async fn storm(&mut self) -> anyhow::Result<Storm> {
        if let Some(storm) = self.storm {
            return Ok(storm);
        }
        let demo = self.start(BOTH).await?;
        let (_, first) = (storm(&demo).await?, processor::resident(id(&demo)?)?);
        let (times, recovery) = storm(&demo).await?;
        let second = processor::resident(id(&demo)?)?;
        ensure!(times.refused.len() > times.served.len(), "the storm was none");
        Visit::to(&demo)?.verify_a_programs_token().await?;
        let refused = quantile(times.refused, 0.99);
        Ok(*self.storm.insert(Storm { refused, memory: (first, second), recovery }))
    }

    async fn start(&self, cores: &[usize]) -> anyhow::Result<Demo> {
        Ok(start(self.folder.path(), cores).await?.0)
    }
}

/// Far more requests than can be answered; gives how long they took, and how many milliseconds after their end
/// somebody who came then had a token.
async fn storm(demo: &Demo) -> anyhow::Result<(Times, f64)> {
    let program = Visit::to(demo)?.program()?;
    let connections = program.open(CONNECTIONS).await?;
    let mut afterwards = Connection::open(&program.door).await?;
    let (times, recovery) = tokio::join!(program.at_random(STORM, SLICE, connections), async {
        sleep(SLICE).await;
        let end = Instant::now();
        while program.ask(&mut afterwards).await? == Answered::Refused {
            sleep(COMING_BACK).await;
        }
        anyhow::Ok(end.elapsed())
    });
    Ok((times?, recovery?.as_secs_f64() * 1e3))
}

fn id(demo: &Demo) -> anyhow::Result<u32> {
    demo.id().context("the demo has ended")
}
