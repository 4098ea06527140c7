//! What a document may say, and how a mistake is shown.

use policy::{Known, Policy};

fn error(document: &str) -> String {
    Policy::compile(1, document, &[], None).unwrap_err().to_string()
}

#[test]
fn a_misspelt_key_is_refused_with_its_line_and_field() {
    let document = "[[rules]]\nname = 'a'\nwhen = { country = ['AU'] }\nthen = 'deny'\n";
    let error = error(document);
    assert!(error.starts_with("line 3: unknown field `country`, expected one of `networks`"), "{error}");
    assert!(error.ends_with("  when = { country = ['AU'] }\n           ^^^^^^^"), "{error}");
}

#[test]
fn every_mistake_is_shown_at_once() {
    let document = "
        networks.office.ranges = ['192.0.2.0/24']
        schedules.shift = { zone = 'Mars/Olympus', hours = ['Mo 8-9'] }
        profiles.odd = { challenge-1 = ['totp'], challenge-2 = ['password'] }
        rules = [
            { name = 'a', when = { networks = ['ofice'], countries = ['UK'], roles = [] }, then = 'deny' },
            { name = 'a', profile = 'strong' },
            { name = 'c' },
            { name = 'd', when = { browsers = ['netscape'] }, then = 'deny', profile = 'odd' },
            { name = 'e', profile = 'odd', message = 'no' },
        ]
        exceptions = [{ user = 'tim', rule = 'z', until = 2026-12-31, approver = 'x', why = 'y' }]";
    let error = error(document);
    for expected in [
        "line 3: \"Mars/Olympus\" is no time zone",
        "line 3: \"Mo 8-9\" are no hours; write them like \"Mon-Fri 08:00-17:30\"",
        "line 4: a first factor is one of password, passkey, email-code",
        "line 4: a second factor is one of passkey, totp, email-code, recovery-code",
        "line 6: there is no network \"ofice\"; known: office",
        "line 6: \"UK\" is no country; write the two letters of ISO 3166-1, like AU; the United Kingdom is GB",
        "line 6: roles names nothing; leave it out",
        "line 7: there is another rule \"a\"; each needs a name of its own",
        "line 7: there is no profile \"strong\"; known: odd",
        "line 8: a rule needs then = \"deny\" or a profile",
        "line 9: there is no browser \"netscape\"; known: edge, chrome, firefox, safari, other",
        "line 9: a rule that denies has no profile",
        "line 10: a message goes with then = \"deny\" only",
        "line 12: a user name looks like ada@contoso.example",
        "line 12: there is no rule \"z\"",
    ] {
        assert!(error.contains(expected), "{expected}\nis not in\n{error}");
    }
}

#[test]
fn values_of_a_wrong_form_are_refused_where_they_stand() {
    for (document, expected) in [
        ("networks.office.ranges = ['192.0.2.0/33']", "line 1: \"192.0.2.0/33\" is no network"),
        ("networks.'My Office'.ranges = []", "line 1: \"My Office\" is no name for a network"),
        ("[networks.a]\nranges = []\nuntil = 2026-11-30T08:00:00", "line 3: write a day like 2026-12-31"),
        ("[profiles.a]\nchallenge-1 = ['passwort']", "line 2: unknown variant `passwort`"),
        (
            "schedules.own = { zone = 'user', hours = ['Mon 08:00-09:00'] }",
            "line 1: users who have no time zone",
        ),
        ("schedules.s = { zone = 'UTC' }", "line 1: a schedule needs hours"),
        ("rules = [{ name = '', then = 'deny' }]", "line 1: a rule needs a name"),
        ("rules = [{ name = 'a', then = 'allow' }]", "line 1: unknown variant `allow`, expected `deny`"),
        ("a = ", "line 1: "),
    ] {
        let error = error(document);
        assert!(error.starts_with(expected), "{document}: {error}");
    }
}

/// A document is checked against what the organisation has before it is saved; what was saved is read all the same.
#[test]
fn names_of_roles_users_domains_and_applications_have_to_exist() {
    let known = Known {
        roles: vec!["Staff".to_owned()],
        applications: vec!["Office 365".to_owned()],
        domains: vec!["contoso.example".to_owned()],
        users: ["ada@contoso.example".to_owned()].into(),
    };
    let document = "
        guard.administrators = 'Admins'
        break-glass.users = ['Ada@Contoso.example', 'nobody@contoso.example']
        rules = [
            { name = 'a', when = { roles = ['Staff', 'Guests'], domains = ['fabrikam.example'] }, then = 'deny' },
            { name = 'b', when = { applications = ['Office 365', 'Office'] }, then = 'deny' },
        ]
        applications.Lunch.rules = []";
    let error = Policy::compile(1, document, &[], Some(&known)).unwrap_err();
    assert!(error.lines().eq([2, 3, 5, 5, 6, 8]), "{error}");
    assert!(error.to_string().contains("there is no role \"Guests\"; known: Staff"), "{error}");
    assert!(Policy::compile(1, document, &[], None).is_ok());
}

#[test]
fn an_empty_document_is_the_built_in_policy() {
    let policy = Policy::compile(7, "# nothing\n", &[], None).unwrap();
    assert_eq!((policy.version(), policy.rules().count()), (7, 0));
}
