use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::SyntaxError;

/// What one run may use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Budget {
    /// Milliseconds after which the engine interrupts the script.
    pub wall: u64,
    /// Bytes the engine may allocate.
    pub memory: usize,
    /// Bytes of the engine's stack.
    pub stack: usize,
    /// Bytes of the outcome.
    pub output: usize,
}

/// From the server to a worker. A run's input follows as the body.
#[derive(Debug, Serialize, Deserialize)]
pub enum Order {
    /// The first order: confine yourself.
    Begin(Budget),
    /// Keep this program; the first is number 0, and so on.
    Install { host: String, source: String },
    /// Run a program once.
    Run(usize),
    /// Say whether this parses.
    Check(String),
}

/// From a worker to the server, which trusts none of it (S76). A finished run's outcome follows as the body.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    Ready,
    Installed,
    Finished { trace: Vec<String> },
    Threw { message: String, line: Option<u32>, trace: Vec<String> },
    TimedOut { trace: Vec<String> },
    OutOfMemory { trace: Vec<String> },
    OutputTooLarge { trace: Vec<String> },
    Checked(Result<(), SyntaxError>),
}

/// The most bytes a head and a body may have.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub head: usize,
    pub body: usize,
}

/// The lengths of head and body, four bytes each, little-endian.
const PREFIX: usize = 8;

fn encode(head: &impl Serialize, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut message = vec![0; PREFIX];
    serde_json::to_writer(&mut message, head)?;
    let length = |of: usize| {
        u32::try_from(of).map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a message is too long"))
    };
    let (head, body_length) = (length(message.len() - PREFIX)?, length(body.len())?);
    let lengths = u64::from(head) | u64::from(body_length) << 32;
    message.splice(..PREFIX, lengths.to_le_bytes());
    message.extend_from_slice(body);
    Ok(message)
}

fn lengths(prefix: [u8; PREFIX], bounds: Bounds) -> io::Result<(usize, usize)> {
    let lengths = u64::from_le_bytes(prefix);
    let length = |of: u64| usize::try_from(of).unwrap_or(usize::MAX);
    let (head, body) = (length(lengths & u64::from(u32::MAX)), length(lengths >> 32));
    if head > bounds.head || body > bounds.body {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message is longer than agreed"));
    }
    Ok((head, body))
}

fn decode<T: DeserializeOwned>(mut message: Vec<u8>, head: usize) -> io::Result<(T, Vec<u8>)> {
    let body = message.split_off(head);
    Ok((serde_json::from_slice(&message)?, body))
}

/// Writes one message in one go, so that the reader wakes once.
pub fn write(pipe: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    pipe.write_all(&encode(head, body)?)?;
    pipe.flush()
}

/// Reads one message; none when the other side has closed.
pub fn read<T: DeserializeOwned>(pipe: &mut impl Read, bounds: Bounds) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut prefix = [0; PREFIX];
    match pipe.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let (head, body) = lengths(prefix, bounds)?;
    let mut message = vec![0; head + body];
    pipe.read_exact(&mut message)?;
    decode(message, head).map(Some)
}

/// [`write`], for the server.
pub async fn send(
    pipe: &mut (impl AsyncWrite + Unpin),
    head: &impl Serialize,
    body: &[u8],
) -> io::Result<()> {
    pipe.write_all(&encode(head, body)?).await?;
    pipe.flush().await
}

/// [`read`], for the server; a worker that has closed is an error.
pub async fn receive<T: DeserializeOwned>(
    pipe: &mut (impl AsyncRead + Unpin),
    bounds: Bounds,
) -> io::Result<(T, Vec<u8>)> {
    let mut prefix = [0; PREFIX];
    pipe.read_exact(&mut prefix).await?;
    let (head, body) = lengths(prefix, bounds)?;
    let mut message = vec![0; head + body];
    pipe.read_exact(&mut message).await?;
    decode(message, head)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds = Bounds { head: 64, body: 4 };

    fn read_back(bytes: &[u8]) -> io::Result<Option<(Report, Vec<u8>)>> {
        read(&mut &*bytes, BOUNDS)
    }

    #[test]
    fn a_message_comes_back_as_it_was_sent() {
        let mut bytes = Vec::new();
        write(&mut bytes, &Report::Finished { trace: vec!["a".to_owned()] }, b"[1]").unwrap();
        let (report, body) = read_back(&bytes).unwrap().unwrap();
        assert!(matches!(report, Report::Finished { trace } if trace == ["a"]));
        assert_eq!(body, b"[1]");
        assert!(read_back(&[]).unwrap().is_none());
    }

    /// S76: nothing is reserved for a length that a worker merely claims.
    #[test]
    fn a_message_longer_than_agreed_is_refused_before_it_is_read() {
        for hostile in [[255, 255, 255, 255, 0, 0, 0, 0], [2, 0, 0, 0, 255, 255, 255, 255]] {
            let error = read_back(&hostile).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
        assert!(read_back(&[2, 0, 0, 0, 0, 0, 0, 0, b'{']).is_err());
        assert!(read_back(&[2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}']).is_err());
    }

    proptest! {
        /// S76: a worker may say anything.
        #[test]
        fn no_bytes_make_the_reader_fail(mut bytes in prop::collection::vec(any::<u8>(), 8..80), head in 0_u8..70) {
            bytes.splice(..8, [head, 0, 0, 0, 2, 0, 0, 0]);
            if let Ok(Some((_, body))) = read_back(&bytes) {
                prop_assert_eq!(body.len(), 2);
            }
        }
    }
}
