use anyhow::{Context, bail};
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use reqwest::{Method, StatusCode};
use scraper::{Html, Selector};
use url::Url;

/// A browser without a screen and without JavaScript: keeps cookies, follows nothing by itself.
#[derive(Clone)]
pub struct Visitor {
    client: reqwest::Client,
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it was asked for.
    pub url: Url,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

/// The page's form, its values decoded by a real HTML parser.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// Its fields in order.
    pub fields: Vec<(String, String)>,
}

impl Visitor {
    /// Somebody with an empty cookie jar.
    pub fn new() -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client })
    }

    /// Asks for a page.
    pub async fn get(&self, url: &str) -> anyhow::Result<Page> {
        self.send(Method::GET, url, HeaderMap::new(), None).await
    }

    /// Posts a form as it stands.
    pub async fn post(&self, url: &str, fields: &[(String, String)]) -> anyhow::Result<Page> {
        self.send(Method::POST, url, HeaderMap::new(), Some(fields)).await
    }

    /// Sends any request.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        form: Option<&[(String, String)]>,
    ) -> anyhow::Result<Page> {
        let mut request = self.client.request(method, url).headers(headers);
        if let Some(fields) = form {
            request = request.form(fields);
        }
        let response = request.send().await.with_context(|| url.to_owned())?;
        let (url, status, headers) = (response.url().clone(), response.status(), response.headers().clone());
        Ok(Page { url, status, headers, body: response.text().await? })
    }

    /// Fills in the page's form and sends it, as a browser on that page would.
    pub async fn submit(&self, page: &Page, values: &[(&str, &str)]) -> anyhow::Result<Page> {
        let mut form = page.form()?;
        for (name, value) in values {
            form.set(name, value);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(&page.url.origin().ascii_serialization())?);
        self.send(Method::POST, form.action.as_str(), headers, Some(&form.fields)).await
    }

    /// Asks for a token and signs in with name and password; gives the page that posts the token.
    pub async fn sign_in(&self, request: &str, upn: &str, password: &str) -> anyhow::Result<Page> {
        let page = self.get(request).await?;
        self.submit(&page, &[("username", upn), ("password", password)]).await
    }
}

impl Page {
    /// The page's one form; those that only a script shows are none.
    pub fn form(&self) -> anyhow::Result<Form> {
        let document = Html::parse_document(&self.body);
        let mut forms = document.select(&selector("form:not([hidden])")?).collect::<Vec<_>>();
        let (Some(form), true) = (forms.pop(), forms.is_empty()) else {
            bail!("the page has not exactly one form: {} {}", self.status, self.body)
        };
        let action = self.url.join(form.value().attr("action").unwrap_or_default())?;
        let fields = form
            .select(&selector("input[name]")?)
            .filter(|input| input.value().attr("type") != Some("checkbox"))
            .map(|input| {
                let attribute = |name| input.value().attr(name).unwrap_or_default().to_owned();
                (attribute("name"), attribute("value"))
            })
            .collect();
        Ok(Form { action, fields })
    }

    /// Whether the page carries a token to post.
    pub fn has_token(&self) -> bool {
        self.form().is_ok_and(|form| form.value("wresult").is_some())
    }

    /// The stable code of a refusal, as the page shows it.
    pub fn code(&self) -> Option<String> {
        let document = Html::parse_document(&self.body);
        let code = document.select(&selector("code").ok()?).next()?;
        Some(code.text().collect())
    }

    /// The first reference on the page, as in `7K4M-2QXD`.
    pub fn reference(&self) -> Option<String> {
        let is_reference = |word: &&str| {
            word.len() == 9
                && word.as_bytes()[4] == b'-'
                && word
                    .bytes()
                    .enumerate()
                    .all(|(at, c)| at == 4 || c.is_ascii_digit() || c.is_ascii_uppercase())
        };
        let mut words = self.body.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words.find(is_reference).map(str::to_owned)
    }

    /// A header's value as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Form {
    /// A field's value.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets a field, or adds it.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }
}

fn selector(text: &str) -> anyhow::Result<Selector> {
    Selector::parse(text).map_err(|error| anyhow::anyhow!("{error}"))
}
