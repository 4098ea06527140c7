/// A claim as a SAML 1.1 attribute: a namespace, a name, and one or several values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The `AttributeNamespace`: what stands before the last `/` of the claim type.
    pub namespace: String,
    /// The `AttributeName`: what stands after it.
    pub name: String,
    /// The values in order; each its own `AttributeValue`. A token is refused when there is none or an empty one.
    pub values: Vec<String>,
}

impl Attribute {
    /// The attribute of a claim type, split at the last `/` (protocol.md §2.2). Without one, the namespace is empty
    /// and no token will be issued with it.
    pub fn from_claim_type(uri: &str, values: Vec<String>) -> Self {
        let (namespace, name) = uri.rsplit_once('/').unwrap_or(("", uri));
        Self { namespace: namespace.to_owned(), name: name.to_owned(), values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_type_is_split_at_its_last_slash() {
        let attribute = Attribute::from_claim_type(
            "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID",
            vec!["x".to_owned()],
        );
        assert_eq!(attribute.namespace, "http://schemas.microsoft.com/LiveID/Federation/2008/05");
        assert_eq!(attribute.name, "ImmutableID");
    }
}
