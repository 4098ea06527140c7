//! What a change of the active road means for people, in plain words.

use model::{ActiveRoad, DomainName, EntraFacts};
use policy::active::{EntraGap, entra_collects};

/// What stops, what starts, and what has to be true, in plain words (protocol.md §4.7, §4.8).
pub fn notes(domain: &DomainName, before: &ActiveRoad, after: &ActiveRoad, entra: EntraFacts) -> Vec<String> {
    if before == after {
        return [vec!["Nothing was changed.".to_owned()], conditions(domain, after, entra)].concat();
    }
    let mut notes = Vec::new();
    match after {
        ActiveRoad::Off => notes.push(
            "Stops: sign-in to Windows and macOS with the password of this domain. Joined devices get no primary \
             refresh token and cannot renew one, which Windows does every four hours. Programs that ask for name and \
             password themselves (MSAL and the like) stop too. Browsers are not affected."
                .to_owned(),
        ),
        ActiveRoad::Windows => notes.push(
            "Starts: sign-in to joined Windows devices with its primary refresh token, Platform SSO on macOS, and \
             every program that asks for name and password itself (MSAL and the like), from everywhere: \
             none of them can prove what it is."
                .to_owned(),
        ),
        ActiveRoad::PasswordClients(_) => {
            notes.push(
                "Starts: programs that ask for name and password themselves (MSAL and the like), and \
                 sign-in to Windows and macOS, for whoever meets the conditions."
                    .to_owned(),
            );
            if matches!(before, ActiveRoad::Windows) {
                notes.push(
                    "Stops: all of that for whoever does not, such as people with a joined device on another \
                     network: Windows cannot renew its primary refresh token there."
                        .to_owned(),
                );
            }
        }
    }
    notes.extend(conditions(domain, after, entra));
    notes.push("A running server follows within a second.".to_owned());
    notes
}

/// Who is let in, and who is refused until something else is true.
fn conditions(domain: &DomainName, road: &ActiveRoad, entra: EntraFacts) -> Vec<String> {
    if !road.is_on() {
        return Vec::new();
    }
    let entra = match entra_collects(entra) {
        Ok(()) => {
            "Let in with the password alone, because Entra ID demands a second factor by itself and collects \
                   it here: whoever has one. Refused: whoever needs one by the policy and has none."
                .to_owned()
        }
        Err(gap) => format!(
            "Refused: whoever has a second factor, or needs one by the policy. {}. {}.",
            gap.reason(),
            remedy(domain, gap)
        ),
    };
    vec![
        "No token by this road says that a second factor was given.".to_owned(),
        entra,
        "Entra ID has to know the addresses: metadataExchangeUri and activeSignInUri of the domain (docs/clients.md)."
            .to_owned(),
    ]
}

/// What to do about a gap.
pub fn remedy(domain: &DomainName, gap: EntraGap) -> String {
    match gap {
        EntraGap::DemandNotKnown => format!(
            "Look at Conditional Access and security defaults, then name {domain} in entra.mfa_demanded or \
             entra.mfa_not_demanded of the configuration"
        ),
        EntraGap::NotDemanded => {
            "That changes when Entra ID demands one of all of them, by Conditional Access or security defaults"
                .to_owned()
        }
        EntraGap::BehaviorNotKnown => format!(
            "Look at the domain's federation settings, then name {domain} in the list of the configuration's [entra] \
             that has the name of their federatedIdpMfaBehavior"
        ),
        EntraGap::NotEnforced => {
            "That changes when federatedIdpMfaBehavior is enforceMfaByFederatedIdp".to_owned()
        }
    }
}
