//! One person from several places, in a real browser: the stand-in's page says where it comes from.

use testkit::Demo;
use thirtyfour::By;

use crate::eye::Eye;
use crate::policy::decree;
use crate::surroundings::{COUNTERSIGN, Surroundings};

/// Australia and New Zealand, and nobody from one network of theirs.
const RULES: &str = "[networks.lobby]\nranges = ['203.0.113.128/25']\n\
                     [geolock]\ncountries = ['AU', 'NZ']\n\
                     message = 'Contoso allows sign-in from Australia and New Zealand.'\n\
                     [[rules]]\nname = 'Not from the lobby'\nwhen = { networks = ['lobby'] }\nthen = 'deny'\n\
                     message = 'Nobody signs in from the lobby.'\n";

impl Surroundings {
    /// Leaves the stand-in with this name, from this address on.
    async fn come_from(&self, address: &str, upn: &str) -> anyhow::Result<()> {
        self.browser.window.goto(&self.demo.description.rehearsal_url).await?;
        self.see(By::Id("upn")).await?.send_keys(upn).await?;
        if self.browser.window.find(By::Css("details.more")).await?.attr("open").await?.is_none() {
            self.see(By::Css("details.more summary")).await?.click().await?;
        }
        let field = self.see(By::Id("come-from")).await?;
        field.clear().await?;
        field.send_keys(address).await?;
        self.see(By::Css("form button.primary")).await?.click().await?;
        Ok(())
    }
}

#[tokio::test]
async fn the_same_person_is_let_in_from_one_place_and_refused_from_others() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    decree(folder.path(), RULES).await?;
    let here = Surroundings::around(Demo::start_in(COUNTERSIGN, folder.path()).await?, true).await?;
    let eye = Eye::new()?;
    let ada = here.demo.person("ada")?;

    here.come_from("198.51.100.7", &ada.upn).await?;
    here.see(By::Css("dl.reference")).await?;
    eye.look(&here, "refused-country").await?;
    let page = here.see(By::Tag("main")).await?.text().await?;
    assert!(page.contains("198.51.100.7"), "{page}");

    here.come_from("Portugal", &ada.upn).await?;
    here.see(By::Id("come-from-error")).await?;
    eye.look(&here, "stand-in-no-address").await?;

    here.come_from("203.0.113.24", &ada.upn).await?;
    here.give_password(&ada.password).await?;
    here.accepted(ada).await?;
    let page = here.see(By::Tag("main")).await?.text().await?;
    assert!(page.contains("came from 203.0.113.24"), "{page}");

    // S27: the session that was begun there is judged where it is now.
    here.come_from("203.0.113.200", &ada.upn).await?;
    here.see(By::Css("dl.reference")).await?;
    eye.look(&here, "refused-network").await?;
    here.come_from("2001:db8:61::1", &ada.upn).await?;
    here.accepted(ada).await?;
    here.come_from("100.64.0.1", &ada.upn).await?;
    here.see(By::Css("dl.reference")).await?;
    here.end().await
}
