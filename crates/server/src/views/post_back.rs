use askama::Template;
use askama::filters::{Escaper, Html};

use super::Face;
use crate::Language;

/// Marks the gaps of a frame while it is made. No name or text holds control characters, so that nothing else can
/// look like a gap; and gaps are only ever looked for before a value is filled in (S09).
const GAP: &str = "\u{1}";

/// The page that posts a signed response to its relying party (WS-Federation 1.2 §13.2.2), made once per
/// organisation and language; what differs from answer to answer goes into the gaps.
#[derive(Debug, Default)]
pub(crate) struct PostBackFrame {
    pieces: Vec<String>,
}

/// What goes into the gaps.
#[derive(Clone, Copy)]
pub(crate) struct PostBack<'a> {
    /// The application's name.
    pub(crate) application: &'a str,
    /// Where the form goes: a registered reply address.
    pub(crate) reply: &'a str,
    /// The response, already escaped for a double-quoted attribute.
    pub(crate) response_html: &'a [u8],
    /// The request's `wctx`.
    pub(crate) context: Option<&'a str>,
    /// Allows the one line of script that posts the form.
    pub(crate) nonce: &'a str,
}

#[derive(Template)]
#[template(path = "post_back.html")]
struct Frame<'a> {
    face: &'a Face,
    language: Language,
    gap: &'a str,
}

impl PostBackFrame {
    pub(crate) fn render(face: &Face, language: Language) -> Self {
        let page = Frame { face, language, gap: GAP }.render().unwrap_or_default();
        Self { pieces: page.split(GAP).map(str::to_owned).collect() }
    }

    /// The whole page. None if the frame has another number of gaps than there are values, which a test excludes.
    pub(crate) fn fill(&self, post_back: &PostBack<'_>) -> Option<Vec<u8>> {
        let [start, heading, action, response, context, script, end] = self.pieces.as_slice() else {
            return None;
        };
        let application = escaped(post_back.application);
        let frame_length: usize = self.pieces.iter().map(String::len).sum();
        let context_length = post_back.context.map_or(0, |context| 2 * context.len());
        let mut page =
            Vec::with_capacity(frame_length + post_back.response_html.len() + context_length + 512);
        page.extend_from_slice(start.as_bytes());
        page.extend_from_slice(application.as_bytes());
        page.extend_from_slice(heading.as_bytes());
        page.extend_from_slice(application.as_bytes());
        page.extend_from_slice(action.as_bytes());
        page.extend_from_slice(escaped(post_back.reply).as_bytes());
        page.extend_from_slice(response.as_bytes());
        page.extend_from_slice(post_back.response_html);
        page.extend_from_slice(context.as_bytes());
        if let Some(value) = post_back.context {
            page.extend_from_slice(b"<input type=\"hidden\" name=\"wctx\" value=\"");
            page.extend_from_slice(escaped(value).as_bytes());
            page.extend_from_slice(b"\">");
        }
        page.extend_from_slice(script.as_bytes());
        page.extend_from_slice(post_back.nonce.as_bytes());
        page.extend_from_slice(end.as_bytes());
        Some(page)
    }
}

/// A text as HTML, for content and for double-quoted attributes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    // Writing to a string cannot fail.
    let _ = Html.write_escaped_str(&mut html, text);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(application: &str, context: Option<&str>) -> String {
        let face = Face::new("Con\u{1}toso & \"Co\"", "#0b6b61", &"http://localhost".parse().unwrap());
        let post_back = PostBack {
            application,
            reply: "https://rp.example/login.srf?a=1&b=2",
            response_html: b"&lt;t:Response/&gt;",
            context,
            nonce: "bm9uY2U",
        };
        let page = face.post_back(Language::English).fill(&post_back).unwrap();
        String::from_utf8(page).unwrap()
    }

    /// WSF-03
    #[test]
    fn the_form_has_the_three_fields_of_the_protocol() {
        let page = page("Microsoft 365", Some("estsredirect=2&estsrequest=x"));
        assert!(page.contains(
            r#"<form class="stack" method="post" action="https://rp.example/login.srf?a=1&#38;b=2""#
        ));
        assert!(page.contains(r#"name="wa" value="wsignin1.0""#));
        assert!(page.contains(r#"name="wresult" value="&lt;t:Response/&gt;""#));
        assert!(page.contains(r#"name="wctx" value="estsredirect=2&#38;estsrequest=x""#));
        assert_eq!(page.matches("<input").count(), 3);
    }

    #[test]
    fn a_request_without_context_gets_none() {
        assert!(!page("Microsoft 365", None).contains("wctx"));
        assert!(page("Microsoft 365", Some("")).contains(r#"name="wctx" value="""#));
    }

    /// S08, S09
    #[test]
    fn values_that_look_like_markup_or_gaps_stay_values() {
        let page = page("<b>\u{1}</b>", Some("\"><script>\u{1}{{wresult}}$result'"));
        assert!(page.contains("&#34;&#62;&#60;script&#62;\u{1}{{wresult}}$result&#39;"));
        assert!(page.contains("Signing you in to &#60;b&#62;\u{1}&#60;/b&#62;</h1>"));
        assert_eq!(page.matches("<script").count(), 1);
    }
}
