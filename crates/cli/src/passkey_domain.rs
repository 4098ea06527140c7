//! The domain that an organisation's passkeys are bound to (WebAuthn's relying party ID): chosen once.

use anyhow::bail;
use config::BaseUrl;
use model::Organisation;
use serde_json::json;
use storage::Store;

use crate::workplace::operator_did;

/// The domain for pages at `base_url`: the one wanted, or else their host. None where they have an address for a host,
/// because passkeys are bound to names.
pub fn chosen(base_url: &BaseUrl, wanted: Option<&str>) -> anyhow::Result<Option<String>> {
    let host = base_url.host();
    let Some(wanted) = wanted else {
        return Ok(is_name(host).then(|| host.to_owned()));
    };
    let domain = wanted.trim().to_ascii_lowercase();
    if !is_name(&domain) || (!domain.contains('.') && domain != host) {
        bail!("{wanted} is no domain that passkeys could be bound to; give one like contoso.example");
    }
    if !holds(&domain, host) {
        bail!("{host}, the host of the base URL, is not in {domain}: no passkey would ever work there");
    }
    Ok(Some(domain))
}

/// Whether passkeys that are bound to `domain` work at `host`: at the domain itself and below it.
pub fn holds(domain: &str, host: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// What an operator is told of the choice.
pub fn told(domain: Option<&str>) -> String {
    match domain {
        Some(domain) => format!("Passkeys are bound to {domain}, for ever."),
        None => "There will be no passkeys: the base URL names an address, and they are bound to a name."
            .to_owned(),
    }
}

/// Chooses for organisations from before there were passkeys, as `init` would by default, in the ledger.
pub async fn choose_where_missing(store: &Store, base_url: &BaseUrl) -> anyhow::Result<()> {
    let former =
        |organisation: &Organisation| organisation.passkey_domain.is_none() && organisation.host.is_none();
    for organisation in store.organisations().await?.into_iter().filter(former) {
        let Some(domain) = chosen(base_url, None)? else { continue };
        let mut transaction = store.begin().await?;
        transaction.choose_passkey_domain(organisation.id, &domain).await?;
        let row = operator_did(&organisation, "passkey domain", json!({ "passkey_domain": domain }));
        transaction.record(&row).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// A name, and not an address (WHATWG URL: a host that ends in a number is an IPv4 address).
fn is_name(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_hostlike = host.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    is_hostlike && last.chars().next().is_some_and(|first| first.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen_for(base_url: &str, wanted: Option<&str>) -> anyhow::Result<Option<String>> {
        chosen(&BaseUrl::parse(base_url).unwrap(), wanted)
    }

    #[test]
    fn the_host_is_the_domain_unless_another_is_wanted() {
        let at = |wanted| chosen_for("https://sign-in.contoso.example:8443", wanted).unwrap();
        assert_eq!(at(None).as_deref(), Some("sign-in.contoso.example"));
        assert_eq!(at(Some(" Contoso.EXAMPLE ")).as_deref(), Some("contoso.example"));
        assert_eq!(chosen_for("http://localhost:8080", None).unwrap().as_deref(), Some("localhost"));
    }

    #[test]
    fn an_address_has_no_passkeys() {
        for base_url in ["http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert_eq!(chosen_for(base_url, None).unwrap(), None, "{base_url}");
        }
    }

    #[test]
    fn a_domain_that_the_host_is_not_in_is_refused() {
        for wanted in [
            "fabrikam.example",
            "toso.example",
            "example",
            "a.sign-in.contoso.example",
            "",
            "10.0.0.1",
            "x y.example",
        ] {
            assert!(chosen_for("https://sign-in.contoso.example", Some(wanted)).is_err(), "{wanted:?}");
        }
    }
}
