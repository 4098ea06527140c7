use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use model::OrganisationId;
use storage::{Database, Sealer, Store};
use tempfile::TempDir;
use testkit::{Connection, Demo, Door};
use tokio::time::sleep;

use crate::bare::{Bare, Operation};
use crate::load::{Noise, Target};
use crate::processor::{self, SERVER};
use crate::row::{Pairs, Row};
use crate::sessions;
use crate::visit::Visit;

/// The rows, by the last part of their names, in the order in which they are measured: memory comes before passwords.
pub const ROWS: [&str; 9] = [
    "start",
    "idle_memory",
    "metadata",
    "sso",
    "password",
    "other_p50",
    "half-load-p99",
    "script",
    "sessions_100k",
];

/// Pairs of slices, after one that warms up.
const PAIRS: usize = 5;

/// How long a slice of load takes.
pub const SLICE: Duration = Duration::from_secs(3);

/// Connections that keep the server saturated.
const CROWD: usize = 32;

/// Password forms at a time: as many as keep the hashing busy without being told to wait.
pub const PASSWORD_CROWD: usize = 4;

/// What administrators write: a few claims, from single and from many values.
const SCRIPT: &str = r"
var mail = LoginUser.Get('userprincipalname');
var domain = mail.split('@')[1];
setAttribute('http://schemas.example/claims/domain', domain);
var titles = LoginUser.GetValues('jobtitle');
for (var i = 0; i < titles.length; i++) {
  setAttribute('http://schemas.example/claims/title' + i, titles[i].toLowerCase());
}
if (LoginUser.FirstName == null) { trace('no first name'); }
setAttributeArray('http://schemas.example/claims/role', LoginUser.RoleNames);
";

/// A demo under measurement, with data that it has had before.
pub struct Figures {
    folder: TempDir,
    /// None only while its data are changed.
    demo: Option<Demo>,
    took: Duration,
    /// CPU seconds of a token, once measured.
    token: Option<f64>,
}

impl Figures {
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (demo, _) = start(folder.path(), SERVER).await?;
        demo.stop().await?;
        let (demo, took) = start(folder.path(), SERVER).await?;
        Ok(Self { folder, demo: Some(demo), took, token: None })
    }

    pub async fn row(&mut self, name: &str) -> anyhow::Result<Row> {
        match name {
            "start" => self.starting().await,
            "idle_memory" => self.idle_memory().await,
            "metadata" => self.metadata().await,
            "sso" => self.token().await,
            "password" => self.password().await,
            "other_p50" => self.others().await,
            "half-load-p99" => self.half_load().await,
            "script" => self.script().await,
            "sessions_100k" => self.sessions().await,
            other => bail!("there is no row {other}"),
        }
    }

    /// From the start of the program on existing data to its first answer.
    async fn starting(&mut self) -> anyhow::Result<Row> {
        let mut took = vec![self.took];
        for _ in 1..PAIRS {
            took.push(self.restart().await?);
        }
        took.sort();
        let milliseconds = |took: Duration| took.as_secs_f64() * 1e3;
        let spread = (150.0 / milliseconds(took[PAIRS - 1]), 150.0 / milliseconds(took[0]));
        Ok(Row::budget("server/start", milliseconds(took[PAIRS / 2]), "ms", 150.0).with_spread(spread))
    }

    /// Memory before the first password, the stand-in for Entra ID included.
    async fn idle_memory(&mut self) -> anyhow::Result<Row> {
        self.restart().await?;
        sleep(Duration::from_secs(1)).await;
        Ok(Row::budget("server/idle_memory", self.resident()?, "MiB", 40.0))
    }

    /// The federation metadata beside axum's least answer.
    async fn metadata(&self) -> anyhow::Result<Row> {
        let mut hello = Bare::start(Operation::Hello)?;
        let address = hello.address().await?;
        let least = Target::new(Door::plain(address), "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let metadata = self.visit()?.metadata()?;
        let mut pairs = Vec::new();
        for _ in 0..=PAIRS {
            let work = cpu_per_answer(self.id()?, &metadata, CROWD).await?;
            pairs.push((work, cpu_per_answer(hello.id()?, &least, CROWD).await?));
        }
        Ok(Row::rate("server/metadata", &Pairs::new(pairs.split_off(1)), 0.80))
    }

    /// A token for a live session beside the bare signature.
    async fn token(&mut self) -> anyhow::Result<Row> {
        let visit = self.visit()?;
        let session = visit.session().await?;
        let pairs = beside(self.id()?, &visit.token(&session)?, CROWD, Operation::Rsa).await?;
        visit.verify_a_token(&session).await?;
        self.token = Some(pairs.median().0);
        Ok(Row::rate("server/sso", &pairs, 0.80))
    }

    /// A sign-in with a password beside the bare hash.
    async fn password(&self) -> anyhow::Result<Row> {
        let form = self.visit()?.password().await?;
        let pairs = beside(self.id()?, &form, PASSWORD_CROWD, Operation::Argon2id).await?;
        Ok(Row::rate("server/password", &pairs, 0.93))
    }

    /// How long somebody else waits for the metadata while tokens saturate the server.
    async fn others(&self) -> anyhow::Result<Row> {
        let visit = self.visit()?;
        let token = visit.token(&visit.session().await?)?;
        let metadata = visit.metadata()?;
        let (tokens, took) = tokio::join!(token.saturate(CROWD, 2 * SLICE), async {
            sleep(SLICE / 4).await;
            metadata.one_by_one(SLICE).await
        });
        tokens?;
        Ok(Row::budget("server/other_p50", quantile(took?, 0.5), "ms", 0.5))
    }

    /// How long tokens take when half of what one core can issue is asked for.
    async fn half_load(&mut self) -> anyhow::Result<Row> {
        if self.token.is_none() {
            self.token().await?;
        }
        let cost = self.token.context("no token was measured")?;
        let visit = self.visit()?;
        let token = visit.token(&visit.session().await?)?;
        let took = token.at_random(0.5 / cost, 2 * SLICE, token.open(2 * CROWD).await?).await?;
        ensure!(took.refused.is_empty(), "half of what one core can issue is no overload");
        Ok(Row::budget("server/latency/half-load-p99", quantile(took.served, 0.99), "ms", 20.0))
    }

    /// CPU of a custom script in its worker; at most 0.35 of a bare signature.
    async fn script(&mut self) -> anyhow::Result<Row> {
        self.change_script(Some(SCRIPT)).await?;
        let visit = self.visit()?;
        let session = visit.session().await?;
        let token = visit.token(&session)?;
        let (_noise, mut bare) = (Noise::start().await?, Bare::start(Operation::Rsa)?);
        let mut pairs = Vec::new();
        for _ in 0..=PAIRS {
            let before = self.cpu_of_workers()?;
            let tokens = token.saturate(CROWD, SLICE).await?;
            let script = (self.cpu_of_workers()? - before) / f64::from(tokens);
            pairs.push((script * 1e6, bare.measure(Operation::Rsa.slice()).await? * 0.35e6));
        }
        visit.verify_a_token(&session).await?;
        let pairs = Pairs::new(pairs.split_off(1));
        let (script, budget) = pairs.median();
        let row = Row::budget("server/script", script, "us CPU", budget).with_spread(pairs.spread());
        self.change_script(None).await?;
        Ok(row)
    }

    /// Memory that live sessions take, each of which was asked for once.
    async fn sessions(&mut self) -> anyhow::Result<Row> {
        let hash = sessions::hash_of(&self.visit()?.session().await?)?;
        self.stop_for(async |store, _| sessions::copy(store, &hash).await).await?;
        let visit = self.visit()?;
        let mut connection = Connection::open(&visit.door()).await?;
        for _ in 0..sessions::COUNT {
            connection.exchange(visit.home("").as_bytes()).await?;
        }
        let before = self.resident()?;
        for number in 0..sessions::COUNT {
            connection.exchange(visit.home(&sessions::secret(number)).as_bytes()).await?;
        }
        Ok(Row::budget("server/sessions_100k", self.resident()? - before, "MiB", 40.0))
    }

    async fn change_script(&mut self, script: Option<&str>) -> anyhow::Result<()> {
        let change = async |store: &Store, organisation| {
            let mut transaction = store.begin().await?;
            for mut application in store.applications(organisation).await? {
                application.token_script = script.map(str::to_owned);
                transaction.update_application(&application).await?;
            }
            transaction.commit().await?;
            Ok(())
        };
        self.stop_for(change).await
    }

    /// Stops the demo, changes its database and starts it again.
    async fn stop_for(
        &mut self,
        change: impl AsyncFnOnce(&Store, OrganisationId) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let data = self.demo()?.description.data_dir.clone();
        let sealer = Sealer::open(&data.with_file_name("keys").join("countersign.key"))?;
        let url = format!("sqlite:{}", data.join("countersign.db").display());
        self.demo.take().context("the demo has ended")?.stop().await?;
        let store = Store::open(&Database::new(url), sealer).await?;
        let organisation = store.organisations().await?.pop().context("the demo has no organisation")?;
        change(&store, organisation.id).await?;
        store.close().await;
        self.restart().await?;
        Ok(())
    }

    /// Gives how long the start took.
    async fn restart(&mut self) -> anyhow::Result<Duration> {
        if let Some(demo) = self.demo.take() {
            demo.stop().await?;
        }
        let (demo, took) = start(self.folder.path(), SERVER).await?;
        self.demo = Some(demo);
        Ok(took)
    }

    fn demo(&self) -> anyhow::Result<&Demo> {
        self.demo.as_ref().context("the demo has ended")
    }

    fn visit(&self) -> anyhow::Result<Visit<'_>> {
        Visit::to(self.demo()?)
    }

    fn id(&self) -> anyhow::Result<u32> {
        self.demo()?.id().context("the demo has ended")
    }

    fn resident(&self) -> anyhow::Result<f64> {
        let workers = processor::children(self.id()?)?;
        workers
            .into_iter()
            .try_fold(processor::resident(self.id()?)?, |sum, worker| Ok(sum + processor::resident(worker)?))
    }

    fn cpu_of_workers(&self) -> anyhow::Result<f64> {
        processor::children(self.id()?)?.into_iter().map(processor::cpu_of).sum()
    }
}

/// Starts a demo on these cores; gives also how long its first answer took.
pub async fn start(folder: &Path, cores: &[usize]) -> anyhow::Result<(Demo, Duration)> {
    let begin = Instant::now();
    processor::pin(cores)?;
    let demo = Demo::start_in(env!("CARGO_BIN_EXE_countersign"), folder).await;
    processor::pin(processor::GENERATOR)?;
    let demo = demo?;
    let visit = Visit::to(&demo)?;
    let ready = visit.page("/readyz");
    let status = Connection::open(&ready.door).await?.exchange(&ready.request()).await?.status;
    ensure!(status == 200, "the demo is not ready: {status}");
    Ok((demo, begin.elapsed()))
}

/// Slices of a process's load beside slices of a bare operation, the other core equally busy.
pub async fn beside(
    process: u32,
    target: &Target,
    crowd: usize,
    operation: Operation,
) -> anyhow::Result<Pairs> {
    let (_noise, mut bare) = (Noise::start().await?, Bare::start(operation)?);
    let mut pairs = Vec::new();
    for _ in 0..=PAIRS {
        let work = cpu_per_answer(process, target, crowd).await?;
        pairs.push((work, bare.measure(operation.slice()).await?));
    }
    Ok(Pairs::new(pairs.split_off(1)))
}

async fn cpu_per_answer(process: u32, target: &Target, crowd: usize) -> anyhow::Result<f64> {
    let before = processor::cpu_of(process)?;
    let answers = target.saturate(crowd, SLICE).await?;
    Ok((processor::cpu_of(process)? - before) / f64::from(answers))
}

/// Milliseconds that this share of the times does not exceed.
pub fn quantile(mut times: Vec<Duration>, share: f64) -> f64 {
    times.sort();
    let count = u32::try_from(times.len()).map_or(f64::INFINITY, f64::from);
    let within = times.iter().zip(1_u32..).find(|(_, rank)| f64::from(*rank) >= share * count);
    within.map_or(f64::NAN, |(time, _)| time.as_secs_f64() * 1e3)
}
