//! TLS, judged by curl and OpenSSL.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use server::{ConnectionLimits, Tls};
use tokio::process::Command;

use crate::authority::Authority;
use crate::counter::{Counter, PATIENT};

async fn curl(counter: &Counter, authority: &Path, arguments: &[&str]) -> Output {
    let url = format!("https://localhost:{}/", counter.address.port());
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--ipv4", "--noproxy", "*", "--cacert"]).arg(authority);
    curl.args(arguments).arg(url).output().await.expect("the tests need curl")
}

/// What OpenSSL says to a handshake with this version.
async fn handshake(counter: &Counter, authority: &Path, arguments: &[&str]) -> String {
    let mut client = Command::new("openssl");
    client.args(["s_client", "-brief", "-verify_return_error", "-servername", "localhost"]);
    client.args(arguments).args(["-connect", &counter.address.to_string(), "-CAfile"]);
    let output = client.arg(authority).stdin(Stdio::null()).output().await.expect("the tests need openssl");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// S31: over TLS, too, the client is who opened the connection.
#[tokio::test]
async fn a_client_that_trusts_the_authority_is_answered_at_its_own_address() {
    let authority = Authority::new("Ours");
    let counter = Counter::open(Some(&authority.certify()), PATIENT).await;
    let answer = curl(&counter, &authority.file(), &["--header", "X-Forwarded-For: 192.0.2.1"]).await;
    assert_eq!(said(&answer), "127.0.0.1");

    let answer = curl(&counter, &Authority::new("Somebody else").file(), &[]).await;
    assert!(!answer.status.success() && said(&answer).contains("certificate"), "{}", said(&answer));
}

#[tokio::test]
async fn tls_begins_at_version_1_2() {
    let authority = Authority::new("Ours");
    let counter = Counter::open(Some(&authority.certify()), PATIENT).await;
    for (version, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let said = handshake(&counter, &authority.file(), &[version]).await;
        assert!(
            said.contains(&format!("Protocol version: {name}")) && said.contains("Verification: OK"),
            "{said}"
        );
    }
    for version in ["-tls1", "-tls1_1"] {
        // OpenSSL's own refusal of old versions must not be taken for ours.
        let willing = [version, "-cipher", "DEFAULT@SECLEVEL=0"];
        let said = handshake(&counter, &authority.file(), &willing).await;
        assert!(said.contains("SSL alert number") && !said.contains("Protocol version"), "{said}");
    }
}

#[tokio::test]
async fn a_client_that_prefers_http_2_gets_http_1() {
    let authority = Authority::new("Ours");
    let counter = Counter::open(Some(&authority.certify()), PATIENT).await;
    let answer = curl(&counter, &authority.file(), &["--http2", "--write-out", " %{http_version}"]).await;
    assert_eq!(said(&answer), "127.0.0.1 1.1");
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let (before, after) = (Authority::new("Ours"), Authority::new("Its successor"));
    let files = before.certify();
    let limits = ConnectionLimits { renewal: Duration::from_millis(5), ..PATIENT };
    let counter = Counter::open(Some(&files), limits).await;
    assert!(curl(&counter, &before.file(), &[]).await.status.success());

    after.certify_into(&files);
    while !curl(&counter, &after.file(), &[]).await.status.success() {
        assert!(Tls::load(files.clone()).is_ok());
    }
    assert!(!curl(&counter, &before.file(), &[]).await.status.success(), "the former is gone");
}

/// S31: whoever speaks plain HTTP to a TLS port gets nothing.
#[tokio::test]
async fn plain_http_gets_no_answer_where_tls_is_spoken() {
    let authority = Authority::new("Ours");
    let counter = Counter::open(Some(&authority.certify()), PATIENT).await;
    let mut curl = Command::new("curl");
    let url = format!("http://{}/", counter.address);
    let answer = curl.args(["--silent", "--noproxy", "*", &url]).output().await.unwrap();
    assert!(!answer.status.success() && !said(&answer).contains("127.0.0.1"), "{}", said(&answer));
}
