//! The `countersign` binary: what operators type.

mod app;
mod configuration;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod domain;
mod init;
mod key;
mod ledger;
mod letters;
mod node;
mod output;
mod passkey_domain;
mod places;
mod policy;
mod role;
mod serve;
mod user;
mod workplace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Output;

/// Countersign signs people in to Microsoft 365 and to other WS-Federation applications.
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true)]
struct Cli {
    /// The configuration file; without it, defaults and COUNTERSIGN_… from the environment.
    #[arg(long, global = true, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    config: Option<PathBuf>,
    /// Answers in JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the organisation, its first role, the Microsoft 365 application and a signing key.
    Init(init::Init),
    /// Answers requests until it is told to stop.
    Serve,
    /// Tries Countersign beside a stand-in for Entra ID, with furnished data, on this machine only.
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    /// People who sign in.
    #[command(subcommand)]
    User(user::User),
    /// Roles: who may use which application.
    #[command(subcommand)]
    Role(role::Role),
    /// Domains, the suffixes of user names, with their issuers.
    #[command(subcommand)]
    Domain(domain::Domain),
    /// Signing keys and their certificates.
    #[command(subcommand)]
    Key(key::Key),
    /// Applications: the relying parties that get tokens.
    #[command(subcommand)]
    App(app::App),
    /// Who may sign in, from where, when and with what.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// The record of decisions, tokens and changes.
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// The configuration in force.
    #[command(subcommand)]
    Config(configuration::Configuration),
    /// The mail server that takes letters to people.
    #[command(subcommand)]
    Mail(letters::Mail),
    /// Looks for what would keep people from signing in, and says what to do.
    Doctor,
    /// Runs token scripts for the server; not for people.
    #[command(hide = true, name = node::SCRIPT_WORKER)]
    ScriptWorker,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::ScriptWorker) {
        // Before anything else is set up: a worker has an empty environment and only its pipe (S76).
        return script::worker_main();
    }
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("countersign: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let output = Output { json: cli.json };
    let config = cli.config.as_deref();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Init(init) => init.run(config, output).await,
            Command::Serve => serve::run(config).await,
            #[cfg(feature = "demo")]
            Command::Demo(demo) => demo.run().await,
            Command::User(command) => command.run(config, output).await,
            Command::Role(command) => command.run(config, output).await,
            Command::Domain(command) => command.run(config, output).await,
            Command::Key(command) => command.run(config, output).await,
            Command::App(command) => command.run(config, output).await,
            Command::Mail(command) => command.run(config, output).await,
            Command::Policy(command) => command.run(config, output).await,
            Command::Ledger(command) => return command.run(config, output).await,
            Command::Config(command) => return command.run(config, output),
            Command::Doctor => return doctor::run(config, output).await,
            Command::ScriptWorker => Ok(()),
        }?;
        Ok(ExitCode::SUCCESS)
    })
}
