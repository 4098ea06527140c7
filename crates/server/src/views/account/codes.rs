use askama::Template;
use sts::{Owner, RecoveryCodes};

use super::Who;
use crate::Language;
use crate::stage::Stage;
use crate::views::Face;

/// Shows recovery codes, this once.
#[derive(Template)]
#[template(path = "codes.html")]
pub(crate) struct CodesPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    pub(crate) codes: RecoveryCodes,
}

impl<'a> CodesPage<'a> {
    pub(crate) fn of(stage: &Stage<'a>, owner: &Owner, codes: RecoveryCodes) -> Self {
        Self { face: &stage.arrival.face, language: stage.language(), who: Who::of(owner), codes }
    }
}

/// Says what new recovery codes mean, and offers to make them.
#[derive(Template)]
#[template(path = "offer_codes.html")]
pub(crate) struct OfferCodesPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    /// How many are left of those that would be void.
    pub(crate) left: u32,
    /// What makes the new ones, sealed.
    pub(crate) act: String,
}

impl OfferCodesPage<'_> {
    fn left(&self) -> String {
        self.language.text_with_number("recovery-codes-left", "count", self.left.into())
    }
}
