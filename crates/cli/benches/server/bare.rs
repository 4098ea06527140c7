//! The operations that a server cannot do without, each in a process of its own: the limits of its figures.

use std::io::{BufRead, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;

use anyhow::Context;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::processor;

/// As long as a SignedInfo.
const MESSAGE: [u8; 600] = [7; 600];

#[derive(Clone, Copy)]
pub enum Operation {
    /// A signature with RSA-2048 and SHA-256.
    Rsa,
    /// A password hash.
    Argon2id,
    /// Not an operation but a server: the least that axum does for an answer.
    Hello,
}

impl Operation {
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Rsa, Self::Argon2id, Self::Hello].into_iter().find(|operation| operation.name() == name)
    }

    /// So many take about as long as a slice of load.
    pub const fn slice(self) -> u32 {
        match self {
            Self::Rsa => 8000,
            Self::Argon2id => 150,
            Self::Hello => 0,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "bare-rsa",
            Self::Argon2id => "bare-argon2id",
            Self::Hello => "bare-hello",
        }
    }

    /// What the process of an operation does.
    pub fn serve(self) -> anyhow::Result<()> {
        match self {
            Self::Rsa => {
                let key = KeyPair::generate(KeySize::Rsa2048)?;
                let random = SystemRandom::new();
                let mut signature = vec![0; key.public_modulus_len()];
                repeat(|| Ok(key.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)?))
            }
            Self::Argon2id => {
                let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
                let mut memory = vec![Block::default(); hash.params().block_count()];
                let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
                repeat(|| {
                    hash.hash_password_into_with_memory(b"a password", &[7; 16], &mut output, &mut memory)
                        .map_err(|error| anyhow::anyhow!("{error}"))
                })
            }
            Self::Hello => hello(),
        }
    }
}

/// Does as many operations as each line of input says, and answers with the CPU seconds that each took.
fn repeat(mut operation: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut output = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let count: u32 = line?.parse()?;
        let before = processor::cpu_of_single_thread(std::process::id())?;
        for _ in 0..count {
            operation()?;
        }
        let spent = processor::cpu_of_single_thread(std::process::id())? - before;
        writeln!(output, "{}", spent / f64::from(count))?;
    }
    Ok(())
}

/// On a runtime like the server's own.
fn hello() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let router = axum::Router::new().route("/", axum::routing::get(async || "hello"));
        Ok(axum::serve(listener, router).await?)
    })
}

/// The process of an operation, on the server's core; it ends when dropped.
pub struct Bare {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Bare {
    pub fn start(operation: Operation) -> anyhow::Result<Self> {
        processor::pin(processor::SERVER)?;
        let child = Command::new(std::env::current_exe()?)
            .arg(operation.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        processor::pin(processor::GENERATOR)?;
        let mut child = child?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        Ok(Self { child, input, output })
    }

    /// CPU seconds of one operation, over so many of them.
    pub async fn measure(&mut self, count: u32) -> anyhow::Result<f64> {
        self.input.write_all(format!("{count}\n").as_bytes()).await?;
        Ok(self.line().await?.parse()?)
    }

    /// Where [`Operation::Hello`] answers.
    pub async fn address(&mut self) -> anyhow::Result<SocketAddr> {
        Ok(self.line().await?.parse()?)
    }

    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("a bare operation has ended")
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        self.output.next_line().await?.context("a bare operation ended early")
    }
}
