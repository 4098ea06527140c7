use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{
    Application, ApplicationId, ApplicationKind, ImmutableId, IssuerUri, OrganisationId, ReplyAddress, Upn,
    User,
};
use serde::Serialize;

use crate::Subject;

/// Names under which directories and old scripts ask for an attribute that is stored under its standard name.
const DIRECTORY_NAMES: &[(&str, &str)] = &[
    ("sn", "surname"),
    ("firstname", "givenname"),
    ("lastname", "surname"),
    ("email", "mail"),
    ("emailaddress", "mail"),
    ("title", "jobtitle"),
    ("company", "companyname"),
    ("physicaldeliveryofficename", "officelocation"),
    ("telephonenumber", "businessphones"),
    ("mobile", "mobilephone"),
    ("mobilenumber", "mobilephone"),
    ("homephone", "homenumber"),
    ("facsimiletelephonenumber", "faxnumber"),
    ("l", "city"),
    ("st", "state"),
    ("c", "country"),
    ("manager", "reportsto"),
    ("preferredculture", "preferredlanguage"),
];

/// What one run of a token script sees: this user, this application, nothing else (S76). [`HOST`](crate::HOST)
/// turns it into the objects that scripts know.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptInput<'a> {
    user: LoginUser<'a>,
    attributes: Known<'a>,
    application: ApplicationValues<'a>,
    issuer: &'a IssuerUri,
    service_url: &'a str,
    user_identifier: &'a ImmutableId,
}

/// What `LoginUser.Get` finds, by lower-case name.
type Known<'a> = BTreeMap<Cow<'a, str>, Values<'a>>;

/// The values of one name.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Values<'a> {
    Stored(&'a [String]),
    Own([Cow<'a, str>; 1]),
}

/// The properties of `LoginUser` (protocol.md §2.8 "Token script"). Groups are those a directory brought along as
/// attributes; roles are ours.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LoginUser<'a> {
    username: &'a Upn,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    email: Option<&'a str>,
    display_name: Cow<'a, str>,
    shortname: &'a str,
    description: Option<&'a str>,
    canonical_name: Option<&'a str>,
    uuid: Cow<'a, str>,
    mobile_number: Option<&'a str>,
    home_number: Option<&'a str>,
    office_number: Option<&'a str>,
    group_names: &'a [String],
    group_names2: &'a [String],
    effective_group_names: &'a [String],
    #[serde(rename = "GroupDNs")]
    group_dns: &'a [String],
    #[serde(rename = "EffectiveGroupDNs")]
    effective_group_dns: &'a [String],
    role_names: &'a [String],
    service_type: ApplicationKind,
    service_name: &'a str,
}

/// What `Application.Get` finds, by lower-case name.
#[derive(Debug, Serialize)]
struct ApplicationValues<'a> {
    name: &'a str,
    issuer: &'a IssuerUri,
    /// Sent only to a script that names it.
    #[serde(rename = "samlscript")]
    saml_script: Option<&'a str>,
    #[serde(rename = "templatename")]
    template_name: &'static str,
    url: Option<&'a ReplyAddress>,
    #[serde(rename = "_partitionkey")]
    partition_key: OrganisationId,
    #[serde(rename = "_rowkey")]
    row_key: ApplicationId,
}

/// The input of a run. `issuer` is the registered issuer of the user's domain, `reply` the address the token will be
/// posted to.
pub fn script_input<'a>(
    subject: &Subject<'a>,
    application: &'a Application,
    issuer: &'a IssuerUri,
    reply: &'a str,
) -> ScriptInput<'a> {
    let mut known = stored(subject.user);
    let user = login_user(subject, application, &known);
    complete(&mut known, subject, &user);
    ScriptInput {
        user,
        attributes: known,
        application: application_values(application, issuer),
        issuer,
        service_url: reply,
        user_identifier: subject.immutable_id,
    }
}

fn stored(user: &User) -> Known<'_> {
    let lower = |(name, values): (&str, _)| (Cow::Owned(name.to_ascii_lowercase()), Values::Stored(values));
    user.attributes.iter().map(lower).collect()
}

fn login_user<'a>(subject: &Subject<'a>, application: &'a Application, known: &Known<'a>) -> LoginUser<'a> {
    let user = subject.user;
    let all = |name| match known.get(name) {
        Some(Values::Stored(values)) => *values,
        _ => &[],
    };
    let first = |name| all(name).first().map(String::as_str);
    let local_part = || user.upn.as_str().split('@').next().unwrap_or_default();
    LoginUser {
        username: &user.upn,
        first_name: first("givenname"),
        last_name: first("surname"),
        email: first("mail"),
        display_name: user.display_name().into(),
        shortname: first("shortname").unwrap_or_else(local_part),
        description: first("description"),
        canonical_name: first("canonicalname"),
        uuid: first("uuid").map_or_else(|| user.id.to_string().into(), Cow::Borrowed),
        mobile_number: first("mobilephone"),
        home_number: first("homenumber"),
        office_number: first("officenumber"),
        group_names: all("groupnames"),
        group_names2: all("groupnames2"),
        effective_group_names: all("effectivegroupnames"),
        group_dns: all("groupdns"),
        effective_group_dns: all("effectivegroupdns"),
        role_names: subject.roles,
        service_type: application.kind,
        service_name: &application.name,
    }
}

/// Adds to the stored attributes the names that directories have for them, then what the user record itself says,
/// which no stored attribute can hide (the UPN decides the issuer).
fn complete<'a>(known: &mut Known<'a>, subject: &Subject<'a>, user: &LoginUser<'a>) {
    for (name, standard) in DIRECTORY_NAMES {
        if let Some(values) = known.get(*standard).cloned() {
            known.entry(Cow::Borrowed(name)).or_insert(values);
        }
    }
    let own = |value| Values::Own([value]);
    for (name, value) in [
        ("displayname", &user.display_name),
        ("cn", &user.display_name),
        ("samaccountname", &Cow::Borrowed(user.shortname)),
        ("shortname", &Cow::Borrowed(user.shortname)),
        ("uuid", &user.uuid),
    ] {
        known.entry(Cow::Borrowed(name)).or_insert_with(|| own(value.clone()));
    }
    for name in ["userprincipalname", "username"] {
        known.insert(Cow::Borrowed(name), own(user.username.as_str().into()));
    }
    known.insert(Cow::Borrowed("immutableid"), own(subject.immutable_id.as_str().into()));
    known.insert(Cow::Borrowed("rolenames"), Values::Stored(subject.roles));
}

fn application_values<'a>(application: &'a Application, issuer: &'a IssuerUri) -> ApplicationValues<'a> {
    ApplicationValues {
        name: &application.name,
        issuer: application.issuer.as_ref().unwrap_or(issuer),
        saml_script: application.token_script.as_deref().filter(|text| text.contains("SamlScript")),
        template_name: match application.kind {
            ApplicationKind::Microsoft365 => "Office 365 (WS-Fed + Provisioning)",
            ApplicationKind::WsFederation => "WS-Federation",
            ApplicationKind::Portal => "Portal",
        },
        url: application.reply_addresses.first(),
        partition_key: application.organisation,
        row_key: application.id,
    }
}
