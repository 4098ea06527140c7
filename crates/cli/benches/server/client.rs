use std::net::SocketAddr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept-alive HTTP/1.1 connection that does no more than a measurement needs.
pub struct Connection {
    stream: TcpStream,
    /// The answer that was read last.
    buffer: Vec<u8>,
}

/// An answer, still in its connection's buffer.
pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
    pub body: &'a [u8],
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head_end = loop {
            self.read().await?;
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
        };
        let length: usize = {
            let head = std::str::from_utf8(&self.buffer[..head_end])?;
            field(head, "content-length").context("an answer without length")?.parse()?
        };
        while self.buffer.len() < head_end + 4 + length {
            self.read().await?;
        }
        let head = std::str::from_utf8(&self.buffer[..head_end])?;
        let status = head.get(9..12).context("no status")?.parse()?;
        Ok(Answer { status, head, body: &self.buffer[head_end + 4..] })
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server closed a connection");
        Ok(())
    }
}

impl Answer<'_> {
    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut set = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        set.find_map(|cookie| cookie.split(';').next()?.strip_prefix(name)?.strip_prefix('='))
    }

    /// The value of the form's field.
    pub fn form_field(&self, name: &str) -> Option<&str> {
        let page = std::str::from_utf8(self.body).ok()?;
        let (_, value) = page.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(value.split_once('"')?.0)
    }
}

fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
