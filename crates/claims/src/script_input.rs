use model::{Application, ApplicationKind, IssuerUri, User};
use serde_json::{Map, Value, json};

use crate::Subject;

/// Names under which directories and old scripts ask for an attribute that is stored under its standard name.
const DIRECTORY_NAMES: &[(&str, &str)] = &[
    ("sn", "Surname"),
    ("firstname", "GivenName"),
    ("lastname", "Surname"),
    ("email", "Mail"),
    ("emailaddress", "Mail"),
    ("title", "JobTitle"),
    ("company", "CompanyName"),
    ("physicaldeliveryofficename", "OfficeLocation"),
    ("telephonenumber", "BusinessPhones"),
    ("mobile", "MobilePhone"),
    ("mobilenumber", "MobilePhone"),
    ("homephone", "HomeNumber"),
    ("facsimiletelephonenumber", "FaxNumber"),
    ("l", "City"),
    ("st", "State"),
    ("c", "Country"),
    ("manager", "ReportsTo"),
    ("preferredculture", "PreferredLanguage"),
];

/// What one run of a token script sees: this user, this application, nothing else (S76). [`HOST`](crate::HOST)
/// turns it into the objects that scripts know.
///
/// `issuer` is the registered issuer of the user's domain, `reply` the address the token will be posted to.
pub fn script_input(
    subject: &Subject<'_>,
    application: &Application,
    issuer: &IssuerUri,
    reply: &str,
) -> Value {
    json!({
        "user": user(subject, application),
        "attributes": attributes(subject),
        "application": application_values(application, issuer),
        "issuer": issuer,
        "serviceUrl": reply,
        "userIdentifier": subject.immutable_id,
    })
}

/// The properties of `LoginUser` (protocol.md §2.8 "Token script"). Groups are those a directory brought along as
/// attributes; roles are ours.
fn user(subject: &Subject<'_>, application: &Application) -> Value {
    let user = subject.user;
    let first = |name| user.attributes.first(name);
    let all = |name| user.attributes.values(name);
    json!({
        "Username": user.upn,
        "FirstName": first("GivenName"),
        "LastName": first("Surname"),
        "Email": first("Mail"),
        "DisplayName": user.display_name(),
        "Shortname": short_name(user),
        "Description": first("Description"),
        "CanonicalName": first("CanonicalName"),
        "Uuid": uuid(user),
        "MobileNumber": first("MobilePhone"),
        "HomeNumber": first("HomeNumber"),
        "OfficeNumber": first("OfficeNumber"),
        "GroupNames": all("GroupNames"),
        "GroupNames2": all("GroupNames2"),
        "EffectiveGroupNames": all("EffectiveGroupNames"),
        "GroupDNs": all("GroupDNs"),
        "EffectiveGroupDNs": all("EffectiveGroupDNs"),
        "RoleNames": subject.roles,
        "ServiceType": application.kind,
        "ServiceName": application.name,
    })
}

/// What `LoginUser.Get` finds, by lower-case name: the stored attributes first, then what the user record itself
/// says, which no stored attribute can hide (the UPN decides the issuer).
fn attributes(subject: &Subject<'_>) -> Map<String, Value> {
    let user = subject.user;
    let mut known = Map::new();
    for (name, values) in user.attributes.iter() {
        known.insert(name.to_ascii_lowercase(), json!(values));
    }
    for (name, standard) in DIRECTORY_NAMES {
        let values = user.attributes.values(standard);
        if !values.is_empty() {
            known.entry(*name).or_insert_with(|| json!(values));
        }
    }
    for (name, value) in [
        ("displayname", user.display_name()),
        ("cn", user.display_name()),
        ("samaccountname", short_name(user).to_owned()),
        ("shortname", short_name(user).to_owned()),
        ("uuid", uuid(user)),
    ] {
        known.entry(name).or_insert_with(|| json!([value]));
    }
    for name in ["userprincipalname", "username"] {
        known.insert(name.to_owned(), json!([user.upn]));
    }
    known.insert("immutableid".to_owned(), json!([subject.immutable_id]));
    known.insert("rolenames".to_owned(), json!(subject.roles));
    known
}

/// What `Application.Get` finds, by lower-case name. The script's own text is sent only to a script that names it.
fn application_values(application: &Application, issuer: &IssuerUri) -> Value {
    let script = application.token_script.as_deref().filter(|text| text.contains("SamlScript"));
    let template = match application.kind {
        ApplicationKind::Microsoft365 => "Office 365 (WS-Fed + Provisioning)",
        ApplicationKind::WsFederation => "WS-Federation",
    };
    json!({
        "name": application.name,
        "issuer": application.issuer.as_ref().unwrap_or(issuer),
        "samlscript": script,
        "templatename": template,
        "url": application.reply_addresses.first(),
        "_partitionkey": application.organisation,
        "_rowkey": application.id,
    })
}

fn short_name(user: &User) -> &str {
    let local_part = || user.upn.as_str().split('@').next().unwrap_or_default();
    user.attributes.first("Shortname").unwrap_or_else(local_part)
}

fn uuid(user: &User) -> String {
    user.attributes.first("Uuid").map_or_else(|| user.id.to_string(), str::to_owned)
}
