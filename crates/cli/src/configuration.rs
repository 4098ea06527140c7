//! `countersign config`: check, explain.

use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use config::{Problem, Purpose, Settings, Severity};
use serde_json::json;

use crate::node::own_tls;
use crate::output::Output;
use crate::places;
use crate::workplace::read_configuration;

#[derive(Subcommand)]
pub enum Configuration {
    /// Says whether the server would start with this configuration, and everything that is wrong with it.
    Check,
    /// Lists every value with where it comes from.
    Explain,
}

impl Configuration {
    pub fn run(self, config: Option<&Path>, output: Output) -> anyhow::Result<ExitCode> {
        let configuration = read_configuration(config)?;
        match self {
            Self::Check => {
                let mut problems = configuration.check(Purpose::Serve);
                problems.extend(tls_problem(&configuration.settings));
                problems.extend(geography_problems(&configuration.settings));
                let severity = |problem: &Problem| match problem.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                };
                let rows: Vec<_> = problems
                    .iter()
                    .map(|problem| {
                        [severity(problem).to_owned(), problem.field.clone(), problem.message.clone()]
                    })
                    .collect();
                let things: Vec<_> = problems
                    .iter()
                    .map(|problem| json!({ "severity": severity(problem), "field": problem.field, "message": problem.message }))
                    .collect();
                output.table(
                    ["Severity", "Setting", "Problem"],
                    &rows,
                    &things.into(),
                    "The configuration is fit to serve.",
                )?;
                let stops = problems.iter().any(|problem| problem.severity == Severity::Error);
                Ok(if stops { ExitCode::FAILURE } else { ExitCode::SUCCESS })
            }
            Self::Explain => {
                let values = configuration.explain()?;
                let rows: Vec<_> = values
                    .iter()
                    .map(|value| [value.name.clone(), value.value.clone(), value.origin.to_string()])
                    .collect();
                let things: Vec<_> = values
                    .iter()
                    .map(|value| json!({ "name": value.name, "value": value.value, "origin": value.origin.to_string() }))
                    .collect();
                output.table(["Setting", "Value", "From"], &rows, &things.into(), "")?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// What is wrong with the databases of places, which only reading them shows.
fn geography_problems(settings: &Settings) -> impl Iterator<Item = Problem> {
    places::looks(settings).into_iter().filter_map(|look| {
        Some(Problem { field: look.setting.to_owned(), message: look.words, severity: look.severity? })
    })
}

/// What is wrong with the TLS files themselves, which only reading them shows.
fn tls_problem(settings: &Settings) -> Option<Problem> {
    let (message, severity) = match own_tls(settings) {
        Err(error) => (format!("{:#}", anyhow::Error::from(error)), Severity::Error),
        Ok(Some(tls)) if !tls.is_for(settings.base_url.host()) => {
            let host = settings.base_url.host();
            (format!("the certificate is for other hosts than {host}; browsers refuse it"), Severity::Warning)
        }
        Ok(_) => return None,
    };
    Some(Problem { field: "tls".to_owned(), message, severity })
}
