use crate::{Parameters, RequestError, SignInRequest, SignOutRequest};

/// What a browser can bring to the passive endpoint (WS-Federation 1.2 §13.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// `wa=wsignin1.0`
    SignIn(SignInRequest),
    /// `wa=wsignout1.0`
    SignOut(SignOutRequest),
    /// `wa=wsignoutcleanup1.0`: end the local session quietly. Whatever else it carries is not looked at, so
    /// that it can never redirect (S11).
    CleanUp,
}

impl Message {
    /// Reads the message that the parameters make up.
    pub fn parse(parameters: &Parameters) -> Result<Self, RequestError> {
        match parameters.filled("wa") {
            Some("wsignin1.0") => SignInRequest::parse(parameters).map(Self::SignIn),
            Some("wsignout1.0") => Ok(Self::SignOut(SignOutRequest::parse(parameters))),
            Some(CLEAN_UP) => Ok(Self::CleanUp),
            Some(_) => Err(RequestError::ActionUnknown),
            None => Err(RequestError::ActionMissing),
        }
    }
}

/// The action that tells a party to end its local session.
const CLEAN_UP: &str = "wsignoutcleanup1.0";

/// Where a relying party ends its session: its reply address with `wa=wsignoutcleanup1.0` (protocol.md §1.4).
pub fn clean_up_address(reply: &model::ReplyAddress) -> String {
    let separator = if reply.as_str().contains('?') { '&' } else { '?' };
    format!("{reply}{separator}wa={CLEAN_UP}")
}

#[cfg(test)]
mod tests {
    use model::{Realm, ReplyAddress};

    use super::*;
    use crate::{Freshness, RequestedMethod};

    fn parse(query: &str) -> Result<Message, RequestError> {
        Message::parse(&Parameters::parse(query.as_bytes())?)
    }

    fn sign_in(rest: &str) -> SignInRequest {
        match parse(&format!("wa=wsignin1.0&wtrealm=urn%3afederation%3AMicrosoftOnline&{rest}")).unwrap() {
            Message::SignIn(request) => request,
            other => panic!("{other:?} is no sign-in"),
        }
    }

    fn refused(query: &str) -> &'static str {
        parse(query).unwrap_err().code()
    }

    /// WSF-01
    #[test]
    fn the_request_that_entra_sends_is_read() {
        let request = sign_in(
            "client-request-id=6f0c0a52-8f3e-4d0b-9d5a-0a1b2c3d4e5f&username=ada%40contoso.example\
             &wctx=LoginOptions%3D3%26estsredirect%3d2%26estsrequest%3dOPAQUE&cbcxt=&popupui=&vv=&mkt=de-DE&lc=1031",
        );
        assert_eq!(request.realm.as_str(), Realm::MICROSOFT_ONLINE);
        assert_eq!(request.reply, None);
        assert_eq!(request.context.as_deref(), Some("LoginOptions=3&estsredirect=2&estsrequest=OPAQUE"));
        assert_eq!(request.username.as_deref(), Some("ada@contoso.example"));
        assert_eq!(request.freshness, Freshness::Any);
        assert_eq!(request.method, RequestedMethod::Any);
        assert_eq!(request.correlation.as_deref(), Some("6f0c0a52-8f3e-4d0b-9d5a-0a1b2c3d4e5f"));
        assert_eq!(request.languages, ["de-DE", "de"]);
    }

    /// WSF-02, S06
    #[test]
    fn a_request_without_a_known_action_or_a_realm_is_refused() {
        for (query, code) in [
            ("", "action_missing"),
            ("wa=", "action_missing"),
            ("WA=wsignin1.0", "action_missing"),
            ("wa=wattr1.0", "action_unknown"),
            ("wa=WSIGNIN1.0&wtrealm=urn:x", "action_unknown"),
            ("wa=wsignin1.0", "realm_missing"),
            ("wa=wsignin1.0&wtrealm=", "realm_missing"),
            ("wa=wsignin1.0&wtrealm=contoso", "realm_malformed"),
            ("wa=wsignin1.0&wtrealm=urn:a%20b", "realm_malformed"),
        ] {
            assert_eq!(refused(query), code, "{query}");
        }
    }

    /// S01, S03: nothing between the wire and the comparison touches the address.
    #[test]
    fn a_reply_address_is_carried_as_sent() {
        for address in [
            "https://rp.example/x/../y",
            "HTTPS://rp.example:443/x",
            "https://rp.example./x",
            "//evil",
            "\\\\evil",
            "https://rp.example/x#f",
            " https://rp.example/x\t",
        ] {
            let escaped = percent_encoding::utf8_percent_encode(address, percent_encoding::NON_ALPHANUMERIC);
            assert_eq!(sign_in(&format!("wreply={escaped}")).reply.as_deref(), Some(address));
        }
    }

    /// S06: an empty address equals no registered one; it is not the same as none.
    #[test]
    fn an_empty_reply_address_does_not_become_the_default() {
        assert_eq!(sign_in("wreply=").reply.as_deref(), Some(""));
    }

    #[test]
    fn the_user_name_wins_over_the_login_hint() {
        let name = |rest| sign_in(rest).username;
        assert_eq!(name("login_hint=a@b.example&username=c@d.example").as_deref(), Some("c@d.example"));
        assert_eq!(name("login_hint=a@b.example&username=").as_deref(), Some("a@b.example"));
        assert_eq!(name("username=&login_hint="), None);
    }

    /// WSF-06, S26
    #[test]
    fn freshness_is_a_whole_number_of_minutes_or_nothing() {
        for (rest, freshness) in [
            ("", Freshness::Any),
            ("wfresh=", Freshness::Any),
            ("wfresh=0", Freshness::Now),
            ("wfresh=000", Freshness::Now),
            ("wfresh=15", Freshness::Within(15)),
            ("wfresh=%2B15", Freshness::Any),
            ("wfresh=-1", Freshness::Any),
            ("wfresh=1.5", Freshness::Any),
            ("wfresh=soon", Freshness::Any),
            ("wfresh=99999999999999999999", Freshness::Any),
            ("prompt=login", Freshness::Now),
            ("prompt=consent%20login&wfresh=30", Freshness::Now),
            ("prompt=none", Freshness::Any),
        ] {
            assert_eq!(sign_in(rest).freshness, freshness, "{rest}");
        }
    }

    /// WSF-07, WSF-09, S25
    #[test]
    fn every_method_of_the_table_is_known_and_no_other() {
        let microsoft = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod";
        for (uri, method) in [
            ("", RequestedMethod::Any),
            ("urn:oasis:names:tc:SAML:1.0:am:unspecified", RequestedMethod::Any),
            ("http://schemas.microsoft.com/claims/multipleauthn", RequestedMethod::Multifactor),
            ("urn:oasis:names:tc:SAML:1.0:am:password", RequestedMethod::Password),
            (&format!("{microsoft}/password"), RequestedMethod::Password),
            ("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", RequestedMethod::Password),
            ("urn:ietf:rfc:1510", RequestedMethod::Integrated),
            ("urn:federation:authentication:windows", RequestedMethod::Integrated),
            (&format!("{microsoft}/windows"), RequestedMethod::Integrated),
            ("urn:ietf:rfc:2246", RequestedMethod::Certificate),
            ("urn:oasis:names:tc:SAML:1.0:am:X509-PKI", RequestedMethod::Certificate),
            (&format!("{microsoft}/tlsclient"), RequestedMethod::Certificate),
        ] {
            assert_eq!(sign_in(&format!("wauth={uri}")).method, method, "{uri}");
        }
        for uri in ["urn:ietf:rfc:2945", "https://schemas.microsoft.com/claims/multipleauthn", "x"] {
            let query = format!("wa=wsignin1.0&wtrealm=urn:x&wauth={uri}");
            assert_eq!(refused(&query), "method_unknown", "{uri}");
        }
    }

    /// WSF-08
    #[test]
    fn the_age_of_a_second_factor_is_a_number_of_seconds() {
        assert_eq!(sign_in("mfa_max_age=900").mfa_max_age, Some(900));
        assert_eq!(sign_in("mfa_max_age=soon").mfa_max_age, None);
    }

    /// WSF-14: the form an IdP-initiated sign-in has.
    #[test]
    fn a_smart_link_is_a_sign_in_like_any_other() {
        let request = sign_in("wctx=wa%3Dwsignin1.0%26wreply%3Dhttps%253A%252F%252Fwww.office.com%252F");
        assert_eq!(request.context.as_deref(), Some("wa=wsignin1.0&wreply=https%3A%2F%2Fwww.office.com%2F"));
    }

    /// WSF-17: pointers are never followed, because they are never read.
    #[test]
    fn legacy_parameters_are_ignored() {
        let legacy =
            "wreq=%3C!DOCTYPE%20x%3E&wreqptr=http%3A%2F%2Fevil.example%2F&wresptr=x&wp=x&wct=%ff&wct=x";
        assert_eq!(sign_in(legacy), sign_in(""));
    }

    /// S21: it travels in a hidden field.
    #[test]
    fn a_request_serialises_compactly_and_reads_back() {
        let request =
            sign_in("wctx=OPAQUE&wfresh=0&wauth=urn:ietf:rfc:2246&username=a@b.example&mfa_max_age=5");
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(
            json,
            r#"{"r":"urn:federation:MicrosoftOnline","c":"OPAQUE","u":"a@b.example","f":"n","m":"c","g":5}"#
        );
        assert_eq!(serde_json::from_str::<SignInRequest>(&json).unwrap(), request);
        let plain = sign_in("");
        let json = serde_json::to_string(&plain).unwrap();
        assert_eq!(json, r#"{"r":"urn:federation:MicrosoftOnline"}"#);
        assert_eq!(serde_json::from_str::<SignInRequest>(&json).unwrap(), plain);
    }

    #[test]
    fn debug_output_keeps_the_context_and_the_name_to_itself() {
        let text = format!("{:?}", sign_in("wctx=OPAQUE&username=ada@contoso.example"));
        assert!(!text.contains("OPAQUE") && !text.contains("ada"), "{text}");
    }

    /// S11, WSF-12
    #[test]
    fn sign_out_needs_nothing_but_its_action() {
        let Ok(Message::SignOut(request)) = parse("wa=wsignout1.0") else { panic!("no sign-out") };
        assert_eq!((request.realm, request.reply), (None, None));
        let Ok(Message::SignOut(request)) = parse("wa=wsignout1.0&wtrealm=nonsense&wreply=//evil") else {
            panic!("no sign-out")
        };
        assert_eq!((request.realm, request.reply.as_deref()), (None, Some("//evil")));
    }

    /// S11, WSF-13
    #[test]
    fn clean_up_carries_nothing_that_could_redirect() {
        assert_eq!(parse("wa=wsignoutcleanup1.0&wreply=https://evil.example/"), Ok(Message::CleanUp));
    }

    /// WSF-12
    #[test]
    fn a_clean_up_address_is_the_reply_address_with_the_action() {
        let clean_up = |reply| clean_up_address(&ReplyAddress::parse(reply).unwrap());
        assert_eq!(
            clean_up("https://login.microsoftonline.com/login.srf"),
            "https://login.microsoftonline.com/login.srf?wa=wsignoutcleanup1.0"
        );
        assert_eq!(clean_up("https://rp.example/x?y=1"), "https://rp.example/x?y=1&wa=wsignoutcleanup1.0");
    }
}
