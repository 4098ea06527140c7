use model::User;
use serde::Deserialize;
use thiserror::Error;

use crate::TokenScript;

/// Functions of the classic product that a SAML 1.1 token has no use for: accepted, without effect.
const IGNORED: &[&str] = &[
    "setRecipient",
    "setServiceUrl",
    "setHttpDestination",
    "setRelayState",
    "setVersion",
    "setSignatureType",
    "setDigestMethodAlgorithm",
];

/// What a token script asked for, in its order. Wishes only: [`decorate`](crate::decorate) judges them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    pub(crate) steps: Vec<Effect>,
    ignored: Vec<&'static str>,
}

/// One wish of a script.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Effect {
    /// `setIssuer(v)`, `setAttribute('IssuerName', v)`.
    Issuer(String),
    /// `setSubjectName(v)`, `LoginUser.Username = v`.
    Subject(String),
    /// `setAudience(v)`.
    Audience(String),
    /// `setNameFormat(v)`.
    NameFormat(String),
    /// `setAttribute(name, value)`, `setAttributeArray(name, list)`.
    Attribute(String, Vec<String>),
    /// A function of [`IGNORED`] was called.
    Ignored(String),
}

/// The answer of a script's worker is not a list of effects; the worker is no longer itself (S76).
#[derive(Debug, Error)]
#[error("the script's outcome cannot be read")]
pub struct EffectsError(#[source] Option<serde_json::Error>);

impl Effects {
    /// What a script that needs no engine asks for, exactly as it would in a worker. None: it needs one.
    pub fn of_compiled_in(script: &TokenScript, user: &User) -> Option<Self> {
        match script {
            TokenScript::Default => Some(Self::default()),
            TokenScript::Classic => {
                let issuer = format!("URN:{}", user.upn.domain());
                Some(Self { steps: vec![Effect::Issuer(issuer)], ignored: Vec::new() })
            }
            TokenScript::Custom(_) => None,
        }
    }

    /// Reads what [`HOST`](crate::HOST) collected during a run. The value is hostile input: whoever broke out of
    /// the engine wrote it (S76).
    pub fn parse(outcome: serde_json::Value) -> Result<Self, EffectsError> {
        let read: Vec<Effect> = serde_json::from_value(outcome).map_err(|error| EffectsError(Some(error)))?;
        let mut effects = Self::default();
        for effect in read {
            match effect {
                Effect::Ignored(name) => {
                    let known = IGNORED.iter().find(|known| **known == name);
                    effects.warn(known.ok_or(EffectsError(None))?);
                }
                Effect::Attribute(name, values) if name.eq_ignore_ascii_case("IssuerName") => {
                    effects.steps.push(Effect::Issuer(values.concat()));
                }
                acting => effects.steps.push(acting),
            }
        }
        Ok(effects)
    }

    /// The functions that the script called in vain, each once: told to whoever saves or tests it.
    pub fn ignored(&self) -> &[&'static str] {
        &self.ignored
    }

    fn warn(&mut self, name: &'static str) {
        if !self.ignored.contains(&name) {
            self.ignored.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn issuer_name_is_another_word_for_the_issuer() {
        let effects = Effects::parse(json!([{ "attribute": ["issuername", ["URN:x.example"]] }])).unwrap();
        assert_eq!(effects.steps, [Effect::Issuer("URN:x.example".to_owned())]);
    }

    #[test]
    fn functions_ignored_are_named_once() {
        let call = json!({ "ignored": "setRecipient" });
        let effects = Effects::parse(json!([call, call])).unwrap();
        assert_eq!(effects.ignored(), ["setRecipient"]);
    }

    /// S76: the worker's answer is hostile input.
    #[test]
    fn anything_but_a_list_of_known_effects_is_refused() {
        for hostile in [
            json!(null),
            json!({}),
            json!([1]),
            json!([{ "permit": "all" }]),
            json!([{ "issuer": null }]),
            json!([{ "attribute": ["x", "y"] }]),
            json!([{ "attribute": ["x", [["y"]]] }]),
            json!([{ "issuer": "a", "subject": "b" }]),
            json!([{ "ignored": "format" }]),
        ] {
            assert!(Effects::parse(hostile.clone()).is_err(), "{hostile} was accepted");
        }
    }
}
