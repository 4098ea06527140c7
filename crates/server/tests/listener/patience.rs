//! Clients that take their time, or send too much, or are too many.

use std::time::Duration;

use server::ConnectionLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::authority::Authority;
use crate::counter::{Counter, PATIENT};

/// Short for a test, and long enough for a client that does not dawdle on a busy machine.
const SHORT: Duration = Duration::from_secs(2);

const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// All that comes until the server closes; a reset is an end, too.
async fn until_closed(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn answered(counter: &Counter) -> bool {
    let mut connection = counter.connect().await;
    let sent = connection.write_all(ASK).await;
    sent.is_ok() && until_closed(&mut connection).await.starts_with("HTTP/1.1 200")
}

/// S34
#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_cut_off() {
    let authority = Authority::new("Ours");
    let limits = ConnectionLimits { handshake: SHORT, ..PATIENT };
    let counter = Counter::open(Some(&authority.certify()), limits).await;
    let mut silent = counter.connect().await;
    let mut halting = counter.connect().await;
    // The start of a ClientHello.
    halting.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
    assert_eq!(until_closed(&mut silent).await, "");
    assert_eq!(until_closed(&mut halting).await, "");
}

/// S34
#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off() {
    let counter = Counter::open(None, ConnectionLimits { head: SHORT, ..PATIENT }).await;
    let mut slow = counter.connect().await;
    let (mut read, mut write) = slow.split();
    let trickle = async {
        let mut ticks = tokio::time::interval(SHORT / 30);
        write.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.unwrap();
        loop {
            ticks.tick().await;
            if write.write_all(b"a").await.is_err() {
                return;
            }
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = trickle => {}
        _ = read.read_to_end(&mut answer) => {}
    }
    assert!(!String::from_utf8_lossy(&answer).contains("127.0.0.1"));
    assert!(answered(&counter).await, "others are served");
}

/// S34
#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed() {
    let counter = Counter::open(None, ConnectionLimits { head: SHORT, ..PATIENT }).await;
    let mut idle = counter.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert!(until_closed(&mut idle).await.ends_with("127.0.0.1"));
}

/// S34: one connection too many is closed, and a place that is given back is taken again.
#[tokio::test]
async fn connections_are_as_many_as_there_are_places() {
    let counter = Counter::open(None, ConnectionLimits { connections: 2, ..PATIENT }).await;
    let held = [counter.connect().await, counter.connect().await];
    assert!(!answered(&counter).await);
    drop(held);
    while !answered(&counter).await {}
}

/// S34: a handshake that never ends holds its place no longer than it may take.
#[tokio::test]
async fn a_place_held_by_an_unfinished_handshake_is_given_back() {
    let authority = Authority::new("Ours");
    let limits = ConnectionLimits { connections: 1, handshake: SHORT, ..PATIENT };
    let counter = Counter::open(Some(&authority.certify()), limits).await;
    let mut holder = counter.connect().await;
    let mut turned_away = counter.connect().await;
    assert_eq!(until_closed(&mut turned_away).await, "");
    assert_eq!(until_closed(&mut holder).await, "");

    // Whoever has a place now gets as far as an answer to nonsense: an alert of the handshake.
    loop {
        let mut next = counter.connect().await;
        let sent = next.write_all(b"this is no handshake at all").await;
        if sent.is_ok() && !until_closed(&mut next).await.is_empty() {
            break;
        }
    }
}

#[tokio::test]
async fn an_address_or_a_head_that_is_too_long_gets_a_plain_refusal() {
    let counter = Counter::open(None, PATIENT).await;
    let long = "a".repeat(70_000);
    let endless = "a".repeat(600_000);
    let cases = [
        (format!("GET /?{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 414"),
        (format!("GET /?{endless} HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 4"),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {endless}\r\n\r\n"), "HTTP/1.1 431"),
    ];
    for (request, expected) in cases {
        let mut connection = counter.connect().await;
        let (mut read, mut write) = connection.split();
        let mut answer = Vec::new();
        let (_, _) = tokio::join!(write.write_all(request.as_bytes()), read.read_to_end(&mut answer));
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(expected), "{answer:?}");
    }
    assert!(answered(&counter).await);
}

#[tokio::test]
async fn a_request_under_way_ends_before_the_server_does() {
    let counter = Counter::open(None, PATIENT).await;
    let idle = counter.connect().await;
    let mut under_way = counter.connect().await;
    under_way.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    counter.waiting.acquire().await.unwrap().forget();

    counter.stop.cancel();
    counter.answer.notify_one();
    assert!(until_closed(&mut under_way).await.ends_with("at last"));
    counter.serving.await.unwrap().unwrap();
    drop(idle);
}
