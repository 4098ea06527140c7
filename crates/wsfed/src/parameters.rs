use std::fmt;

use percent_encoding::percent_decode;

use crate::{RequestError, language};

/// The longest query string or form body that is read, in bytes (WSF-16 asks for 16 KB at least).
pub const REQUEST_LIMIT: usize = 64 * 1024;

/// The longest value of a parameter that is compared with something registered, in bytes.
const ADDRESS_LIMIT: usize = 2 * 1024;

/// The longest value of a parameter that is carried or shown, in bytes; `wctx` is the one that gets long.
const TEXT_LIMIT: usize = 32 * 1024;

/// The parameters that are read, with the limit of each; all others are ignored (WSF-17).
const KNOWN: [(&str, usize); 15] = [
    ("wa", ADDRESS_LIMIT),
    ("wtrealm", ADDRESS_LIMIT),
    ("wreply", ADDRESS_LIMIT),
    ("wctx", TEXT_LIMIT),
    ("wauth", ADDRESS_LIMIT),
    ("wfresh", TEXT_LIMIT),
    ("whr", TEXT_LIMIT),
    ("username", TEXT_LIMIT),
    ("login_hint", TEXT_LIMIT),
    ("prompt", TEXT_LIMIT),
    ("mfa_max_age", TEXT_LIMIT),
    ("client-request-id", TEXT_LIMIT),
    ("ui_locales", TEXT_LIMIT),
    ("mkt", TEXT_LIMIT),
    ("lc", TEXT_LIMIT),
];

/// The decoded parameters of a request, each there at most once. Made by the one decoder for query strings and
/// form bodies, so that nobody downstream can read the same bytes differently (WSF-04, S06).
#[derive(Clone, Default)]
pub struct Parameters([Option<String>; KNOWN.len()]);

impl Parameters {
    /// Reads a raw query string or `application/x-www-form-urlencoded` body: escapes in both letter cases,
    /// empty values, any order, `+` for space; a `%` that starts no escape stands for itself (WHATWG URL §5.1).
    pub fn parse(raw: &[u8]) -> Result<Self, RequestError> {
        if raw.len() > REQUEST_LIMIT {
            return Err(RequestError::RequestTooLong);
        }
        let mut parameters = Self::default();
        for pair in raw.split(|byte| *byte == b'&') {
            let (raw_name, raw_value) = split_at_equals(pair);
            let name = decode(raw_name);
            for (slot, (known, limit)) in parameters.0.iter_mut().zip(KNOWN) {
                if name != known.as_bytes() {
                    continue;
                }
                if raw_name != known.as_bytes() {
                    return Err(RequestError::ParameterNameEscaped(known));
                }
                if slot.is_some() {
                    return Err(RequestError::ParameterRepeated(known));
                }
                *slot = Some(value(known, limit, raw_value)?);
            }
        }
        Ok(parameters)
    }

    /// The value of a parameter as it was sent, which may be empty.
    pub(crate) fn sent(&self, name: &str) -> Option<&str> {
        let (_, value) = KNOWN.iter().zip(&self.0).find(|((known, _), _)| *known == name)?;
        value.as_deref()
    }

    /// The value of a parameter where empty means the same as absent (protocol.md §1.1).
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.sent(name).filter(|value| !value.is_empty())
    }

    /// Entra's id of the request (`client-request-id`), when it looks like one: it is logged and shown (WSF-15).
    pub fn correlation(&self) -> Option<String> {
        self.filled("client-request-id").and_then(correlation_id)
    }

    /// The languages that the request asks for, most wanted first (WSF-15).
    pub fn languages(&self) -> Vec<String> {
        let asked = |name| self.filled(name).unwrap_or_default();
        language::wanted(asked("ui_locales"), asked("mkt"), asked("lc"))
    }
}

/// A client's id of its request, when it looks like one: it is logged and shown (WSF-15).
pub fn correlation_id(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-{}".contains(c);
    (!text.is_empty() && text.len() <= 64 && text.chars().all(plain)).then(|| text.to_owned())
}

/// Values may name people and hold Entra's sealed state, so that only the names are shown.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present =
            KNOWN.iter().zip(&self.0).filter(|(_, value)| value.is_some()).map(|((name, _), _)| name);
        f.write_str("Parameters")?;
        f.debug_list().entries(present).finish()
    }
}

fn split_at_equals(pair: &[u8]) -> (&[u8], &[u8]) {
    let mut halves = pair.splitn(2, |byte| *byte == b'=');
    (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
}

fn value(name: &'static str, limit: usize, raw: &[u8]) -> Result<String, RequestError> {
    let bytes = decode(raw);
    if bytes.len() > limit {
        return Err(RequestError::ParameterTooLong(name));
    }
    let text = String::from_utf8(bytes).map_err(|_| RequestError::ParameterNotUtf8(name))?;
    if text.contains(['\r', '\n', '\0']) {
        return Err(RequestError::ParameterHostile(name));
    }
    Ok(text)
}

/// Undoes the form encoding, once. A space is decoded before the escapes, so that an escaped plus stays a plus.
fn decode(raw: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_in_both_cases_empty_values_and_any_order_are_read() {
        for raw in [
            "wa=wsignin1.0&wtrealm=urn%3afederation%3AMicrosoftOnline&cbcxt=&username=a%40b.example",
            "&&username=a@b.example&cbcxt&wtrealm=urn:federation:MicrosoftOnline&wa=wsignin1.0&",
            "wctx=&username=a%40b%2eexample&wa=%77signin1.0&wtrealm=urn:federation:MicrosoftOnline&lc",
        ] {
            let parameters = Parameters::parse(raw.as_bytes()).unwrap();
            assert_eq!(parameters.filled("wa"), Some("wsignin1.0"), "{raw}");
            assert_eq!(parameters.filled("wtrealm"), Some("urn:federation:MicrosoftOnline"), "{raw}");
            assert_eq!(parameters.filled("username"), Some("a@b.example"), "{raw}");
            assert_eq!(parameters.filled("wctx"), None, "{raw}");
        }
    }

    /// S06: one parser decides.
    #[test]
    fn doubled_and_disguised_parameters_are_refused() {
        for (raw, error) in [
            ("wa=a&wa=a", RequestError::ParameterRepeated("wa")),
            ("wtrealm=&x=1&wtrealm=urn:x", RequestError::ParameterRepeated("wtrealm")),
            ("wreply&wreply", RequestError::ParameterRepeated("wreply")),
            ("%77trealm=urn:x", RequestError::ParameterNameEscaped("wtrealm")),
            ("wa=a&w%61=a", RequestError::ParameterNameEscaped("wa")),
            ("wrepl%79=https://a.example/", RequestError::ParameterNameEscaped("wreply")),
        ] {
            assert_eq!(Parameters::parse(raw.as_bytes()).unwrap_err(), error, "{raw}");
        }
    }

    /// S06: what is too long to be meant.
    #[test]
    fn oversized_requests_and_parameters_are_refused() {
        let with = |name: &str, length: usize| format!("{name}={}", "x".repeat(length)).into_bytes();
        assert_eq!(Parameters::parse(&with("y", 100_000)).unwrap_err(), RequestError::RequestTooLong);
        for name in ["wa", "wtrealm", "wreply", "wauth"] {
            assert!(Parameters::parse(&with(name, 2048)).is_ok());
            assert!(matches!(
                Parameters::parse(&with(name, 2049)).unwrap_err(),
                RequestError::ParameterTooLong(which) if which == name
            ));
        }
        assert_eq!(
            Parameters::parse(&with("wctx", 40_000)).unwrap_err(),
            RequestError::ParameterTooLong("wctx")
        );
    }

    /// WSF-16
    #[test]
    fn a_query_of_more_than_16_kilobytes_is_read() {
        let raw = format!("wctx={}&wp={}", "%26".repeat(8_000), "x".repeat(20_000));
        assert_eq!(Parameters::parse(raw.as_bytes()).unwrap().sent("wctx"), Some("&".repeat(8_000).as_str()));
    }

    /// WSF-04, S08: what a browser form cannot carry back.
    #[test]
    fn line_breaks_nul_and_broken_utf8_are_refused_where_we_read_and_ignored_elsewhere() {
        for escape in ["%0d", "%0A", "%00", "a%0D%0Ab"] {
            for name in ["wctx", "username", "whr", "wreply", "mkt", "lc"] {
                let error = Parameters::parse(format!("{name}={escape}").as_bytes()).unwrap_err();
                assert_eq!(error.code(), "parameter_hostile");
            }
            assert!(Parameters::parse(format!("wp={escape}").as_bytes()).is_ok());
        }
        for bytes in ["%ff", "%c3", "%c0%80", "%ed%a0%80"] {
            let error = Parameters::parse(format!("wctx={bytes}").as_bytes()).unwrap_err();
            assert_eq!(error, RequestError::ParameterNotUtf8("wctx"));
            assert!(Parameters::parse(format!("wp={bytes}&{bytes}={bytes}").as_bytes()).is_ok());
        }
    }

    #[test]
    fn values_are_decoded_once() {
        let parameters = Parameters::parse(b"wctx=%2525+%2B%26wa%3Dx&username=50%&whr=%zz").unwrap();
        assert_eq!(parameters.sent("wctx"), Some("%25 +&wa=x"));
        assert_eq!(parameters.sent("username"), Some("50%"));
        assert_eq!(parameters.sent("whr"), Some("%zz"));
    }

    #[test]
    fn a_correlation_id_is_kept_only_when_it_looks_like_one() {
        let id = |value: &str| {
            Parameters::parse(format!("client-request-id={value}").as_bytes()).unwrap().correlation()
        };
        let good = "6f0c0a52-8f3e-4d0b-9d5a-0a1b2c3d4e5f";
        assert_eq!(id(good).as_deref(), Some(good));
        for bad in ["", "a b", "<script>", "%1b[31m", &"x".repeat(65)] {
            assert_eq!(id(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn debug_output_shows_no_values() {
        let parameters = Parameters::parse(b"username=ada@contoso.example&wctx=estsrequest").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"Parameters["wctx", "username"]"#);
    }

    proptest! {
        #[test]
        fn the_decoder_takes_any_bytes(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = Parameters::parse(&raw);
        }

        #[test]
        fn the_decoder_takes_anything_that_looks_like_a_query(raw in "((wa|wctx|w%61|x)?=?[%+&=a-f0-9]{0,8}&?){0,20}") {
            let _ = Parameters::parse(raw.as_bytes());
        }

        /// WSF-04: byte for byte, however the sender escapes.
        #[test]
        fn a_context_survives_every_way_of_escaping(context in "[^\r\n\0]{0,300}", picks in any::<u64>()) {
            let mut raw = b"wctx=".to_vec();
            for (i, byte) in context.bytes().enumerate() {
                let upper = picks >> (i % 64) & 1 == 1;
                match byte {
                    b' ' if upper => raw.push(b'+'),
                    b'a'..=b'z' | b'0'..=b'9' | b'/' | b':' | b'<' | b'"' if upper => raw.push(byte),
                    _ if upper => raw.extend(format!("%{byte:02X}").bytes()),
                    _ => raw.extend(format!("%{byte:02x}").bytes()),
                }
            }
            let parameters = Parameters::parse(&raw).unwrap();
            prop_assert_eq!(parameters.sent("wctx"), Some(context.as_str()));
        }
    }
}
