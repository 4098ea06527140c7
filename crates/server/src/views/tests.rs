//! Every view, rendered in every language with samples.

use askama::Template;
use policy::{Mechanism, Mechanisms};
use sts::{Challenge, ChallengeReason, Failure, NewPasswordFailure, NewPasswordReason, SignedOutOf};

use super::choose::Choice;
use super::*;
use crate::assets::{PASSKEY_SCRIPT, SIGN_IN_SCRIPT, SIGNED_OUT_SCRIPT};
use crate::stop::Stop;

const HOSTILE: &str = "\"><script>alert(1)</script>' onfocus=x 😀";
const HOSTILE_HTML: &str = "&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#39; onfocus=x 😀";

/// What a page gives to its browser, with the quotes that JSON has.
const OPTIONS: &str = r#"{"challenge":"AAAA","rpId":"contoso.example","allowCredentials":[]}"#;

fn face() -> Face {
    Face::new("Contoso", "#0b6b61", &"https://sign-in.contoso.example".parse().unwrap())
}

fn challenge(username: Option<&str>, reason: ChallengeReason, failure: Option<Failure>) -> Challenge {
    Challenge { application: "Microsoft 365".into(), username: username.map(Into::into), reason, failure }
}

fn sign_in(face: &Face, language: Language, challenge: &Challenge, stale: bool) -> String {
    let failed = challenge.failure.map(|failure| Notice::of_failure(language, failure, "7K4M-2QXD".into()));
    let view = SignInPage {
        face,
        language,
        purpose: purpose(language, challenge, &destination()),
        notice: if stale { Some(Notice::stale(language)) } else { failed },
        state: "c2VhbGVk",
        username: challenge.username.as_deref().unwrap_or_default(),
        keep: false,
        script: &SIGN_IN_SCRIPT.path,
        passkey_options: Some(OPTIONS),
        passkey_script: &PASSKEY_SCRIPT.path,
        proposes_passkeys: challenge.failure != Some(Failure::Passkey),
    };
    view.render().unwrap()
}

fn destination() -> sts::Destination {
    let query = b"wa=wsignin1.0&wtrealm=urn:federation:MicrosoftOnline";
    match wsfed::Message::parse(&wsfed::Parameters::parse(query).unwrap()).unwrap() {
        wsfed::Message::SignIn(request) => request.into(),
        other => panic!("{other:?} is no sign-in"),
    }
}

fn code(face: &Face, language: Language, failure: Option<Failure>) -> String {
    let notice = failure.map(|failure| Notice::of_code(language, failure, "7K4M-2QXD".into()));
    let offered = Mechanisms::NONE.with(Mechanism::Totp).with(Mechanism::RecoveryCode);
    code_of(face, language, notice, offered, Mechanism::Totp)
}

fn code_of(
    face: &Face,
    language: Language,
    notice: Option<Notice>,
    offered: Mechanisms,
    wanted: Mechanism,
) -> String {
    let username = "ada@contoso.example";
    CodePage { face, language, notice, state: "c2VhbGVk", username, offered, wanted }.render().unwrap()
}

fn new_password(face: &Face, language: Language, failure: Option<NewPasswordFailure>) -> String {
    let notice = failure.map(|failure| Notice::of_new_password(language, failure, 8, "7K4M-2QXD".into()));
    let reason = match failure {
        None => NewPasswordReason::Demanded,
        Some(_) => NewPasswordReason::Expired,
    };
    let (state, username) = ("c2VhbGVk", "ada@contoso.example");
    NewPasswordPage { face, language, notice, state, username, reason, minimum: 8 }.render().unwrap()
}

fn own_password(face: &Face, language: Language) -> String {
    let notice = Notice::of_new_password(language, NewPasswordFailure::HoldsKnownWord, 8, "7K4M-2QXD".into());
    let page = OwnPasswordPage {
        face,
        language,
        who: who(),
        act: "c2VhbGVk".into(),
        notice: Some(notice),
        minimum: 8,
    };
    page.render().unwrap()
}

fn passkey(face: &Face, language: Language, failure: Option<Failure>) -> String {
    let notice = failure.map(|failure| Notice::of_failure(language, failure, "7K4M-2QXD".into()));
    let (state, username) = ("c2VhbGVk", "ada@contoso.example");
    let script = &PASSKEY_SCRIPT.path;
    PasskeyPage { face, language, notice, state, username, options: OPTIONS, script }.render().unwrap()
}

fn choose(face: &Face, language: Language) -> String {
    let choice = |kind: Mechanism, says: &str| Choice {
        kind,
        name: language.text(&format!("choose-{kind}")),
        says: says.to_owned(),
    };
    let options = vec![
        choice(Mechanism::Totp, &language.text("choose-totp-hint")),
        choice(Mechanism::Passkey, "Ada\u{2019}s laptop"),
        choice(Mechanism::RecoveryCode, &language.text("choose-recovery-code-hint")),
    ];
    ChoosePage { face, language, state: "c2VhbGVk", username: "ada@contoso.example", options }
        .render()
        .unwrap()
}

fn stopped(face: &Face, language: Language, stop: &Stop, try_again: Option<&str>) -> String {
    let evidence = Evidence {
        reference: "9F2C-71KD".into(),
        at: language.instant(chrono::DateTime::from_timestamp(1_795_425_360, 0).unwrap()),
        code: stop.code,
        correlation: Some("6f0c0a52-8f3e-4d0b-9d5a-0a1b2c3d4e5f"),
        address: stop.is_of_a_rule().then(|| "203.0.113.24".to_owned()),
    };
    let (title, why, advice) = (stop.title(language), stop.why(language), stop.advice(language));
    StoppedPage { face, language, title, why, advice, evidence, try_again }.render().unwrap()
}

fn looping(face: &Face, language: Language) -> String {
    let evidence = Evidence {
        reference: "9F2C-71KD".into(),
        at: language.instant(chrono::DateTime::UNIX_EPOCH),
        code: Stop::LOOP.code,
        correlation: None,
        address: None,
    };
    let view = StoppedPage {
        face,
        language,
        title: Stop::LOOP.title(language),
        why: language.text_with_all("loop-why", [("count", 6.into()), ("window", 30.into())]),
        advice: language.text("loop-causes"),
        evidence,
        try_again: Some("c2VhbGVk"),
    };
    view.render().unwrap()
}

fn signed_out(face: &Face, language: Language, applications: &[SignedOutOf], next: Option<&str>) -> String {
    SignedOutPage { face, language, applications, next, script: &SIGNED_OUT_SCRIPT.path }.render().unwrap()
}

fn home(face: &Face, language: Language, signed_in_as: Option<&str>) -> String {
    HomePage {
        face,
        language,
        signed_in_as,
        microsoft_365: "/adfs/ls/?wa=wsignin1.0",
        sign_out: "/adfs/ls/?wa=x",
    }
    .render()
    .unwrap()
}

fn post_back(face: &Face, language: Language) -> String {
    let filled = face.post_back(language).fill(&PostBack {
        application: "Microsoft 365",
        reply: "https://login.microsoftonline.com/login.srf",
        response_html: b"&lt;t:RequestSecurityTokenResponse/&gt;",
        context: Some("estsredirect=2"),
        nonce: "bm9uY2U",
    });
    String::from_utf8(filled.unwrap()).unwrap()
}

fn who() -> Who {
    Who { name: "Ada Byron".into(), upn: "ada@contoso.example".into() }
}

fn account_page(face: &Face, language: Language) -> String {
    let at = chrono::DateTime::from_timestamp(1_795_425_360, 0).unwrap();
    let session = |is_this| sts::OwnSession {
        id: model::SessionId::new(),
        is_this,
        device: Some("Edge, Windows".into()),
        address: Some("203.0.113.24".into()),
        began_at: at,
        seen_at: at,
    };
    let known =
        sts::Methods { password_since: Some(at), app_since: Some(at), passkeys: 2, recovery_codes: 2 };
    let happening = |what| sts::Happening {
        at,
        what,
        address: Some("203.0.113.24".into()),
        device: Some("Edge, Windows".into()),
        reference: None,
    };
    let activity = sts::Activity {
        happenings: vec![
            happening(sts::What::SignedIn(Some("Microsoft 365".into()))),
            happening(sts::What::Refused("application_not_granted".into())),
            happening(sts::What::Failed),
            happening(sts::What::Changed("authenticator app set up".into())),
            happening(sts::What::Changed("what nobody has words for".into())),
        ],
        is_more: false,
    };
    let view = AccountPage {
        face,
        language,
        who: who(),
        caller_check: Some(storage::CallerCheck { question: "417".into(), answer: "9023".into() }),
        methods: methods(language, &known),
        sessions: vec![
            SessionLine::of(language, &session(true), None),
            SessionLine::of(language, &session(false), Some("c2VhbGVk".into())),
        ],
        end_others: Some("c2VhbGVk".into()),
        happenings: happenings(language, &activity),
    };
    view.render().unwrap()
}

fn passkeys_page(face: &Face, language: Language, said: Option<PasskeysSaid>, is_here: bool) -> String {
    let at = chrono::DateTime::from_timestamp(1_795_425_360, 0).unwrap();
    let record = storage::PasskeyRecord {
        credential: vec![1],
        user: model::UserId::new(),
        name: HOSTILE.to_owned(),
        public_key: String::new(),
        sign_count: 0,
        backup_eligible: true,
        backed_up: true,
        made_at: at,
        last_used_at: Some(at),
    };
    let new = NewPasskey { act: "c2VhbGVk".into(), options: OPTIONS.into(), name: "Edge, Windows".into() };
    let view = PasskeysPage {
        face,
        language,
        who: who(),
        passkeys: vec![PasskeyLine::of(language, &record, "c2VhbGVk".into())],
        new: is_here.then_some(new),
        said,
        script: &PASSKEY_SCRIPT.path,
    };
    view.render().unwrap()
}

fn activity_page(face: &Face, language: Language) -> String {
    let view =
        ActivityPage { face, language, who: who(), happenings: vec![], newer: Some(1), older: Some(3) };
    view.render().unwrap()
}

fn app_page(face: &Face, language: Language, is_wrong: bool) -> String {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let uri = format!("otpauth://totp/Contoso:ada%40contoso.example?secret={secret}");
    let Ok(picture) = QrCode::of(&uri) else { panic!("no picture") };
    let view = AppPage {
        face,
        language,
        who: who(),
        act: "c2VhbGVk".into(),
        picture,
        uri: uri.into(),
        secret: secret.to_owned().into(),
        is_wrong,
        remove: is_wrong.then(|| "c2VhbGVk".into()),
        is_demanded: is_wrong,
    };
    view.render().unwrap()
}

fn enrol_page(face: &Face, language: Language, days_left: Option<u64>) -> String {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let uri = format!("otpauth://totp/Contoso:ada%40contoso.example?secret={secret}");
    let Ok(picture) = QrCode::of(&uri) else { panic!("no picture") };
    let view = EnrolPage {
        face,
        language,
        state: "c2VhbGVk",
        username: "ada@contoso.example",
        picture,
        uri: uri.into(),
        secret: secret.to_owned().into(),
        days_left,
        is_wrong: days_left.is_none(),
    };
    view.render().unwrap()
}

fn enrolled_page(face: &Face, language: Language) -> String {
    let codes = Some(sts::RecoveryCodes(vec!["7K4M-2QXD-9Z0A-HHT3".to_owned().into()]));
    EnrolledPage { face, language, state: "c2VhbGVk", username: "ada@contoso.example", codes }
        .render()
        .unwrap()
}

fn codes_page(face: &Face, language: Language) -> String {
    let codes = ["7K4M-2QXD-9Z0A-HHT3", "0000-1111-2222-3333"];
    let codes = sts::RecoveryCodes(codes.map(|code| code.to_owned().into()).into());
    CodesPage { face, language, who: who(), codes }.render().unwrap()
}

fn mail_code(face: &Face, language: Language, is_code_under_way: bool, failure: Option<Failure>) -> String {
    let mailbox = sts::Mailbox { hint: "a…@h…".to_owned(), is_code_under_way };
    let notice = failure.map(|failure| Notice::of_mail_code(language, failure, "7K4M-2QXD".to_owned()));
    let (state, username) = ("c2VhbGVk", "ada@contoso.example");
    MailCodePage { face, language, notice, state, username, mailbox: &mailbox, has_others: true }
        .render()
        .unwrap()
}

/// All pages with their names.
fn samples(language: Language) -> Vec<(&'static str, String)> {
    let face = face();
    let ada = Some("ada@contoso.example");
    let plain = challenge(ada, ChallengeReason::SignIn, None);
    let applications = ["Microsoft 365", "Intranet"]
        .map(|name| SignedOutOf { name: name.into(), clean_ups: vec!["about:blank".into()] });
    let refused = |code: &'static str, status: u16| Stop {
        status: axum::http::StatusCode::from_u16(status).unwrap(),
        code,
        application: Some("Microsoft 365".into()),
        message: None,
        retry_after: None,
    };
    let by_rule = Stop {
        message: Some("Contoso allows sign-in from Australia and New Zealand.".into()),
        ..refused("rule", 403)
    };
    let recovery = Mechanisms::NONE.with(Mechanism::Passkey).with(Mechanism::RecoveryCode);
    let everything = recovery.with(Mechanism::Totp);
    let failed = |failure| challenge(ada, ChallengeReason::SignIn, Some(failure));
    vec![
        ("sign-in", sign_in(&face, language, &plain, false)),
        ("sign-in-unknown", sign_in(&face, language, &challenge(None, ChallengeReason::Fresh, None), false)),
        ("sign-in-wrong", sign_in(&face, language, &failed(Failure::Credentials), false)),
        ("sign-in-wait", sign_in(&face, language, &failed(Failure::Wait { seconds: 30 }), false)),
        ("sign-in-stale", sign_in(&face, language, &plain, true)),
        ("passkey", passkey(&face, language, None)),
        ("passkey-wrong", passkey(&face, language, Some(Failure::Passkey))),
        ("passkey-late", passkey(&face, language, Some(Failure::Late))),
        ("choose", choose(&face, language)),
        ("code-recovery", code_of(&face, language, None, recovery, Mechanism::RecoveryCode)),
        ("code-among-others", code_of(&face, language, None, everything, Mechanism::Totp)),
        ("sign-in-passkey-wrong", sign_in(&face, language, &failed(Failure::Passkey), false)),
        ("code", code(&face, language, None)),
        ("code-wrong", code(&face, language, Some(Failure::Credentials))),
        ("code-wait", code(&face, language, Some(Failure::Wait { seconds: 30 }))),
        ("mail-code-offer", mail_code(&face, language, false, None)),
        ("mail-code", mail_code(&face, language, true, None)),
        ("mail-code-wrong", mail_code(&face, language, true, Some(Failure::Credentials))),
        ("mail-code-unsent", mail_code(&face, language, false, Some(Failure::Unsent))),
        ("new-password", new_password(&face, language, None)),
        ("new-password-breached", new_password(&face, language, Some(NewPasswordFailure::Breached))),
        ("new-password-unchecked", new_password(&face, language, Some(NewPasswordFailure::CannotBeChecked))),
        ("own-password", own_password(&face, language)),
        ("post-back", post_back(&face, language)),
        ("continue", ContinuePage { face: &face, language, address: "#" }.render().unwrap()),
        ("refused", stopped(&face, language, &refused("application_not_granted", 403), None)),
        ("refused-by-rule", stopped(&face, language, &by_rule, None)),
        ("error", stopped(&face, language, &refused("reply_address_not_registered", 400), None)),
        ("loop", looping(&face, language)),
        ("not-found", stopped(&face, language, &Stop::PAGE_NOT_FOUND, None)),
        ("busy", stopped(&face, language, &Stop::BUSY, None)),
        ("signed-out", signed_out(&face, language, &applications, None)),
        ("signed-out-next", signed_out(&face, language, &applications, Some("https://rp.example/"))),
        ("home", home(&face, language, ada)),
        ("home-anonymous", home(&face, language, None)),
        ("account", account_page(&face, language)),
        ("passkeys", passkeys_page(&face, language, None, true)),
        ("passkeys-refused", passkeys_page(&face, language, Some(PasskeysSaid::Refused), true)),
        ("passkeys-full", passkeys_page(&face, language, Some(PasskeysSaid::Full), true)),
        ("passkeys-demanded", passkeys_page(&face, language, Some(PasskeysSaid::Demanded), true)),
        ("passkeys-elsewhere", passkeys_page(&face, language, None, false)),
        ("activity", activity_page(&face, language)),
        ("app", app_page(&face, language, false)),
        ("app-wrong", app_page(&face, language, true)),
        (
            "not-me",
            NotMePage { face: &face, language, who: who(), has_password: true, act: "c2VhbGVk".into() }
                .render()
                .unwrap(),
        ),
        ("enrol", enrol_page(&face, language, Some(3))),
        ("enrol-now", enrol_page(&face, language, None)),
        ("enrolled", enrolled_page(&face, language)),
        ("codes", codes_page(&face, language)),
        (
            "codes-offer",
            OfferCodesPage { face: &face, language, who: who(), left: 1, act: "c2VhbGVk".into() }
                .render()
                .unwrap(),
        ),
    ]
}

#[test]
fn every_page_renders_in_every_language() {
    for language in Language::ALL {
        for (name, html) in samples(language) {
            let lang = format!("<html lang=\"{}\">", language.tag());
            assert!(html.contains(&lang), "{name} does not name its language");
            assert_eq!(html.matches("<h1>").count(), 1, "{name} has one heading");
            assert!(!html.contains("Unknown localization"), "{name} lacks a text in {language:?}");
            assert!(!html.contains(" style=") && !html.contains(" onclick="), "{name} has inline code");
        }
    }
}

#[test]
fn everything_that_a_sign_in_loads_is_small_and_ours() {
    let face = face();
    for (name, html) in samples(Language::English) {
        let total =
            html.len() + crate::stylesheet("#0b6b61").len() + include_str!("../../scripts/sign-in.js").len();
        assert!(total < 60_000, "{name} takes {total} bytes");
        for address in html.split(" src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(address.starts_with("/assets/") || address == "about:blank", "{name} loads {address}");
        }
        assert!(html.contains(&face.stylesheet.path), "{name} has no looks");
    }
}

/// S08
#[test]
fn hostile_values_stay_text() {
    let face = Face::new(HOSTILE, "#0b6b61", &"http://localhost".parse().unwrap());
    let mut asked = challenge(Some(HOSTILE), ChallengeReason::SignIn, None);
    asked.application = HOSTILE.into();
    let page = sign_in(&face, Language::English, &asked, false);
    assert!(page.contains(&format!("value=\"{HOSTILE_HTML}\"")), "the name as typed");
    assert!(page.contains(&format!("to continue to {HOSTILE_HTML}")), "the application");
    assert_eq!(page.matches("<script").count(), 2, "only our own");

    let page = ContinuePage { face: &face, language: Language::English, address: HOSTILE }.render().unwrap();
    assert!(!page.contains("<script"));
}

/// S30, S97: a failed try says the same for every cause, with a reference that an admin can explain.
#[test]
fn a_failed_try_shows_its_reference_and_no_cause() {
    let failed = challenge(Some("x@y.example"), ChallengeReason::SignIn, Some(Failure::Credentials));
    let page = sign_in(&face(), Language::English, &failed, false);
    assert!(page.contains("That name and password do not match."));
    assert!(page.contains("Reference 7K4M-2QXD"));
    assert!(page.contains("role=\"alert\"") && page.contains("aria-invalid=\"true\""));
}

#[test]
fn the_focus_is_where_the_next_letter_goes() {
    let focus = |username| {
        let page =
            sign_in(&face(), Language::English, &challenge(username, ChallengeReason::SignIn, None), false);
        let field = page.split("<input").find(|field| field.contains(" autofocus")).unwrap().to_owned();
        field.contains("type=\"password\"")
    };
    assert!(focus(Some("ada@contoso.example")));
    assert!(!focus(None));
}

/// Writes the samples to `COUNTERSIGN_SAMPLES`, for looking at them; without it, checks that it can.
#[test]
fn samples_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("COUNTERSIGN_SAMPLES").map_or_else(|| folder.path().to_owned(), Into::into);
    let sheet = face().stylesheet.path;
    for language in Language::ALL {
        for (name, html) in samples(language) {
            let html = html.replace(&sheet, "style.css").replace("document.forms[0].submit()", "");
            std::fs::write(folder.join(format!("{name}-{}.html", language.tag())), html).unwrap();
        }
    }
    std::fs::write(folder.join("style.css"), crate::stylesheet("#0b6b61")).unwrap();
    assert!(std::fs::read_dir(folder).unwrap().count() > 20);
}
