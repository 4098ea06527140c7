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
    /// Its stylesheet.
    pub(crate) stylesheet: Asset,
    accent: String,
    frames: [PostBackFrame; Language::ALL.len()],
}

impl Face {
    pub(crate) fn new(name: &str, accent: &str, host: &str) -> Self {
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
            host: host.to_owned(),
            stylesheet: Asset::new("style", "css", "text/css; charset=utf-8", stylesheet(accent)),
            accent: accent.to_owned(),
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

    fn is_of(&self, organisation: &Organisation) -> bool {
        self.name == organisation.name && self.accent == organisation.accent
    }
}

/// The faces of all organisations, made when first seen and when a name or colour has changed.
pub(crate) struct Faces {
    base_url: Url,
    nobody: Arc<Face>,
    known: Cache<OrganisationId, Arc<Face>>,
}

impl Faces {
    /// Faces for organisations that answer at `base_url` unless they have a host of their own.
    pub(crate) fn new(base_url: &Url) -> Self {
        let nobody = Face::new("Countersign", "", base_url.host_str().unwrap_or_default());
        Self { base_url: base_url.clone(), nobody: Arc::new(nobody), known: Cache::new(KEPT) }
    }

    /// The face of an organisation, or of none.
    pub(crate) fn of(&self, organisation: Option<&Organisation>) -> Arc<Face> {
        let Some(organisation) = organisation else {
            return Arc::clone(&self.nobody);
        };
        if let Some(face) = self.known.get(&organisation.id).filter(|face| face.is_of(organisation)) {
            return face;
        }
        let host = organisation.host.as_deref().or(self.base_url.host_str()).unwrap_or_default();
        let face = Arc::new(Face::new(&organisation.name, &organisation.accent, host));
        self.known.insert(organisation.id, Arc::clone(&face));
        face
    }
}
