use url::form_urlencoded;

/// The form that the identity provider's page posted.
#[derive(Clone, Debug, Default)]
pub(crate) struct PostedForm {
    fields: Vec<(String, String)>,
}

impl PostedForm {
    pub(crate) fn read(body: &[u8]) -> Self {
        Self { fields: form_urlencoded::parse(body).into_owned().collect() }
    }

    /// Exactly `wa`, `wresult` and perhaps `wctx`, each once (WSF-03).
    pub(crate) fn check(&self) -> Result<String, String> {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        let once = |name: &str| names.iter().filter(|known| **known == name).count() == 1;
        let known = names.iter().all(|name| ["wa", "wresult", "wctx"].contains(name) && once(name));
        let received = names.join(", ");
        if !known || !once("wa") || !once("wresult") {
            return Err(if received.is_empty() { "no fields".to_owned() } else { received });
        }
        match self.field("wa") {
            Some("wsignin1.0") => Ok(received),
            other => Err(format!("wa={}", other.unwrap_or_default())),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WSF-03
    #[test]
    fn the_form_has_exactly_the_fields_of_a_sign_in_response() {
        for good in ["wa=wsignin1.0&wresult=x&wctx=y", "wresult=x&wa=wsignin1.0"] {
            assert!(PostedForm::read(good.as_bytes()).check().is_ok(), "{good}");
        }
        for bad in [
            "",
            "wa=wsignin1.0",
            "wresult=x",
            "wa=wsignout1.0&wresult=x",
            "wa=wsignin1.0&wresult=x&wresult=x",
            "wa=wsignin1.0&wa=wsignin1.0&wresult=x",
            "wa=wsignin1.0&wresult=x&SAMLResponse=y",
            "wa=wsignin1.0&wresult=x&wctx=&wctx=",
        ] {
            assert!(PostedForm::read(bad.as_bytes()).check().is_err(), "{bad}");
        }
    }
}
