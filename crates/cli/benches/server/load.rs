//! Load: as many requests as the server answers, or as many as are due.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::bail;
use testkit::{Connection, Door};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, LocalSet};
use tokio::time::{Instant, sleep_until};

/// A request and who answers it.
#[derive(Clone)]
pub struct Target {
    pub door: Door,
    request: Rc<dyn Fn() -> Rc<[u8]>>,
}

/// How long after their moments requests were answered.
#[derive(Default)]
pub struct Times {
    pub served: Vec<Duration>,
    /// Told to come back.
    pub refused: Vec<Duration>,
}

/// How a request was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// With what was asked for.
    Served,
    /// With 503, and when to come back.
    Refused,
}

impl Target {
    /// The same request again and again.
    pub fn new(door: Door, request: &str) -> Self {
        let request: Rc<[u8]> = request.as_bytes().into();
        Self::of_each(door, move || Rc::clone(&request))
    }

    /// A request of its own each time.
    pub fn of_each(door: Door, request: impl Fn() -> Rc<[u8]> + 'static) -> Self {
        Self { door, request: Rc::new(request) }
    }

    pub fn request(&self) -> Rc<[u8]> {
        (self.request)()
    }

    /// Asks over so many connections at once, again and again, and counts the answers.
    pub async fn saturate(&self, connections: usize, time: Duration) -> anyhow::Result<u32> {
        let end = Instant::now() + time;
        let tasks = LocalSet::new();
        let ask = || {
            let target = self.clone();
            tasks.spawn_local(async move {
                let mut connection = Connection::open(&target.door).await?;
                let mut answers = 0;
                while Instant::now() < end {
                    target.have(&mut connection).await?;
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
        let mut connection = Connection::open(&self.door).await?;
        let (begin, mut took) = (Instant::now(), Vec::new());
        while begin.elapsed() < time {
            let asked = Instant::now();
            self.have(&mut connection).await?;
            took.push(asked.elapsed());
        }
        Ok(took)
    }

    /// So many connections, open and unused.
    pub async fn open(&self, count: usize) -> anyhow::Result<Vec<Connection>> {
        let mut connections = Vec::new();
        for _ in 0..count {
            connections.push(Connection::open(&self.door).await?);
        }
        Ok(connections)
    }

    /// Asks at random moments, `rate` times a second on average, whether or not earlier answers have come; gives how
    /// long after its moment each was answered.
    pub async fn at_random(
        &self,
        rate: f64,
        time: Duration,
        connections: Vec<Connection>,
    ) -> anyhow::Result<Times> {
        let tasks = LocalSet::new();
        let due = Rc::new(Moments { next: Cell::new(Instant::now()), end: Instant::now() + time, rate });
        let ask = |mut connection: Connection| {
            let (target, due) = (self.clone(), Rc::clone(&due));
            tasks.spawn_local(async move {
                let mut times = Times::default();
                while let Some(moment) = due.take() {
                    sleep_until(moment).await;
                    match target.ask(&mut connection).await? {
                        Answered::Served => times.served.push(moment.elapsed()),
                        Answered::Refused => times.refused.push(moment.elapsed()),
                    }
                }
                Ok(times)
            })
        };
        let asking: Vec<JoinHandle<anyhow::Result<Times>>> = connections.into_iter().map(ask).collect();
        tasks
            .run_until(async {
                let mut all = Times::default();
                for connection in asking {
                    let mut times = connection.await??;
                    all.served.append(&mut times.served);
                    all.refused.append(&mut times.refused);
                }
                Ok(all)
            })
            .await
    }

    /// Asks once; any answer but these two is an error.
    pub async fn ask(&self, connection: &mut Connection) -> anyhow::Result<Answered> {
        let answer = connection.exchange(&self.request()).await?;
        match (answer.status, answer.header("retry-after")) {
            (200, _) => Ok(Answered::Served),
            (503, Some(_)) => Ok(Answered::Refused),
            (status, _) => bail!("answered with {status}: {}", String::from_utf8_lossy(answer.body)),
        }
    }

    /// Asks once and must have it.
    async fn have(&self, connection: &mut Connection) -> anyhow::Result<()> {
        if self.ask(connection).await? == Answered::Refused {
            bail!("told to come back, where there should be room");
        }
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
            let mut connection = Connection::open(&Door::plain(address)).await?;
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
