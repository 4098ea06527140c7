use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::Version;
use crate::names::{SOAP, WSA, WSSE, WSU};

/// The content type of every answer (RFC 3902).
pub const CONTENT_TYPE: &str = "application/soap+xml; charset=utf-8";

/// How long an answer may be on its way (protocol.md §4.5).
const VALIDITY: TimeDelta = TimeDelta::minutes(5);

/// The answer around a response that crate `token` wrote in the version's
/// [`response_format`](Version::response_format), whose bytes stay as they are: what was signed, a client finds
/// (TOK-02, WST-02). To be sent with status 200.
pub fn response_envelope(
    version: Version,
    relates_to: Option<&str>,
    now: DateTime<Utc>,
    response: &[u8],
) -> Vec<u8> {
    envelope(version.response_action(), relates_to, now, response)
}

/// A SOAP 1.2 envelope on one line. An id that XML cannot carry is left out; none that was read is such.
pub(crate) fn envelope(action: &str, relates_to: Option<&str>, now: DateTime<Utc>, body: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(1024);
    out.extend(["<s:Envelope xmlns:s=\"", SOAP, "\" xmlns:a=\"", WSA, "\" xmlns:u=\"", WSU, "\">"]);
    out.extend(["<s:Header><a:Action s:mustUnderstand=\"1\">", action, "</a:Action>"]);
    if let Some(id) = relates_to.filter(|id| xml::check_characters(id).is_ok()) {
        out.push_str("<a:RelatesTo>");
        xml::push_text(&mut out, id);
        out.push_str("</a:RelatesTo>");
    }
    out.extend(["<o:Security s:mustUnderstand=\"1\" xmlns:o=\"", WSSE, "\"><u:Timestamp u:Id=\"_0\">"]);
    let expires = now.checked_add_signed(VALIDITY).unwrap_or(now);
    out.extend(["<u:Created>", &instant(now), "</u:Created><u:Expires>", &instant(expires), "</u:Expires>"]);
    out.push_str("</u:Timestamp></o:Security></s:Header><s:Body>");
    let mut bytes = out.into_bytes();
    bytes.reserve_exact(body.len() + END.len());
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(END);
    bytes
}

const END: &[u8] = b"</s:Body></s:Envelope>";

/// `2026-01-02T03:04:05.678Z`, cut to milliseconds.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
