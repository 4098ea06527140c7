//! What never leaves: the signing key, and a token that would work in earnest (SEC-02, S81).

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use storage::{Database, Sealer, Store};
use testkit::{Demo, Visitor};

use crate::{COUNTERSIGN, demo};

/// Every private half in the database, opened with the key file as the key ring does it.
async fn private_keys(demo: &Demo) -> anyhow::Result<Vec<Vec<u8>>> {
    let file = demo.data().join("keys/countersign.key");
    let url = format!("sqlite:{}", demo.data().join("data/countersign.db").display());
    let store = Store::open(&Database::new(url), Sealer::open(&file)?).await?;
    let organisation = store.organisations().await?.pop().context("no organisation")?.id;
    let mut halves = Vec::new();
    for record in store.signing_keys(organisation).await? {
        assert!(record.demo, "S81, S83: a demo has no key but one that is marked as a demo's");
        let half = store.private_key(organisation, record.id).await?.context("no private half")?;
        halves.push(half.to_vec());
    }
    store.close().await;
    Ok(halves)
}

/// A private half as it might be written somewhere: its bytes, in hexadecimal, and in base64 at each alignment.
/// Pieces from its end are looked for, where no public number stands. (In PEM, lines may break within a piece; its
/// heading is looked for besides.)
fn spellings(half: &[u8]) -> Vec<Vec<u8>> {
    let secret = half.get(half.len() - 96..).unwrap_or_default();
    let hexadecimal = |upper: bool| -> String {
        secret.iter().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
    };
    let mut spellings = vec![secret.to_vec(), hexadecimal(false).into(), hexadecimal(true).into()];
    for skipped in 0..3 {
        // Whole groups of three bytes: the same characters whatever stands before and after.
        let aligned = secret.get(skipped..skipped + 45).unwrap_or_default();
        spellings.push(BASE64_STANDARD_NO_PAD.encode(aligned).into());
    }
    spellings
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// What an operator's command prints, on both streams.
pub fn printed(demo: &Demo, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new(COUNTERSIGN)
        .args(arguments)
        .env_clear()
        .env("COUNTERSIGN_DATA", demo.data().join("data"))
        .env("COUNTERSIGN_BASE_URL", "https://sign-in.contoso.example")
        .output()?;
    Ok([output.stdout, output.stderr].concat())
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path)?));
        }
    }
    Ok(found)
}

/// The pages that a visitor and the stand-in's visitor can have, by address; the last ones carry a token.
async fn pages(demo: &Demo) -> anyhow::Result<Vec<(String, String)>> {
    let ada = demo.person("ada")?;
    let (base, stand_in) = (&demo.description.base_url, &demo.description.rehearsal_url);
    let visitor = Visitor::new()?;
    let mut pages = Vec::new();
    for address in [
        format!("{base}/"),
        format!("{base}/healthz"),
        format!("{base}/readyz"),
        format!("{base}/nothing"),
        demo.description.metadata_url.clone(),
        demo.request(""),
        demo.request("&wreply=https://evil.example/"),
        format!("{}?wa=wsignout1.0", demo.description.passive_url),
        format!("{stand_in}/"),
        format!("{stand_in}/style.css"),
        format!("{stand_in}/start?username=eve"),
        format!("{stand_in}/login.srf?wa=wsignin1.0&whr=contoso.example"),
    ] {
        let page = visitor.get(&address).await?;
        pages.push((address, format!("{:?}\n{}", page.headers, page.body)));
    }
    let reply = format!("&wreply={stand_in}/login.srf");
    let handed_over = visitor.sign_in(&demo.request(&reply), &ada.upn, &ada.password).await?;
    let verdict = visitor.post(&format!("{stand_in}/login.srf"), &handed_over.form()?.fields).await?;
    assert_eq!(verdict.status, 200, "{}", verdict.body);
    for page in [handed_over, verdict] {
        pages.push((page.url.to_string(), format!("{:?}\n{}", page.headers, page.body)));
    }
    Ok(pages)
}

/// SEC-02, S47: the private half of a signing key is in no page, header, log, description, report or file.
#[tokio::test]
async fn no_private_key_leaves_by_any_door() -> anyhow::Result<()> {
    let demo = demo().await?;
    let mut seen: Vec<(String, Vec<u8>)> =
        pages(&demo).await?.into_iter().map(|(place, text)| (place, text.into_bytes())).collect();
    for arguments in [
        &["--json", "key", "list"][..],
        &["key", "list"],
        &["--json", "key", "new", "--bits", "2048"],
        &["doctor"],
        &["--json", "ledger", "tail", "-n", "100000"],
        &["config", "explain"],
        &["--json", "app", "list"],
    ] {
        seen.push((arguments.join(" "), printed(&demo, arguments)?));
    }
    // The folder of the demo, with its log and its description beside it.
    seen.extend(files(demo.data().parent().context("no folder")?)?);

    let halves = private_keys(&demo).await?;
    assert_eq!(halves.len(), 2, "the demo's own and the one just made");
    for needle in halves.iter().flat_map(|half| spellings(half)) {
        for (place, bytes) in &seen {
            assert!(!holds(bytes, &needle), "{place} holds a private key");
        }
    }
    // The keys of the demo's own certificates lie in their folder, and there only.
    for (place, bytes) in seen.iter().filter(|(place, _)| !place.contains("/demo/keys/")) {
        assert!(!holds(bytes, b"PRIVATE KEY"), "{place} holds some private key");
    }
    Ok(())
}

/// S81: a token is on the page that hands it over and on the stand-in's verdict, both the demo's, whose only key is
/// a demo's; on no other page, and in no report of a command.
#[tokio::test]
async fn a_token_is_shown_to_whom_it_is_for_and_nowhere_else() -> anyhow::Result<()> {
    let demo = demo().await?;
    let shows_token = |bytes: &[u8]| holds(bytes, b":Assertion ") || holds(bytes, b"SignatureValue");
    let mut pages = pages(&demo).await?;
    let with_token = pages.split_off(pages.len() - 2);
    for (place, text) in &pages {
        let is_metadata = *place == demo.description.metadata_url;
        assert!(is_metadata || !shows_token(text.as_bytes()), "{place} shows a token");
    }
    assert!(with_token.iter().all(|(_, text)| shows_token(text.as_bytes())));
    for arguments in
        [&["--json", "ledger", "tail", "-n", "1000"][..], &["doctor"], &["--json", "key", "list"]]
    {
        assert!(!shows_token(&printed(&demo, arguments)?), "{arguments:?} shows a token");
    }
    assert!(!shows_token(demo.log()?.as_bytes()), "the log shows a token");
    private_keys(&demo).await?;
    Ok(())
}
