use std::sync::Arc;

use model::{Organisation, OrganisationId};
use moka::sync::Cache;
use url::Url;

use super::PostBackFrame;
use crate::Language;
use crate::assets::Asset;
use crate::stylesheet::stylesheet;

/// Faces kept at a time: each holds a stylesheet and a page frame per language, some 40 kB together.
const KEPT: u64 = 512;

/// How an organisation looks: everything of a page that is the same for each of its visitors.
#[derive(Debug)]
pub(crate) struct Face {
    /// The organisation's name.
    pub(crate) name: String,
    /// Its first letter, drawn as its sign.
    pub(crate) initial: String,
    /// The host that its pages answer at, for the foot of the page.
    pub(crate) host: String,
    /// The origin of its pages (RFC 6454), which its own forms come from.
    pub(crate) origin: String,
    /// Its stylesheet.
    pub(crate) stylesheet: Asset,
    frames: [PostBackFrame; Language::ALL.len()],
}

impl Face {
    /// The face of whoever answers at `site`.
    pub(crate) fn new(name: &str, accent: &str, site: &Url) -> Self {
        // A control character in a name would be mistaken for a gap of a page frame.
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let mut face = Self {
            initial: name
                .chars()
                .find(|c| c.is_alphanumeric())
                .into_iter()
                .flat_map(char::to_uppercase)
                .collect(),
            name,
            host: site.host_str().unwrap_or_default().to_owned(),
            origin: site.origin().ascii_serialization(),
            stylesheet: Asset::new("style", "css", "text/css; charset=utf-8", stylesheet(accent)),
            frames: Default::default(),
        };
        face.frames = Language::ALL.map(|language| PostBackFrame::render(&face, language));
        face
    }

    /// The page that hands a response over, but for the response.
    pub(crate) fn post_back(&self, language: Language) -> &PostBackFrame {
        let [english, german] = &self.frames;
        match language {
            Language::English => english,
            Language::German => german,
        }
    }
}

/// The faces of all organisations, made when first seen and when something of the organisation has changed.
pub(crate) struct Faces {
    base_url: Url,
    nobody: Arc<Face>,
    known: Cache<OrganisationId, (Arc<Organisation>, Arc<Face>)>,
}

impl Faces {
    /// Faces for organisations that answer at `base_url` unless they have a host of their own.
    pub(crate) fn new(base_url: &Url) -> Self {
        let nobody = Face::new("Countersign", "", base_url);
        Self { base_url: base_url.clone(), nobody: Arc::new(nobody), known: Cache::new(KEPT) }
    }

    /// The face of an organisation, or of none.
    pub(crate) fn of(&self, organisation: Option<&Arc<Organisation>>) -> Arc<Face> {
        let Some(organisation) = organisation else {
            return Arc::clone(&self.nobody);
        };
        match self.known.get(&organisation.id) {
            Some((known, face)) if Arc::ptr_eq(&known, organisation) || known == *organisation => face,
            _ => self.make(organisation),
        }
    }

    fn make(&self, organisation: &Arc<Organisation>) -> Arc<Face> {
        let mut site = self.base_url.clone();
        // A host that no address can have stays the server's own.
        let _ = organisation.host.as_deref().map(|host| site.set_host(Some(host)));
        let face = Arc::new(Face::new(&organisation.name, &organisation.accent, &site));
        self.known.insert(organisation.id, (Arc::clone(organisation), Arc::clone(&face)));
        face
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(host: Option<&str>) -> Organisation {
        Organisation {
            id: OrganisationId::new(),
            name: "Élan".into(),
            host: host.map(Into::into),
            passkey_domain: None,
            accent: "#0b6b61".into(),
            demo: false,
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_face_follows_its_organisation() {
        let faces = Faces::new(&"http://localhost:8080".parse().unwrap());
        let mut organisation = organisation(None);
        let before = faces.of(Some(&Arc::new(organisation.clone())));
        assert_eq!((before.initial.as_str(), before.origin.as_str()), ("É", "http://localhost:8080"));
        assert!(Arc::ptr_eq(&before, &faces.of(Some(&Arc::new(organisation.clone())))));
        organisation.accent = "#8a2f6b".into();
        assert_ne!(faces.of(Some(&Arc::new(organisation))).stylesheet.path, before.stylesheet.path);
    }

    #[test]
    fn an_organisation_with_a_host_of_its_own_is_there() {
        let faces = Faces::new(&"https://id.example:8443".parse().unwrap());
        let face = faces.of(Some(&Arc::new(organisation(Some("sign-in.contoso.example")))));
        assert_eq!(face.origin, "https://sign-in.contoso.example:8443");
        assert_eq!(face.host, "sign-in.contoso.example");
    }
}
