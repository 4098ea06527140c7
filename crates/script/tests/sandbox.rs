//! What a script can and cannot do, in a real worker.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use model::OrganisationId;
use script::{Program, Run, ScriptError, ScriptLimits, Scripts};
use serde_json::{Value, json};

const HOST: &str = "const kept = []; globalThis.say = (x) => { kept[kept.length] = x; }; \
                    globalThis.name = input.name; return kept;";

/// Debug builds of the engine on a busy machine are slow; where time itself is not the rule, there is plenty.
const PATIENT: ScriptLimits = ScriptLimits {
    workers: 2,
    queue: 8,
    wall: Duration::from_secs(20),
    kill: Duration::from_secs(40),
    memory: 16 << 20,
    stack: 256 << 10,
    output: 64 << 10,
};

static ORGANISATION: LazyLock<OrganisationId> = LazyLock::new(OrganisationId::new);

fn scripts(limits: ScriptLimits) -> Scripts {
    let tests = std::env::current_exe().unwrap();
    let built: PathBuf = tests.ancestors().nth(2).unwrap().join("examples/script_worker");
    assert!(built.exists(), "`cargo build --examples` makes the worker that this test starts");
    Scripts::start(limits, (built, "script-worker"))
}

async fn run_with(limits: ScriptLimits, source: &str) -> Result<Run, ScriptError> {
    let program = Program::new(HOST, source);
    scripts(limits).run(*ORGANISATION, &program, &json!({ "name": "ada" })).await
}

async fn run(source: &str) -> Result<Run, ScriptError> {
    run_with(PATIENT, source).await
}

async fn output(source: &str) -> Value {
    run(source).await.unwrap().output
}

#[tokio::test]
async fn a_script_uses_what_its_host_gives_it() {
    let run = run("trace('hello ' + name); say(name); say([1, null]);").await.unwrap();
    assert_eq!(run.output, json!(["ada", [1, null]]));
    assert_eq!(run.trace, ["hello ada"]);
}

#[tokio::test]
async fn old_scripts_run_as_they_always_did() {
    assert_eq!(output("mail = 'x'; say(this.mail); var name = 'b'; say(name);").await, json!(["x", "b"]));
    assert_eq!(output("let trace = 1; say(/b+/.exec('abbc')[0]);").await, json!(["bb"]));
}

#[tokio::test]
async fn a_script_has_the_parts_of_the_language_that_it_names() {
    let source =
        "say(typeof new Date(0).toISOString()); say(new Map([[1, 2]]).get(1)); say(new Set([1, 1]).size);";
    assert_eq!(output(source).await, json!(["string", 2, 1]));
    assert_eq!(output("say(new WeakMap() instanceof WeakMap);").await, json!([true]));
    assert_eq!(output("say('a1b2'.replace(/[0-9]/g, '').match('b').index);").await, json!([1]));
}

/// S46, S76: each run has a fresh context, whatever an earlier one did to what is built in.
#[tokio::test]
async fn one_run_leaves_nothing_to_the_next() {
    let scripts = scripts(PATIENT);
    let spoil = "say(typeof left); left = 1; globalThis.more = 2; var also = 3; Array.prototype.left = 4;
        Object.prototype.name2 = 5; Object.getPrototypeOf(say).call = null; String.prototype.split = () => 6; JSON.left = 7;
        Error.prepareStackTrace = () => 8; Error.stackTraceLimit = 0; Math.max = () => 9; delete globalThis.parseInt;
        Object.freeze(Object.prototype); Symbol.for('left').constructor.left = 10; Promise.resolve = null;";
    let seen = "say([typeof left, typeof more, typeof also, [].left, ({}).name2, typeof say.call, 'a b'.split(' ').length,
        JSON.left, typeof Error.prepareStackTrace, Error.stackTraceLimit, Math.max(1, 2), typeof parseInt,
        Object.isFrozen(Object.prototype), Symbol.left, typeof Promise.resolve]);";
    let clean = json!([[
        "undefined",
        "undefined",
        "undefined",
        null,
        null,
        "function",
        2,
        null,
        "undefined",
        10,
        2,
        "function",
        false,
        null,
        "function"
    ]]);
    let spoil = Program::new(HOST, spoil);
    let seen = Program::new(HOST, seen);
    for _ in 0..3 {
        assert_eq!(scripts.run(*ORGANISATION, &seen, &json!({})).await.unwrap().output, clean);
        let run = scripts.run(*ORGANISATION, &spoil, &json!({})).await.unwrap();
        assert_eq!(run.output, json!(["undefined"]));
    }
}

/// S46: nor does one that fails leave anything, whichever way it does.
#[tokio::test]
async fn a_run_that_fails_leaves_nothing_to_the_next() {
    let scripts = scripts(PATIENT);
    let seen = Program::new(HOST, "say([typeof left, [].left]);");
    for end in [
        "null.x;",
        "(async () => { await 1; say(1); })();",
        "say('x'.repeat(70000));",
        "f(); function f() { f(); }",
    ] {
        let spoil = Program::new(HOST, &format!("left = 1; Array.prototype.left = 2; {end}"));
        scripts.run(*ORGANISATION, &spoil, &json!({})).await.unwrap_err();
        let run = scripts.run(*ORGANISATION, &seen, &json!({})).await.unwrap();
        assert_eq!(run.output, json!([["undefined", null]]), "{end}");
    }
}

/// What runs leave to the collector is collected: far more garbage than a worker may hold, in circles.
#[tokio::test]
async fn a_worker_does_not_grow_with_its_runs() {
    let scripts = scripts(PATIENT);
    let source =
        "var a = []; for (var i = 0; i < 1000; i++) { a.push({ a: a, i: 'x' + i }); } say(a.length);";
    let program = Program::new(HOST, source);
    for _ in 0..300 {
        assert_eq!(scripts.run(*ORGANISATION, &program, &json!({})).await.unwrap().output, json!([1000]));
    }
}

#[tokio::test]
async fn a_failure_names_the_line_of_the_script_and_keeps_the_trace() {
    for (source, message, at) in [
        ("trace(1);\n\nnull.x;", "cannot read property 'x' of null", Some(3)),
        ("trace(1);\nfunction f() {\n  throw new RangeError('no');\n}\nf();", "RangeError: no", Some(3)),
        ("trace(1);\n'x'.repeat(-1);", "RangeError", Some(2)),
        ("// one\r\n/* two\n */ // three\ntrace(1); null.x;", "cannot read property 'x' of null", Some(4)),
        ("trace(1); throw 'plain';", "plain", None),
        ("trace(1); throw 7;", "7", None),
        ("trace(1); throw {};", "a value of type object", None),
    ] {
        let error = run(source).await.unwrap_err();
        assert_eq!((error.code(), error.trace()), ("script_threw", &["1".to_owned()][..]), "{source}");
        let ScriptError::Threw { message: said, line, .. } = error else { unreachable!() };
        assert!(said.contains(message), "{source}: {said}");
        assert_eq!(line, at, "{source}");
    }
}

#[tokio::test]
async fn a_script_that_does_not_parse_fails_at_its_line() {
    let error = run("say(1);\nvar = 2;").await.unwrap_err();
    assert!(matches!(error, ScriptError::Threw { line: Some(2), .. }), "{error}");
}

/// S46: text never becomes code.
#[tokio::test]
async fn a_script_cannot_compile_code() {
    for source in [
        "eval('say(1)')",
        "(0, eval)('say(1)')",
        "new Function('say(1)')()",
        "(function () {}).constructor('say(1)')()",
        "(() => 1).constructor('say(1)')()",
        "(function* () {}).constructor('say(1)')().next()",
        "(async function () {}).constructor('say(1)')()",
        "(async function* () {}).constructor('say(1)')().next()",
        "say.constructor('say(1)')()",
        "Array.constructor('say(1)')()",
        "Reflect.construct(Object.getPrototypeOf(function* () {}).constructor, ['say(1)'])().next()",
    ] {
        let outcome = run(source).await;
        assert!(matches!(outcome, Err(ScriptError::Threw { .. })), "{source}: {outcome:?}");
    }
}

/// S46: no shared memory, no precise clock, no modules, no timers, nothing of a host but what it was given.
#[tokio::test]
async fn a_script_finds_no_more_of_a_platform_than_the_language() {
    let absent = "['eval', 'Function', 'SharedArrayBuffer', 'Atomics', 'performance', 'WeakRef', 'Proxy', 'setTimeout',
        'queueMicrotask', 'require', 'process', 'std', 'os', 'console', 'fetch', 'print', 'input', 'host', 'traced']";
    let source = format!("say({absent}.filter((name) => name in globalThis));");
    assert_eq!(output(&source).await, json!([[]]));
}

#[tokio::test]
async fn work_that_is_put_off_is_a_failure_because_it_is_never_done() {
    for source in ["import('host').then((m) => say(m.traced));", "(async () => { await 1; say(1); })();"] {
        let error = run(source).await.unwrap_err();
        assert!(error.to_string().contains("asynchronous"), "{error}");
    }
}

/// S46: time.
#[tokio::test]
async fn a_script_without_end_is_interrupted_whatever_it_catches() {
    let limits = ScriptLimits { wall: Duration::from_millis(50), ..PATIENT };
    for source in [
        "for (;;) {}",
        "for (;;) { try { for (;;) {} } catch (e) {} finally { continue; } }",
        "function f() { try { f(); } catch (e) { f(); } } f();",
        "/(x+x+)+y/.test('x'.repeat(40))",
        "throw { get message() { for (;;) {} } }",
        "throw new (class extends Error { get message() { for (;;) {} } })()",
        "Object.prototype.toJSON = () => { for (;;) {} }; say({});",
    ] {
        let outcome = run_with(limits, source).await;
        let stopped = matches!(outcome, Err(ScriptError::TimedOut { .. } | ScriptError::Threw { .. }));
        assert!(stopped, "{source}: {outcome:?}");
    }
}

/// S46: the engine never looks at the clock during this call; the worker is killed and the pool goes on. The limit is
/// real time and holds for the honest script too, so there is plenty of it.
#[tokio::test]
async fn a_worker_that_does_not_stop_is_killed_and_replaced() {
    let limit = Duration::from_secs(2);
    let scripts = scripts(ScriptLimits { workers: 1, wall: limit, kill: limit, ..PATIENT });
    let endless = Program::new(HOST, "say(new Array(1e9) + '');");
    let honest = Program::new(HOST, "say(1);");
    let error = scripts.run(*ORGANISATION, &endless, &json!({})).await.unwrap_err();
    assert!(matches!(error, ScriptError::TimedOut { .. }), "{error}");
    assert_eq!(scripts.run(*ORGANISATION, &honest, &json!({})).await.unwrap().output, json!([1]));
}

/// S46: memory and stack.
#[tokio::test]
async fn a_script_that_takes_too_much_fails() {
    for source in [
        "var a = []; for (;;) { a.push('x'.repeat(100000) + a.length); }",
        "var s = 'x'; for (;;) { s += s; }",
        "try { var s = 'x'; for (;;) { s += s; } } catch (e) { throw null; }",
        "new Array(1e9).fill(0);",
    ] {
        let outcome = run(source).await;
        let failed = matches!(outcome, Err(ScriptError::Memory { .. } | ScriptError::Threw { .. }));
        assert!(failed, "{source}: {outcome:?}");
    }
    let error = run("function f() { f(); } f();").await.unwrap_err();
    assert!(error.to_string().contains("stack"), "{error}");
}

/// S46: output size.
#[tokio::test]
async fn a_script_that_says_too_much_fails() {
    let error = run("say('x'.repeat(70000));").await.unwrap_err();
    assert_eq!(error.code(), "script_output_too_large");
    assert_eq!(
        run("trace('x'.repeat(499) + '\u{1f600}');").await.unwrap().trace[0].chars().last(),
        Some('\u{fffd}')
    );
    let run = run("for (var i = 0; i < 1000; i++) { trace('x'.repeat(5000)); }").await.unwrap();
    assert_eq!((run.trace.len(), run.trace[0].len()), (100, 500));
}

/// S76: the outcome is read as hostile input.
#[tokio::test]
async fn an_outcome_that_is_no_text_is_refused() {
    assert_eq!(run("say('\\ud800');").await.unwrap_err().code(), "script_output_unreadable");
    assert_eq!(output("say(undefined); say(() => 1);").await, json!([null, null]));
    let deep = "var a = []; for (var i = 0; i < 300; i++) { a = [a]; } say(a);";
    assert_eq!(run(deep).await.unwrap_err().code(), "script_output_unreadable");
}

#[tokio::test]
async fn input_and_script_have_a_limit() {
    let long = "x".repeat(2 << 20);
    let scripts = scripts(PATIENT);
    let program = Program::new(HOST, "say(1);");
    let error = scripts.run(*ORGANISATION, &program, &json!({ "name": long })).await.unwrap_err();
    assert_eq!(error.code(), "script_too_large");
    let error = scripts.run(*ORGANISATION, &Program::new(HOST, &long), &json!({})).await.unwrap_err();
    assert_eq!(error.code(), "script_too_large");
}

#[tokio::test]
async fn syntax_is_checked_without_running_anything() {
    let scripts = scripts(PATIENT);
    for source in ["", "for (;;) {}", "throw new Error('never');", "mail = 1; // sloppy\nwith (x) {}"] {
        scripts.check_syntax(*ORGANISATION, source).await.unwrap().unwrap();
    }
    let error = scripts.check_syntax(*ORGANISATION, "a b").await.unwrap().unwrap_err();
    assert_eq!((error.line, error.column), (1, 3), "{error}");
    let error = scripts.check_syntax(*ORGANISATION, "a;\nvar b = ;\n").await.unwrap().unwrap_err();
    assert_eq!((error.line, error.column), (2, 9), "{error}");
    assert!(error.message.contains("unexpected"), "{error}");
}
