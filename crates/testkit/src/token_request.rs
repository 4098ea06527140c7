//! What a program sends for a token.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use crate::Description;

/// The escapes of XML, the ampersand first.
const ESCAPES: [(&str, &str); 5] =
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&apos;")];

/// Messages so far: each has an id of its own, for none is answered twice.
static MESSAGES: AtomicU64 = AtomicU64::new(0);

/// Text as it stands in an element.
pub fn escaped(text: &str) -> String {
    ESCAPES.iter().fold(text.to_owned(), |text, (plain, escape)| text.replace(plain, escape))
}

impl Description {
    /// A request for a token by WS-Trust 1.3 for this moment, as MSAL for Python writes it (protocol.md §4.5).
    pub fn token_request(&self, upn: &str, password: &str) -> String {
        let (to, realm) = (&self.wstrust_13_url, &self.realm);
        let (upn, password) = (escaped(upn), escaped(password));
        let now = SystemTime::now();
        let instant = |time: SystemTime| DateTime::<Utc>::from(time).format("%Y-%m-%dT%H:%M:%SZ");
        let (created, expires) = (instant(now), instant(now + Duration::from_mins(10)));
        let message = MESSAGES.fetch_add(1, Ordering::Relaxed);
        format!(
            "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' \
             xmlns:wsa='http://www.w3.org/2005/08/addressing' \
             xmlns:wsu='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'>\
             <s:Header>\
             <wsa:Action s:mustUnderstand='1'>http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue</wsa:Action>\
             <wsa:MessageID>urn:uuid:11111111-2222-4333-8444-{message:012x}</wsa:MessageID>\
             <wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>\
             <wsa:To s:mustUnderstand='1'>{to}</wsa:To>\
             <wsse:Security s:mustUnderstand='1' \
             xmlns:wsse='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'>\
             <wsu:Timestamp wsu:Id='_0'><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires>\
             </wsu:Timestamp>\
             <wsse:UsernameToken wsu:Id='UserToken'><wsse:Username>{upn}</wsse:Username>\
             <wsse:Password>{password}</wsse:Password></wsse:UsernameToken>\
             </wsse:Security></s:Header>\
             <s:Body><wst:RequestSecurityToken xmlns:wst='http://docs.oasis-open.org/ws-sx/ws-trust/200512'>\
             <wsp:AppliesTo xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'>\
             <wsa:EndpointReference><wsa:Address>{realm}</wsa:Address></wsa:EndpointReference></wsp:AppliesTo>\
             <wst:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer</wst:KeyType>\
             <wst:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</wst:RequestType>\
             </wst:RequestSecurityToken></s:Body></s:Envelope>"
        )
    }

    /// The same with the head of an HTTP request around it, for [`crate::Connection`] to [`crate::Demo::secured`].
    pub fn posted_token_request(&self, upn: &str, password: &str) -> Vec<u8> {
        let body = self.token_request(upn, password);
        let (host, path) =
            self.wstrust_13_url.trim_start_matches("https://").split_once('/').unwrap_or_default();
        let head = format!(
            "POST /{path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: python-requests\r\n\
             content-type: application/soap+xml; charset=utf-8\r\n\
             soapaction: http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}
