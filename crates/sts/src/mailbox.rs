use mail::MailAddress;
use model::{Domain, DomainName, User};
use storage::{StorageError, Store};
use thiserror::Error;

/// The attribute with addresses of a user's beside the one that signs in, as the directory calls it
/// (provisioning.md §6).
pub const MAILBOX_ATTRIBUTE: &str = "OtherMails";

/// Below this every tenant has a domain of its own, which leads into the same mailboxes as its others.
const OF_ALL_TENANTS: &str = "onmicrosoft.com";

/// Why there is no mailbox that a user can be written to.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoMailbox {
    /// No other address is known.
    #[error("no other address of the user is known; set the attribute OtherMails")]
    Missing,
    /// What is written there is no address.
    #[error("the attribute OtherMails holds something that is no mail address")]
    Malformed,
    /// S87: whoever could read the letter there is signed in already, and the owner is not.
    #[error(
        "mail to {0} is read by signing in here, so that it proves nothing; set OtherMails to an address elsewhere"
    )]
    SignsInHere(String),
}

/// The first mailbox of a user that is not read by signing in here, as far as one organisation knows its domains (S87).
pub(crate) fn mailbox(user: &User, domains: &[Domain]) -> Result<MailAddress, NoMailbox> {
    let mut reason = NoMailbox::Missing;
    for written in user.attributes.values(MAILBOX_ATTRIBUTE) {
        match elsewhere(written, domains) {
            Ok(address) => return Ok(address),
            Err(found) => reason = found,
        }
    }
    Err(reason)
}

/// The same, where the domains of every organisation of the deployment are looked at: before anything is sent.
pub async fn private_mailbox(
    store: &Store,
    user: &User,
) -> Result<Result<MailAddress, NoMailbox>, StorageError> {
    let domains = store.domains(user.organisation).await?;
    let address = match mailbox(user, &domains) {
        Ok(address) => address,
        Err(reason) => return Ok(Err(reason)),
    };
    let Ok(domain) = DomainName::parse(address.domain()) else { return Ok(Err(NoMailbox::Malformed)) };
    Ok(match store.domain_over(&domain).await? {
        Some(_) => Err(NoMailbox::SignsInHere(domain.to_string())),
        None => Ok(address),
    })
}

fn elsewhere(written: &str, domains: &[Domain]) -> Result<MailAddress, NoMailbox> {
    let address = MailAddress::parse(written).map_err(|_| NoMailbox::Malformed)?;
    let domain = DomainName::parse(address.domain()).map_err(|_| NoMailbox::Malformed)?;
    let mut over = Some(domain.clone());
    while let Some(name) = over {
        if name.as_str() == OF_ALL_TENANTS || domains.iter().any(|known| known.name == name) {
            return Err(NoMailbox::SignsInHere(domain.to_string()));
        }
        over = name.parent();
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use model::{ActiveRoad, Attributes, IssuerUri, OrganisationId, Upn, UserId};

    use super::*;

    fn domains() -> Vec<Domain> {
        let organisation = OrganisationId::new();
        let domain = |name: &str, proven| {
            let name = DomainName::parse(name).unwrap();
            let issuer = IssuerUri::of_domain(&name);
            Domain { organisation, name, issuer, proven, active_road: ActiveRoad::Off }
        };
        vec![domain("contoso.example", true), domain("fabrikam.example", false)]
    }

    fn mailbox_of(addresses: &[&str]) -> Result<String, NoMailbox> {
        let mut attributes = Attributes::default();
        attributes.set("Mail", ["ada@home.example"]).unwrap();
        if !addresses.is_empty() {
            attributes.set(MAILBOX_ATTRIBUTE, addresses.iter().copied()).unwrap();
        }
        let user = User {
            id: UserId::new(),
            organisation: OrganisationId::new(),
            upn: Upn::parse("ada@contoso.example").unwrap(),
            immutable_id: None,
            active: true,
            attributes,
            created_at: Utc::now(),
        };
        mailbox(&user, &domains()).map(|address| address.to_string())
    }

    /// S87: the same domain, one below it, one that is not proven yet, in whatever letters, and the tenant's own.
    #[test]
    fn a_mailbox_that_signs_in_here_is_none() {
        for address in [
            "ada@contoso.example",
            "ada@mail.contoso.example",
            "ada@CONTOSO.EXAMPLE",
            "grace@fabrikam.example",
            "ada@contoso.onmicrosoft.com",
            "ada@contoso.mail.onmicrosoft.com",
        ] {
            assert!(matches!(mailbox_of(&[address]), Err(NoMailbox::SignsInHere(_))), "{address}");
        }
        assert_eq!(mailbox_of(&["ada@notcontoso.example"]).as_deref(), Ok("ada@notcontoso.example"));
    }

    #[test]
    fn the_first_mailbox_elsewhere_is_taken_and_the_attribute_mail_is_not_read() {
        let addresses = ["ada@contoso.example", "no address", "ada@home.example", "ada@other.example"];
        assert_eq!(mailbox_of(&addresses).as_deref(), Ok("ada@home.example"));
        assert_eq!(mailbox_of(&[]), Err(NoMailbox::Missing));
        for malformed in ["ada", "ada@[127.0.0.1]", "a@b.example, c@d.example"] {
            assert_eq!(mailbox_of(&[malformed]), Err(NoMailbox::Malformed), "{malformed}");
        }
    }
}
