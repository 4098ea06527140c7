//! Networks that an operator names, and what Entra ID is said to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;

use config::{Configuration, LoadError, Network, Origin, Problem, Purpose, Severity};
use model::{DomainName, EntraMfaDemand, FederatedIdpMfaBehavior, NetworkName};

const BEHIND_A_PROXY: &str = "base_url = \"https://sign-in.contoso.example\"\n\
    tls = \"proxy\"\ntrusted_proxies = [\"127.0.0.1\"]\n";

/// A folder with `text` as its settings file.
fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// What is read from a file that begins with what every server needs.
fn load(text: &str, environment: &[(&str, &str)]) -> Result<Configuration, LoadError> {
    let (_folder, path) = written(&format!("{BEHIND_A_PROXY}{text}"));
    let pairs = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Configuration::load(Some(&path), pairs)
}

fn problems(configuration: &Configuration) -> Vec<(String, Severity)> {
    let found = configuration.check(Purpose::Serve).into_iter();
    found.map(|Problem { field, severity, .. }| (field, severity)).collect()
}

fn network(ranges: &[&str]) -> Network {
    Network(ranges.iter().map(|range| range.parse().unwrap()).collect())
}

#[test]
fn proxies_are_networks_or_addresses_in_both_sources() {
    let expected = network(&["10.0.0.0/8", "2001:db8::1/128"]).0;
    for text in ["trusted_proxies = [\"10.0.0.0/8\", \"2001:db8::1\"]\n", ""] {
        let (_folder, path) = written(text);
        let environment = ("COUNTERSIGN_TRUSTED_PROXIES".to_owned(), "10.0.0.0/8, 2001:db8::1".to_owned());
        let environment = text.is_empty().then_some(environment);
        let settings = Configuration::load(Some(&path), environment).unwrap().settings;
        assert_eq!(settings.trusted_proxies, expected);
    }
}

#[test]
fn networks_are_named_in_the_file_and_in_the_environment_which_wins() {
    let text = "[networks]\noffice = [\"192.0.2.0/24\", \"2001:db8::1\"]\nvpn-2 = [\"198.51.100.7\"]\n";
    let environment = [("COUNTERSIGN_NETWORKS__OFFICE", "10.0.0.0/8, 2001:db8::/32")];
    let configuration = load(text, &environment).unwrap();

    let networks = &configuration.settings.networks;
    let named = |name| networks.get(&NetworkName::parse(name).unwrap());
    assert_eq!(networks.len(), 2);
    assert_eq!(named("office"), Some(&network(&["10.0.0.0/8", "2001:db8::/32"])));
    assert_eq!(named("vpn-2"), Some(&network(&["198.51.100.7/32"])));
    assert_eq!(problems(&configuration), []);

    let explained = configuration.explain().unwrap();
    let of = |name: &str| explained.iter().find(|one| one.name == name).unwrap();
    assert_eq!(of("networks.office").value, "10.0.0.0/8, 2001:db8::/32");
    assert_eq!(of("networks.office").origin, Origin::Environment("COUNTERSIGN_NETWORKS__OFFICE".to_owned()));
    assert!(matches!(of("networks.vpn-2").origin, Origin::File(_)));
}

#[test]
fn a_broken_range_or_name_is_named() {
    let text = "[networks]\noffice = [\"192.0.2.0/33\"]\n\"Head Office\" = []\nvpn = 5\n";
    let Err(LoadError::Invalid(problems)) = load(text, &[]) else { panic!("it was accepted") };
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let said = said.join("\n");
    assert_eq!(problems.len(), 3, "{said}");
    assert!(said.contains("networks.office: \"192.0.2.0/33\" is no network; write it like"), "{said}");
    assert!(
        said.contains("networks.Head Office: \"Head Office\" is no name for a network: 1 to 64"),
        "{said}"
    );
    assert!(said.contains("networks.vpn: "), "{said}");
}

#[test]
fn a_network_of_nobody_or_of_everybody_is_warned_of() {
    let configuration =
        load("[networks]\nnobody = []\neverybody = [\"::/0\"]\noffice = [\"192.0.2.0/24\"]\n", &[]).unwrap();
    assert_eq!(
        problems(&configuration),
        [
            ("networks.everybody".to_owned(), Severity::Warning),
            ("networks.nobody".to_owned(), Severity::Warning)
        ]
    );
}

#[test]
fn what_entra_does_is_said_by_domain() {
    let text = "[entra]\nmfa_demanded = [\"Contoso.example\"]\nenforce_mfa_by_federated_idp = [\"contoso.example\"]\n";
    let environment = [("COUNTERSIGN_ENTRA__MFA_NOT_DEMANDED", "fabrikam.example, litware.example")];
    let configuration = load(text, &environment).unwrap();
    let facts = |name| configuration.settings.entra.facts(&DomainName::parse(name).unwrap());

    assert_eq!(facts("contoso.example").mfa_demand, EntraMfaDemand::Yes);
    let enforced = FederatedIdpMfaBehavior::EnforceMfaByFederatedIdp;
    assert_eq!(facts("contoso.example").mfa_behavior, Some(enforced));
    assert_eq!(facts("litware.example").mfa_demand, EntraMfaDemand::No);
    assert_eq!(facts("litware.example").mfa_behavior, None);
    assert_eq!(facts("nobody.example").mfa_demand, EntraMfaDemand::NotKnown);
    assert_eq!(problems(&configuration), []);
}

#[test]
fn what_cannot_be_true_of_a_domain_is_an_error() {
    let text = "[entra]\nmfa_demanded = [\"contoso.example\"]\nmfa_not_demanded = [\"contoso.example\"]\n";
    let configuration = load(text, &[]).unwrap();
    assert_eq!(problems(&configuration), [("entra.mfa_not_demanded".to_owned(), Severity::Error)]);

    let Err(LoadError::Invalid(problems)) = load("[entra]\nmfa_demanded = [\"localhost\"]\n", &[]) else {
        panic!("it was accepted")
    };
    assert!(problems[0].to_string().contains("only one label"), "{problems:?}");
}
