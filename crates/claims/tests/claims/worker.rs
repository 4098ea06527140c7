use std::path::PathBuf;
use std::time::Duration;

use claims::{Effects, TokenScript, script_input};
use script::{Program, Run, ScriptError, ScriptLimits, Scripts};

use crate::persona::Persona;

/// Workers with plenty of time: debug builds of the engine on a busy machine are slow.
pub fn scripts() -> Scripts {
    let tests = std::env::current_exe().unwrap();
    let built: PathBuf = tests.ancestors().nth(2).unwrap().join("examples/claims_worker");
    assert!(built.exists(), "`cargo build --examples` makes the worker that this test starts");
    let patience = Duration::from_secs(20);
    let limits = ScriptLimits { wall: patience, kill: 2 * patience, ..ScriptLimits::default() };
    Scripts::start(limits, (built, "script-worker"))
}

/// Runs a script for somebody, in a worker whatever the script is.
pub async fn run(scripts: &Scripts, persona: &Persona, source: &str) -> Result<Run, ScriptError> {
    let reply = persona.application.reply_addresses[0].as_str();
    let input = script_input(&persona.subject(), &persona.application, &persona.issuer, reply);
    let program = Program::new(claims::HOST, source);
    scripts.run(persona.user.organisation, &program, &input).await
}

/// What a script that needs no engine asks for; none when it needs one.
pub fn compiled_in(persona: &Persona, source: &str) -> Option<Effects> {
    Effects::of_compiled_in(&TokenScript::recognise(Some(source)), &persona.user)
}
