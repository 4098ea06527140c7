//! The databases of places, as the commands that check things see them.

use std::path::Path;

use chrono::TimeDelta;
use config::{Settings, Severity};
use geography::{FileError, Listed};
use model::{AutonomousSystem, Clock, Country, SystemClock};

/// From when on a database is called old: addresses move from country to country all the time.
const OLD: TimeDelta = TimeDelta::days(60);

/// What a look at one of the files came to.
pub struct Look {
    /// The setting that names it.
    pub setting: &'static str,
    /// What is loaded and how old it is, or what is wrong, in words.
    pub words: String,
    /// How bad it is, if it is.
    pub severity: Option<Severity>,
}

/// Looks at every file that the settings name.
pub fn looks(settings: &Settings) -> Vec<Look> {
    let config::Geography { country_file, network_file } = &settings.geography;
    let countries = country_file.as_deref().map(|file| look::<Country>("geography.country_file", file));
    let networks =
        network_file.as_deref().map(|file| look::<AutonomousSystem>("geography.network_file", file));
    countries.into_iter().chain(networks).collect()
}

/// The files as a running server wants them.
pub fn files(settings: &Settings) -> geography::Files {
    geography::Files {
        countries: settings.geography.country_file.clone(),
        autonomous_systems: settings.geography.network_file.clone(),
    }
}

fn look<T: Listed>(setting: &'static str, file: &Path) -> Look {
    let database = match geography::read::<T>(file) {
        Ok(database) => database,
        Err(error) => return Look { setting, words: trouble::<T>(error), severity: Some(Severity::Warning) },
    };
    let loaded = format!("{} of {} in {}", T::SUBJECT, database.kind(), file.display());
    let Some(age) = database.made_at().map(|made_at| SystemClock.now() - made_at) else {
        return Look { setting, words: format!("{loaded}, of unknown age"), severity: None };
    };
    let is_old = age > OLD;
    let advice = if is_old { "; addresses move, so put a new file in its place" } else { "" };
    Look {
        setting,
        words: format!("{loaded}, {} days old{advice}", age.num_days()),
        severity: is_old.then_some(Severity::Warning),
    }
}

/// S32: the server starts all the same, and what the file would know is unknown.
fn trouble<T: Listed>(error: FileError) -> String {
    let error = format!("{:#}", anyhow::Error::from(error));
    format!("{error}; the {} of all addresses are unknown until it is mended", T::SUBJECT)
}
