use std::net::IpAddr;

use authn::PasskeyChallenge;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use model::OrganisationId;
use serde::{Deserialize, Serialize};
use storage::{SealError, Sealer};
use sts::{Destination, HalfWay};
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::random_text;
use crate::stop::Stop;

/// How long a sign-in page may stand open.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Characters of 128 bits in base64url without padding.
const BINDING_LENGTH: usize = 22;

/// The random value in the cookie of a browser that is about to sign in: what a form is made for (S21).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Binding(String);

impl Binding {
    pub(crate) fn random() -> Result<Self, Stop> {
        random_text().map(Self)
    }

    /// Reads the cookie's value; anything that we did not write is none.
    pub(crate) fn parse(cookie: &str) -> Option<Self> {
        let ours = cookie.len() == BINDING_LENGTH
            && cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        ours.then(|| Self(cookie.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The request that a sign-in form answers, as it travels in a hidden field of the form: per tab, and never in a
/// cookie, because browsers drop a long one silently (S21).
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedRequest {
    /// The browser that the form was made for.
    #[serde(rename = "b")]
    binding: String,
    /// When the form is too old, in seconds since 1970.
    #[serde(rename = "e")]
    expires_at: i64,
    #[serde(rename = "r")]
    destination: Destination,
    /// Who is half-way, on the page that asks for a second factor.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    half_way: Option<HalfWay>,
    /// What the page asked an authenticator, where it did.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    ceremony: Option<Ceremony>,
    /// Where the sign-in began; forms of earlier versions do not say.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    began_from: Option<IpAddr>,
}

/// Whom a form is made for.
pub(crate) struct Recipient<'a> {
    /// The browser.
    pub(crate) binding: &'a Binding,
    /// Where the sign-in began that the form goes on with: the page of a second factor has it of the page before, so that the
    /// token's row tells of a sign-in that changed networks on its way.
    pub(crate) began_from: IpAddr,
}

/// What a page asks an authenticator: an answer counts for the browser that the page was made for, and for nothing else
/// that was asked (S35).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Ceremony {
    /// For a passkey.
    #[serde(rename = "s")]
    SignIn(PasskeyChallenge),
}

/// A hidden field that was opened.
pub(crate) struct Opened {
    /// What the form was made for.
    pub(crate) destination: Destination,
    /// What else the form is good for.
    pub(crate) standing: Standing,
    /// What the page asked an authenticator, if the form is good for this browser.
    pub(crate) ceremony: Option<Ceremony>,
    /// Where the sign-in began, if the form says so: of a stale form too, because a stolen one is stale.
    pub(crate) began_from: Option<IpAddr>,
}

/// What a form of ours is good for.
pub(crate) enum Standing {
    /// For this browser, in time: what was typed beside it may be looked at.
    Fresh,
    /// The same, from the page that asks for a second factor: of somebody whose first factor was proved.
    HalfWay(HalfWay),
    /// Too old or another browser's: only good for asking again.
    Stale,
}

/// The field is not one of ours, or was changed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the form's hidden field is not one of ours")]
pub(crate) struct Forged;

impl SealedRequest {
    /// Seals a request for one browser of one organisation's pages.
    pub(crate) fn seal(
        sealer: &Sealer,
        organisation: OrganisationId,
        recipient: &Recipient<'_>,
        destination: &Destination,
        half_way: Option<&HalfWay>,
        ceremony: Option<&Ceremony>,
        now: DateTime<Utc>,
    ) -> Result<String, SealError> {
        let field = Self {
            binding: recipient.binding.0.clone(),
            expires_at: (now + LIFETIME).timestamp(),
            destination: destination.clone(),
            half_way: half_way.cloned(),
            ceremony: ceremony.cloned(),
            began_from: Some(recipient.began_from),
        };
        let plaintext = serde_json::to_vec(&field).unwrap_or_default();
        Ok(URL_SAFE_NO_PAD.encode(sealer.seal(&context(organisation), &plaintext)?))
    }

    /// Opens a field, and says whether it was made for this browser and is still good.
    pub(crate) fn open(
        sealer: &Sealer,
        organisation: OrganisationId,
        binding: Option<&Binding>,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Opened, Forged> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Forged)?;
        let plaintext = sealer.unseal(&context(organisation), &bytes).map_err(|_| Forged)?;
        let field: Self = serde_json::from_slice(&plaintext).map_err(|_| Forged)?;
        let is_this_browsers =
            binding.is_some_and(|binding| binding.0.as_bytes().ct_eq(field.binding.as_bytes()).into());
        let standing = match field.half_way {
            _ if !is_this_browsers || now.timestamp() >= field.expires_at => Standing::Stale,
            None => Standing::Fresh,
            Some(half_way) => Standing::HalfWay(half_way),
        };
        let ceremony = field.ceremony.filter(|_| !matches!(standing, Standing::Stale));
        Ok(Opened { destination: field.destination, standing, ceremony, began_from: field.began_from })
    }
}

/// What the field is for: it opens nowhere else.
fn context(organisation: OrganisationId) -> String {
    format!("sign-in form of {organisation}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use wsfed::{Message, Parameters};

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 24));

    fn destination(context: &str) -> Destination {
        let query = format!("wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline&wctx={context}");
        match Message::parse(&Parameters::parse(query.as_bytes()).unwrap()).unwrap() {
            Message::SignIn(request) => request.into(),
            other => panic!("{other:?} is no sign-in"),
        }
    }

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    struct Bench {
        sealer: Sealer,
        organisation: OrganisationId,
        binding: Binding,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                sealer: Sealer::transient().unwrap(),
                organisation: OrganisationId::new(),
                binding: Binding::random().unwrap(),
            }
        }

        fn field(&self) -> String {
            let destination = destination("LoginOptions%3D3");
            SealedRequest::seal(
                &self.sealer,
                self.organisation,
                &Recipient { binding: &self.binding, began_from: HOME },
                &destination,
                None,
                None,
                start(),
            )
            .unwrap()
        }

        fn open(&self, field: &str, at: DateTime<Utc>) -> Result<Opened, Forged> {
            SealedRequest::open(&self.sealer, self.organisation, Some(&self.binding), field, at)
        }
    }

    #[test]
    fn a_form_comes_back_as_it_went() {
        let bench = Bench::new();
        let Ok(Opened { destination: opened, standing: Standing::Fresh, .. }) =
            bench.open(&bench.field(), start())
        else {
            panic!("not fresh")
        };
        assert_eq!(opened, destination("LoginOptions%3D3"));
    }

    /// S21: a form made for an attacker's browser is good for nothing in another.
    #[test]
    fn another_browsers_form_is_stale() {
        let bench = Bench::new();
        let field = bench.field();
        let other = Binding::random().unwrap();
        for binding in [Some(&other), None] {
            let opened =
                SealedRequest::open(&bench.sealer, bench.organisation, binding, &field, start()).unwrap();
            assert!(matches!(opened.standing, Standing::Stale));
        }
    }

    /// S21: a stolen form says where it was taken, though it is good for nothing else.
    #[test]
    fn a_form_says_where_its_sign_in_began() {
        let bench = Bench::new();
        let field = bench.field();
        assert_eq!(bench.open(&field, start()).unwrap().began_from, Some(HOME));
        let stolen = SealedRequest::open(&bench.sealer, bench.organisation, None, &field, start()).unwrap();
        assert!(matches!(stolen.standing, Standing::Stale));
        assert_eq!(stolen.began_from, Some(HOME));
    }

    #[test]
    fn a_form_of_an_earlier_version_opens() {
        let bench = Bench::new();
        let earlier = serde_json::json!({
            "b": bench.binding.0,
            "e": (start() + LIFETIME).timestamp(),
            "r": destination("LoginOptions%3D3"),
        });
        let sealed = bench.sealer.seal(&context(bench.organisation), earlier.to_string().as_bytes()).unwrap();
        let opened = bench.open(&URL_SAFE_NO_PAD.encode(sealed), start()).unwrap();
        assert!(matches!(opened.standing, Standing::Fresh));
        assert_eq!(opened.began_from, None);
    }

    #[test]
    fn a_form_ages_at_its_hour() {
        let bench = Bench::new();
        let field = bench.field();
        let last = start() + LIFETIME - TimeDelta::seconds(1);
        assert!(matches!(bench.open(&field, last), Ok(Opened { standing: Standing::Fresh, .. })));
        assert!(matches!(
            bench.open(&field, start() + LIFETIME),
            Ok(Opened { standing: Standing::Stale, .. })
        ));
    }

    /// S21, S23
    #[test]
    fn a_forged_field_opens_nothing() {
        let bench = Bench::new();
        let mut changed = bench.field();
        changed.replace_range(60..61, if &changed[60..61] == "A" { "B" } else { "A" });
        for field in ["", "x", "====", changed.as_str()] {
            assert!(matches!(bench.open(field, start()), Err(Forged)), "{field:?} was opened");
        }
    }

    /// S73
    #[test]
    fn a_form_of_another_organisation_opens_nothing() {
        let bench = Bench::new();
        let elsewhere = OrganisationId::new();
        let opened =
            SealedRequest::open(&bench.sealer, elsewhere, Some(&bench.binding), &bench.field(), start());
        assert!(matches!(opened, Err(Forged)));
    }

    #[test]
    fn only_what_we_wrote_is_a_binding() {
        assert!(Binding::parse(Binding::random().unwrap().as_str()).is_some());
        for cookie in ["", "short", &"A".repeat(23), "AAAAAAAAAAAAAAAAAAAAA;", &"é".repeat(11)] {
            assert!(Binding::parse(cookie).is_none(), "{cookie:?} was accepted");
        }
    }
}
