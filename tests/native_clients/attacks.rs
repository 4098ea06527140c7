//! Hostile requests for tokens, sent to the real binary over TLS by curl.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tempfile::NamedTempFile;
use testkit::{Connection, Demo, Page};

use crate::curl::Curl;
use crate::{COUNTERSIGN, corpus};

/// The longest that a refusal may take.
const BOUND: Duration = Duration::from_millis(200);

/// How often a request is sent at most until it is answered within the bound: other programs of this machine may take
/// the time of one, but what the server itself needs too long for, it needs too long for each time.
const TRIES: usize = 20;

/// KiB by which the resident memory may grow from one round of all attacks to the next: less than one large body.
const GROWTH: u64 = 8 * 1024;

const SOAP: &str = "Content-Type: application/soap+xml; charset=utf-8";
const DIGEST: &str = "<wsse:Password Type='http://docs.oasis-open.org/wss/2004/01/\
                      oasis-200401-wss-username-token-profile-1.0#PasswordDigest'>";
const ACTION: &str = "SOAPAction: http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";

/// Sends a body to the endpoint of WS-Trust 1.3 under these headers.
async fn post(demo: &Demo, curl: &Curl, headers: &[&str], body: &[u8]) -> anyhow::Result<(Page, Duration)> {
    let mut file = NamedTempFile::new()?;
    file.write_all(body)?;
    let body = format!("@{}", file.path().display());
    let mut arguments = vec!["--data-binary", &body, "--header", "Expect:"];
    arguments.extend(headers.iter().flat_map(|header| ["--header", header]));
    curl.timed(&demo.description.wstrust_13_url, &arguments).await
}

/// Refused, without a token, and in time.
async fn assert_refused(
    demo: &Demo,
    curl: &Curl,
    name: &str,
    headers: &[&str],
    body: &[u8],
) -> anyhow::Result<()> {
    for attempt in 1.. {
        let (page, took) = match post(demo, curl, headers, body).await {
            Ok(answer) => answer,
            // A server that refuses the rest of a body closes the connection; who is still sending may hear of that
            // before the answer.
            Err(error) if attempt < TRIES && is_cut_off(&error) => continue,
            Err(error) => return Err(error.context(name.to_owned())),
        };
        let is_fault = page.body.contains("<s:Fault>");
        assert!(page.status.is_client_error() || is_fault, "{name}: {} {}", page.status, page.body);
        assert!(!page.body.contains("Assertion "), "{name} got a token");
        if took < BOUND {
            break;
        }
        assert!(attempt < TRIES, "{name} takes {took:?} each time");
    }
    Ok(())
}

/// Whether curl could not send or read on.
fn is_cut_off(error: &anyhow::Error) -> bool {
    ["curl: (55)", "curl: (56)"].iter().any(|code| error.to_string().contains(code))
}

/// KiB of memory that the server has.
fn resident(demo: &Demo) -> anyhow::Result<u64> {
    let id = demo.id().context("the demo has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// S50, S51, S52, WST-06: each attack on the reader is a fault or a 4xx within 200 ms, and memory stays flat.
#[tokio::test]
async fn every_attack_on_the_reader_is_refused_quickly_and_leaves_nothing() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let mut afterwards = Vec::new();
    for _ in 0..2 {
        for attack in corpus::attacks() {
            let name = format!("{} ({})", attack.name, attack.code);
            assert_refused(&demo, &curl, &name, &[SOAP, ACTION], &attack.message).await?;
        }
        afterwards.push(resident(&demo)?);
    }
    let [first, second] = afterwards[..] else { unreachable!("two rounds") };
    assert!(second < first + GROWTH, "{first} KiB after the first round, {second} KiB after the second");
    assert_serves(&demo, &curl).await
}

/// S53, WST-07, WST-08: Ada's own request, with a password that is right, in forms that nobody may answer.
#[tokio::test]
async fn a_request_with_two_readings_or_of_another_time_gets_no_token() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    assert_serves(&demo, &curl).await?;
    let ada = demo.person("ada")?;
    let good = || demo.description.token_request(&ada.upn, &ada.password);
    let part = |name: &str| -> anyhow::Result<String> {
        let good = good();
        let from = good.find(&format!("<{name}")).with_context(|| name.to_owned())?;
        let end = format!("</{name}>");
        let to = good.find(&end).with_context(|| name.to_owned())? + end.len();
        Ok(good.get(from..to).unwrap_or_default().to_owned())
    };
    let mut messages = Vec::new();
    for name in [
        "wsse:Security",
        "wsse:UsernameToken",
        "wsse:Username",
        "wsse:Password",
        "wsp:AppliesTo",
        "wsa:To",
        "wsa:Action",
        "wst:RequestType",
        "s:Header",
        "s:Body",
    ] {
        // The message id of each is another, and stands in the header.
        let text = good();
        let from = text.find(&format!("<{name}")).unwrap_or_default();
        let end = format!("</{name}>");
        let to = text.find(&end).unwrap_or_default() + end.len();
        let (before, it, after) = (&text[..from], &text[from..to], &text[to..]);
        messages.push((format!("no {name}"), format!("{before}{after}")));
        messages.push((format!("{name} twice"), format!("{before}{it}{it}{after}")));
    }
    let created = part("wsu:Created")?;
    for (name, from, to) in [
        ("a digest", "<wsse:Password>", DIGEST),
        ("an old message", created.as_str(), "<wsu:Created>2001-01-01T00:00:00Z</wsu:Created>"),
        ("a message of the far future", &created, "<wsu:Created>2199-01-01T00:00:00Z</wsu:Created>"),
        ("an unknown audience", "urn:federation:MicrosoftOnline", "urn:somebody:else"),
        ("another endpoint", "/trust/13/usernamemixed", "/trust/13/windowstransport"),
        ("another host", "https://localhost:", "https://evil.example:"),
        ("another version", "ws-sx/ws-trust/200512/RST/Issue", "ws-sx/ws-trust/200512/RST/Renew"),
    ] {
        messages.push((name.to_owned(), good().replace(from, to)));
    }
    for (name, message) in &messages {
        assert_refused(&demo, &curl, name, &[SOAP, ACTION], message.as_bytes()).await?;
    }

    // The same bytes a second time.
    let message = good();
    assert_eq!(post(&demo, &curl, &[SOAP, ACTION], message.as_bytes()).await?.0.status, 200);
    assert_refused(&demo, &curl, "a message again", &[SOAP, ACTION], message.as_bytes()).await?;
    assert_eq!(tokens(&demo)?, 2, "one of the beginning, one of the end");
    Ok(())
}

/// S52, S53: headers that do not fit the message.
#[tokio::test]
async fn a_request_under_other_headers_gets_no_token() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    assert_serves(&demo, &curl).await?;
    let ada = demo.person("ada")?;
    for headers in [
        &["Content-Type: application/soap+xml; charset=utf-16", ACTION][..],
        &["Content-Type: application/soap+xml; charset=iso-8859-1", ACTION],
        &["Content-Type: text/xml; charset=utf-8", ACTION],
        &["Content-Type: application/x-www-form-urlencoded", ACTION],
        &["Content-Type:", ACTION],
        &[SOAP, "SOAPAction: http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Renew"],
    ] {
        let message = demo.description.token_request(&ada.upn, &ada.password);
        assert_refused(&demo, &curl, &format!("{headers:?}"), headers, message.as_bytes()).await?;
    }
    assert_eq!(tokens(&demo)?, 1);
    Ok(())
}

/// Bodies that never end, or come letter by letter, take nothing from others.
#[tokio::test]
async fn unfinished_bodies_hold_nobody_up() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let (door, ada) = (demo.secured()?, demo.person("ada")?);
    let request = demo.description.posted_token_request(&ada.upn, &ada.password);
    let mut unfinished = Vec::new();
    for _ in 0..100 {
        let mut connection = Connection::open(&door).await?;
        connection.send(request.get(..request.len() - 1).unwrap_or_default()).await?;
        unfinished.push(connection);
    }
    assert_serves(&demo, &curl).await?;
    assert_eq!(tokens(&demo)?, 1);

    // And who finishes is answered.
    let mut late = unfinished.pop().context("nobody waits")?;
    assert_eq!(late.exchange(request.get(request.len() - 1..).unwrap_or_default()).await?.status, 200);
    Ok(())
}

/// Addresses that AD FS has and we do not, other methods, and detours.
#[tokio::test]
async fn there_is_nothing_beside_the_published_addresses() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let base = format!("{}/adfs/services/trust", demo.description.tls_base_url);
    let ada = demo.person("ada")?;
    let message = demo.description.token_request(&ada.upn, &ada.password);
    for path in [
        "13/windowstransport",
        "13/certificatemixed",
        "13/issuedtokenmixedasymmetricbasic256",
        "2005/windowstransport",
        "13/usernamemixed/",
        "13/usernamemixed/x",
        "13//usernamemixed",
        "13/%2e%2e/13/usernamemixed",
        "13/usernamemixed%00",
        "12/usernamemixed",
        "proxymex",
        "mex/x",
    ] {
        let arguments = ["--path-as-is", "--header", SOAP, "--header", ACTION, "--data-binary", &message];
        let page = curl.ask(&format!("{base}/{path}"), &arguments).await?;
        assert_eq!(page.status, 404, "{path}");
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let page = curl.ask(&demo.description.wstrust_13_url, &["--request", method]).await?;
        assert!(page.status.is_client_error(), "{method}: {}", page.status);
    }
    assert_eq!(tokens(&demo)?, 0);
    Ok(())
}

/// S31: what a request says of hosts and of its origin changes neither the published addresses nor the ledger.
#[tokio::test]
async fn pretended_hosts_and_addresses_change_nothing() -> anyhow::Result<()> {
    let demo = Demo::start(COUNTERSIGN).await?;
    let curl = Curl::trusting(&demo.description.ca_file)?;
    let pretended = [
        "Host: evil.example",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: http",
        "X-Forwarded-For: 192.0.2.1",
        "Forwarded: for=192.0.2.1;host=evil.example",
    ];
    let headers: Vec<_> = pretended.into_iter().flat_map(|header| ["--header", header]).collect();
    let mex = &demo.description.mex_url;
    let elsewhere = curl.ask(mex, &headers).await?;
    assert!(elsewhere.status == 421 && !elsewhere.body.contains("evil"), "{}", elsewhere.body);
    assert_eq!(curl.ask(mex, &headers[2..]).await?.body, curl.ask(mex, &[]).await?.body);

    let ada = demo.person("ada")?;
    let message = demo.description.token_request(&ada.upn, &ada.password);
    let headers = [&[SOAP, ACTION], &pretended[1..]].concat();
    assert_eq!(post(&demo, &curl, &headers, message.as_bytes()).await?.0.status, 200);
    let rows = serde_json::to_string(&ledger(&demo.data().join("data"))?)?;
    assert!(rows.contains("127.0.0.1") && !rows.contains("192.0.2.1") && !rows.contains("evil"));
    Ok(())
}

/// A request as it should be has a token.
async fn assert_serves(demo: &Demo, curl: &Curl) -> anyhow::Result<()> {
    let ada = demo.person("ada")?;
    let message = demo.description.token_request(&ada.upn, &ada.password);
    let (page, _) = post(demo, curl, &[SOAP, ACTION], message.as_bytes()).await?;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Assertion "));
    Ok(())
}

/// How many tokens the ledger knows of.
fn tokens(demo: &Demo) -> anyhow::Result<usize> {
    let rows = ledger(&demo.data().join("data"))?;
    Ok(rows.iter().filter(|row| row["entry"]["detail"]["assertion"].is_string()).count())
}

/// The rows of a ledger, read by an operator's command.
fn ledger(data: &Path) -> anyhow::Result<Vec<serde_json::Value>> {
    let output = std::process::Command::new(COUNTERSIGN)
        .args(["--json", "ledger", "tail", "-n", "100000"])
        .env_clear()
        .env("COUNTERSIGN_DATA", data)
        .env("COUNTERSIGN_BASE_URL", "https://sign-in.contoso.example")
        .output()?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
