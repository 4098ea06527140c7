use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where a server on this machine is asked, and whom it is believed by when it speaks TLS.
#[derive(Clone)]
pub struct Door {
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
}

/// A kept-alive HTTP/1.1 connection that does no more than a measurement needs.
pub struct Connection {
    stream: TcpStream,
    tls: Option<ClientConnection>,
    /// The answer that was read last.
    buffer: Vec<u8>,
}

/// An answer, still in its connection's buffer.
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    head: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Door {
    /// A door without TLS.
    pub const fn plain(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }

    /// The door of an https address on this machine, by the certificates of an authority's PEM file.
    pub fn secured(url: &str, authority: &Path) -> anyhow::Result<Self> {
        let (_, port) = url.trim_end_matches('/').rsplit_once(':').context("the address has no port")?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(authority)? {
            roots.add(certificate?)?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse()?));
        Ok(Self { address, tls: Some(Arc::new(config)) })
    }
}

impl Connection {
    /// Connects, and shakes hands where TLS is spoken.
    pub async fn open(door: &Door) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(door.address).await?;
        stream.set_nodelay(true)?;
        let tls = match &door.tls {
            Some(config) => Some(ClientConnection::new(Arc::clone(config), "localhost".try_into()?)?),
            None => None,
        };
        let mut connection = Self { stream, tls, buffer: Vec::with_capacity(16 * 1024) };
        connection.flush().await?;
        while connection.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
            connection.receive().await?;
        }
        Ok(connection)
    }

    /// Sends a request and reads the whole answer, which has a length.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.send(request).await?;
        self.buffer.clear();
        let head_end = loop {
            self.receive().await?;
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
        };
        let length: usize = {
            let head = std::str::from_utf8(&self.buffer[..head_end])?;
            field(head, "content-length").context("an answer without length")?.parse()?
        };
        while self.buffer.len() < head_end + 4 + length {
            self.receive().await?;
        }
        let head = std::str::from_utf8(&self.buffer[..head_end])?;
        let status = head.get(9..12).context("no status")?.parse()?;
        Ok(Answer { status, head, body: &self.buffer[head_end + 4..] })
    }

    /// Sends, and reads nothing.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let Some(tls) = &mut self.tls else {
            return Ok(self.stream.write_all(request).await?);
        };
        // Far below what a session keeps before it refuses more.
        ensure!(request.len() <= 32 * 1024, "a request too long for this client");
        tls.writer().write_all(request)?;
        self.flush().await
    }

    /// Sends what the session has to say.
    async fn flush(&mut self) -> anyhow::Result<()> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        let mut records = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut records)?;
        }
        Ok(self.stream.write_all(&records).await?)
    }

    /// Waits for more, and appends it to the buffer; of TLS a record may bring nothing.
    async fn receive(&mut self) -> anyhow::Result<()> {
        let Some(tls) = &mut self.tls else {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server closed a connection");
            return Ok(());
        };
        let mut arrived = [0; 8 * 1024];
        let length = self.stream.read(&mut arrived).await?;
        ensure!(length > 0, "the server closed a connection");
        let mut arrived = &arrived[..length];
        while !arrived.is_empty() {
            tls.read_tls(&mut arrived)?;
            let plain = tls.process_new_packets()?.plaintext_bytes_to_read();
            let begin = self.buffer.len();
            self.buffer.resize(begin + plain, 0);
            tls.reader().read_exact(&mut self.buffer[begin..])?;
        }
        self.flush().await
    }
}

impl Answer<'_> {
    /// A header's value, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        field(self.head, name)
    }

    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut set = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        set.find_map(|cookie| cookie.split(';').next()?.strip_prefix(name)?.strip_prefix('='))
    }

    /// The value of the form's field, as it stands in the page.
    pub fn form_field(&self, name: &str) -> Option<&str> {
        let page = std::str::from_utf8(self.body).ok()?;
        let (_, value) = page.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(value.split_once('"')?.0)
    }
}

fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
