use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use tower::ServiceExt;
use url::form_urlencoded::{self, Serializer};

use crate::house::{ADDRESS, House, PASSWORD};

/// A sign-in request of Microsoft 365, with a context that has to come back.
pub const SIGN_IN: &str = "/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3afederation%3aMicrosoftOnline&wctx=LoginOptions%3D3%26estsredirect%3d2";

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser without script: cookies, and forms that somebody fills in.
pub struct Browser {
    router: Router,
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// Headers sent with everything.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The type of what it sends.
    content_type: &'static str,
    /// Where it is.
    address: IpAddr,
    /// Where it thinks the server is.
    host: &'static str,
}

/// What came back.
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, when it is text.
    pub text: String,
}

impl Browser {
    /// A browser that has never been here.
    pub fn new(house: &House) -> Self {
        Self {
            router: house.router.clone(),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            content_type: FORM,
            address: ADDRESS,
            host: "sign-in.contoso.example",
        }
    }

    /// A program that uses MSAL for Python.
    pub fn program(house: &House) -> Self {
        Self {
            headers: vec![("x-client-sku", "MSAL.Python")],
            content_type: "application/soap+xml; charset=utf-8",
            ..Self::new(house)
        }
    }

    /// The same browser at another address.
    pub fn from(self, address: [u8; 4]) -> Self {
        Self { address: address.into(), ..self }
    }

    /// The same browser with another name for the server.
    pub fn asking(self, host: &'static str) -> Self {
        Self { host, ..self }
    }

    /// The same browser in front of another house, or of one that was restarted.
    pub fn at(self, house: &House) -> Self {
        Self { router: house.router.clone(), ..self }
    }

    /// Loses a cookie.
    pub fn forget(&mut self, cookie: &str) {
        assert!(self.cookies.remove(cookie).is_some(), "there is no cookie {cookie}");
    }

    /// Follows a link.
    pub async fn get(&mut self, address: &str) -> Page {
        self.send(Method::GET, address, Body::empty()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Page {
        let body = fields.iter().fold(Serializer::new(String::new()), |mut form, (name, value)| {
            form.append_pair(name, value);
            form
        });
        let body = { body }.finish();
        self.send(Method::POST, address, body.into()).await
    }

    /// Fills in the sign-in form of a page.
    pub async fn fill_in(&mut self, page: &Page, username: &str, password: &str) -> Page {
        let state = page.field("state").expect("a sign-in form");
        self.post("/sign-in", &[("state", &state), ("username", username), ("password", password)]).await
    }

    /// Signs in to Microsoft 365 as Ada.
    pub async fn sign_in(&mut self) -> Page {
        let page = self.get(SIGN_IN).await;
        self.fill_in(&page, "ada@contoso.example", PASSWORD).await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: Method, address: &str, body: Body) -> Page {
        let mut request = Request::builder().method(method).uri(address).header("host", self.host);
        request = request.header(CONTENT_TYPE, self.content_type);
        if !self.cookies.is_empty() {
            let cookies: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.address, 50_000)));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        let body = to_bytes(body, 1 << 20).await.unwrap();
        Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
        }
    }
}

impl Page {
    /// The value of a hidden field, decoded.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        let value = rest.split('"').next()?;
        Some(decoded(value))
    }

    /// The value of an attribute, decoded.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("{name}=\""))?;
        rest.split('"').next().map(decoded)
    }

    /// Whether it hands over a token.
    pub fn has_token(&self) -> bool {
        self.text.contains("name=\"wresult\"")
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Panics unless this is a refusal with a code and a reference, and neither token nor form.
    #[track_caller]
    pub fn assert_refused(&self, code: &str) {
        assert!(self.status.is_client_error(), "{} for {code}", self.status);
        assert!(self.text.contains(&format!("<code>{code}</code>")), "no {code} in {}", self.text);
        assert!(self.text.contains("<dd class=\"key\">"), "no reference");
        assert!(!self.text.contains("<form") && !self.has_token(), "a form");
    }
}

/// Undoes the escapes that our pages write.
fn decoded(html: &str) -> String {
    [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
    ]
    .iter()
    .fold(html.to_owned(), |text, (escape, character)| text.replace(escape, character))
    .replace("&#38;", "&")
    .replace("&amp;", "&")
}

/// A value as it stands in a query.
pub fn escaped(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
