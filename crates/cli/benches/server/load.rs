//! Load: as many requests as the server answers, or as many as are due.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use anyhow::ensure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, LocalSet};
use tokio::time::{Instant, sleep_until};

use crate::client::Connection;

/// A request and who answers it.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub request: Rc<[u8]>,
}

impl Target {
    pub fn new(address: SocketAddr, request: &str) -> Self {
        Self { address, request: request.as_bytes().into() }
    }

    /// Asks over so many connections at once, again and again, and counts the answers.
    pub async fn saturate(&self, connections: usize, time: Duration) -> anyhow::Result<u32> {
        let end = Instant::now() + time;
        let tasks = LocalSet::new();
        let ask = || {
            let target = self.clone();
            tasks.spawn_local(async move {
                let mut connection = Connection::open(target.address).await?;
                let mut answers = 0;
                while Instant::now() < end {
                    target.ask(&mut connection).await?;
                    answers += 1;
                }
                Ok(answers)
            })
        };
        let asking: Vec<JoinHandle<anyhow::Result<u32>>> = (0..connections).map(|_| ask()).collect();
        tasks
            .run_until(async {
                let mut answers = 0;
                for connection in asking {
                    answers += connection.await??;
                }
                Ok(answers)
            })
            .await
    }

    /// Asks one after the other until the time is over, and gives how long each answer took.
    pub async fn one_by_one(&self, time: Duration) -> anyhow::Result<Vec<Duration>> {
        let mut connection = Connection::open(self.address).await?;
        let (begin, mut took) = (Instant::now(), Vec::new());
        while begin.elapsed() < time {
            let asked = Instant::now();
            self.ask(&mut connection).await?;
            took.push(asked.elapsed());
        }
        Ok(took)
    }

    /// Asks at random moments, `rate` times a second on average, whether or not earlier answers have come; gives how
    /// long after its moment each was answered.
    pub async fn at_random(
        &self,
        rate: f64,
        time: Duration,
        connections: usize,
    ) -> anyhow::Result<Vec<Duration>> {
        let tasks = LocalSet::new();
        let due = Rc::new(Moments { next: Cell::new(Instant::now()), end: Instant::now() + time, rate });
        let ask = || {
            let (target, due) = (self.clone(), Rc::clone(&due));
            tasks.spawn_local(async move {
                let mut connection = Connection::open(target.address).await?;
                let mut took = Vec::new();
                while let Some(moment) = due.take() {
                    sleep_until(moment).await;
                    target.ask(&mut connection).await?;
                    took.push(moment.elapsed());
                }
                Ok(took)
            })
        };
        let asking: Vec<JoinHandle<anyhow::Result<Vec<Duration>>>> =
            (0..connections).map(|_| ask()).collect();
        tasks
            .run_until(async {
                let mut took = Vec::new();
                for connection in asking {
                    took.append(&mut connection.await??);
                }
                Ok(took)
            })
            .await
    }

    async fn ask(&self, connection: &mut Connection) -> anyhow::Result<()> {
        let answer = connection.exchange(&self.request).await?;
        ensure!(
            answer.status == 200,
            "answered with {}: {}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
        Ok(())
    }
}

/// Moments as far apart as those of a Poisson process.
struct Moments {
    next: Cell<Instant>,
    end: Instant,
    rate: f64,
}

impl Moments {
    fn take(&self) -> Option<Instant> {
        let moment = self.next.get();
        let mut random = [0; 4];
        aws_lc_rs::rand::fill(&mut random).ok()?;
        let uniform = (f64::from(u32::from_le_bytes(random)) + 1.0) / (f64::from(u32::MAX) + 1.0);
        self.next.set(moment + Duration::from_secs_f64(-uniform.ln() / self.rate));
        (moment < self.end).then_some(moment)
    }
}

/// Keeps the generator's core busy with the same kind of work at all times, server or not: answers of a page's size
/// from a listener of its own. Ends when dropped.
pub struct Noise {
    tasks: Vec<JoinHandle<()>>,
}

/// Connections of the noise: enough to leave no idle moment, few enough to leave the load its turn.
const NOISE: usize = 2;

impl Noise {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut tasks = Vec::new();
        for _ in 0..NOISE {
            let mut connection = Connection::open(address).await?;
            let (mut peer, _) = listener.accept().await?;
            tasks.push(tokio::spawn(async move {
                while connection.exchange(b"GET / HTTP/1.1\r\n\r\n").await.is_ok() {}
            }));
            tasks.push(tokio::spawn(async move {
                let page = format!("HTTP/1.1 200 OK\r\ncontent-length: 7000\r\n\r\n{}", "x".repeat(7000));
                let mut request = [0; 512];
                while peer.read(&mut request).await.is_ok_and(|length| length > 0) {
                    if peer.write_all(page.as_bytes()).await.is_err() {
                        break;
                    }
                }
            }));
        }
        Ok(Self { tasks })
    }
}

impl Drop for Noise {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
