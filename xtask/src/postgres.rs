//! A PostgreSQL of the tests' own: a fresh cluster on a free loopback port, gone when the tests are over.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::command::{run, target};

/// A running cluster; dropping it ends the server, by its process id, and removes its files.
pub struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes and starts a cluster.
    pub fn start() -> anyhow::Result<Self> {
        let binaries = binaries()?;
        let folder = std::env::temp_dir().join(format!("countersign-postgres-{}", std::process::id()));
        let data = folder.join("data");
        fs::create_dir_all(&folder)?;
        let log = fs::File::create(target().join("test-postgres.log"))?;
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder))
                .context("PostgreSQL refuses to run as root")?;
        }
        let mut make = unprivileged(&binaries.join("initdb"));
        make.arg("--pgdata").arg(&data).args([
            "--username=countersign",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
        ]);
        run(make.stdout(Stdio::null())).context("could not make a PostgreSQL cluster")?;

        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut serve = unprivileged(&binaries.join("postgres"));
        serve.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"]).arg(&folder);
        serve.args(["-c", "max_connections=200", "-c", "fsync=off"]);
        let server =
            serve.stdout(log.try_clone()?).stderr(log).spawn().context("could not start PostgreSQL")?;
        let cluster = Self { server, folder, port };
        cluster.wait(&binaries)?;
        Ok(cluster)
    }

    /// Where tests reach it; they make databases of their own.
    pub fn url(&self) -> String {
        format!("postgres://countersign@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&self, binaries: &Path) -> anyhow::Result<()> {
        let patience = Instant::now() + Duration::from_mins(1);
        while Instant::now() < patience {
            let mut ready = Command::new(binaries.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ready.status()?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL did not answer within a minute; see test-postgres.log in the target folder")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is the "fast" shutdown: it does not wait for idle connections.
        let stopped = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        if stopped.is_ok_and(|status| status.success()) {
            let _ = self.server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The newest installed server's folder of programs.
fn binaries() -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let newest = versions
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .max();
    newest.map(|(_, folder)| folder.join("bin")).context("PostgreSQL is not installed")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A command that runs without root's rights, which PostgreSQL insists on. `setpriv` becomes the program, so that
/// the process we started is the server itself.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command
}
