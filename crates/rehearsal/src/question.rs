//! What Entra asks of an answer, in its order (protocol.md §0, fact 1), with its codes (§2.8).

/// A question that Entra asks of an answer, with the code it refuses with (protocol.md §2.8).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    /// The stable name for programs.
    pub(crate) name: &'static str,
    /// What is checked, in words.
    pub(crate) title: &'static str,
    /// The code of the refusal.
    pub(crate) code: &'static str,
    /// Why it is refused and what to do, for the person.
    pub(crate) advice: &'static str,
}

pub(crate) const FORM: Question = Question {
    name: "form",
    title: "Form has the fields of a sign-in response",
    code: "AADSTS20012",
    advice: "The form that was posted is not a WS-Federation sign-in response: it carries wa, \
             wresult and wctx, each once.",
};
pub(crate) const RESPONSE: Question = Question {
    name: "response",
    title: "Response holds one token",
    code: "AADSTS20012",
    advice: "The wresult is not a response of WS-Trust February 2005 with exactly one SAML 1.1 \
             assertion in it.",
};
pub(crate) const BEARER: Question = Question {
    name: "assertion",
    title: "Grant is one token",
    code: "AADSTS50008",
    advice: "The assertion is not one SAML 1.1 assertion, whole and alone, in base64url.",
};
pub(crate) const CONTEXT: Question = Question {
    name: "context",
    title: "Context came back unchanged",
    code: "AADSTS20001",
    advice: "The wctx is not the one that was sent. Start the sign-in again; if that does not \
             help, the identity provider changes it.",
};
pub(crate) const ISSUER: Question = Question {
    name: "issuer",
    title: "Issuer is registered",
    code: "AADSTS50107",
    advice: "No federated domain has this issuer. Compare it, letter by letter, with the \
             issuerUri of the user’s domain.",
};
pub(crate) const CERTIFICATE: Question = Question {
    name: "certificate",
    title: "Signing certificate is the current or next one",
    code: "AADSTS5000811",
    advice: "The token names a certificate that is not registered for the domain. Register it as \
             signingCertificate or nextSigningCertificate.",
};
pub(crate) const KEY_SIZE: Question = Question {
    name: "key_size",
    title: "Key is at least 2048 bits",
    code: "AADSTS50032",
    advice: "The signing key is too short. Make a new one of 2048 bits or more, register it, and \
             change over.",
};
pub(crate) const SIGNATURE: Question = Question {
    name: "signature",
    title: "Signature covers the assertion",
    code: "AADSTS50006",
    advice: "The signature does not hold. Something changed the token after it was signed, or \
             another key signed it.",
};
pub(crate) const WINDOW: Question = Question {
    name: "window",
    title: "Now is within the time window",
    code: "AADSTS500133",
    advice: "The token is too old or from the future. Compare the clocks of both machines.",
};
pub(crate) const AUDIENCE: Question = Question {
    name: "audience",
    title: "Audience",
    code: "AADSTS50008",
    advice: "The token is meant for another relying party.",
};
pub(crate) const SCHEMA: Question = Question {
    name: "schema",
    title: "Assertion follows the SAML 1.1 schema",
    code: "AADSTS50008",
    advice: "The assertion is not built as the SAML 1.1 schema and Entra want it.",
};
pub(crate) const REPLAY: Question = Question {
    name: "replay",
    title: "Token was not seen before",
    code: "AADSTS50013",
    advice: "The same token was handed in before. A token is good for one sign-in; start again to \
             get another.",
};
pub(crate) const ANCHOR: Question = Question {
    name: "immutable_id",
    title: "Immutable ID finds a user",
    code: "AADSTS51004",
    advice: "No user in the tenant has the immutable ID that the token carries. Stamp the user’s \
             Entra account with it, then run the rehearsal again.",
};
pub(crate) const DOMAIN: Question = Question {
    name: "upn_domain",
    title: "UPN is in the issuer’s domain",
    code: "AADSTS5000820",
    advice: "The user belongs to another domain than the issuer. Each domain needs the issuer \
             that is registered for it.",
};
pub(crate) const MULTIFACTOR: Question = Question {
    name: "mfa",
    title: "MFA claim satisfies what was asked",
    code: "AADSTS50079",
    advice: "A second factor was asked for and the token does not say that there was one.",
};

/// The questions that only a token can answer.
pub(crate) const OF_THE_TOKEN: [Question; 11] =
    [ISSUER, CERTIFICATE, KEY_SIZE, SIGNATURE, WINDOW, AUDIENCE, SCHEMA, REPLAY, ANCHOR, DOMAIN, MULTIFACTOR];
