//! Second factors by the command line: an app is enrolled, confirmed, listed and taken away.

use serde_json::Value;

use crate::Installation;
use crate::init::json;

const ADA: &str = "ada@contoso.example";

fn with_ada() -> anyhow::Result<Installation> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;
    here.done(&["user", "add", "--upn", ADA, "--no-password"])?;
    Ok(here)
}

fn factor(rest: &[&'static str]) -> Vec<&'static str> {
    [&["--json", "user", "factor", ADA], rest].concat()
}

#[test]
fn a_program_enrols_an_app_in_two_steps() -> anyhow::Result<()> {
    let here = with_ada()?;
    let begun = json(&here.done(&factor(&["totp"]))?)?;
    let uri = begun["uri"].as_str().unwrap_or_default();
    let secret = begun["secret"].as_str().unwrap_or_default();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(secret), "{begun}");
    assert_eq!(json(&here.done(&factor(&["list"]))?)?["totp"]["confirmed_at"], Value::Null);

    assert!(
        here.refused(&["user", "factor", ADA, "totp", "--code", "12345"])?.contains("nothing was changed")
    );
    let code = testkit::code_of(secret, 0)?;
    let confirmed = json(&here.done(&["--json", "user", "factor", ADA, "totp", "--code", &code])?)?;
    assert_eq!(confirmed["recovery_codes"].as_array().map(Vec::len), Some(10));
    let listed = json(&here.done(&factor(&["list"]))?)?;
    assert!(listed["totp"]["confirmed_at"].is_string() && listed["recovery_codes_left"] == 10, "{listed}");

    assert!(here.refused(&["user", "factor", ADA, "totp"])?.contains("has an authenticator app already"));
    let renewed = json(&here.done(&factor(&["recovery-codes"]))?)?;
    assert_ne!(renewed["recovery_codes"], confirmed["recovery_codes"]);
    let refused = here.refused(&["user", "factor", ADA, "remove"])?;
    assert!(refused.contains("verify-caller") && refused.contains("nothing was changed"), "{refused}");
    here.done(&factor(&["remove", "--unverified", "she stands beside me"]))?;
    assert_eq!(json(&here.done(&factor(&["list"]))?)?["totp"], Value::Null);
    assert!(here.refused(&["user", "factor", ADA, "recovery-codes"])?.contains("second factor"));

    let ledger = here.done(&["--json", "ledger", "tail", "-n", "50"])?;
    for change in ["user factor totp", "user factor recovery-codes", "user factor remove"] {
        assert!(ledger.contains(change), "{change} is not in the ledger: {ledger}");
    }
    assert!(!ledger.contains(secret));
    Ok(())
}

#[test]
fn a_person_sees_a_picture_and_the_secret_and_is_asked_for_a_code() -> anyhow::Result<()> {
    let here = with_ada()?;
    let output = here.run_with(&["user", "factor", ADA, "totp"], "\n")?;
    let (said, complaint) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(!output.status.success() && complaint.contains("no code was given"), "{complaint}");
    assert!(said.contains('\u{2584}') && said.contains("otpauth://totp/"), "{said}");
    Ok(())
}

#[test]
fn an_application_can_demand_a_second_factor() -> anyhow::Result<()> {
    let here = with_ada()?;
    let demand =
        |demand| here.done(&["--json", "app", "second-factor", "urn:federation:MicrosoftOnline", demand]);
    assert_eq!(json(&demand("required")?)?["second_factor"], true);
    assert_eq!(json(&here.done(&["--json", "app", "list"])?)?[0]["application"]["second_factor"], true);
    assert_eq!(json(&demand("optional")?)?["second_factor"], false);
    Ok(())
}

/// S86: an access code is for somebody who lost a factor, for an hour at most, once it is known who asks.
#[test]
fn an_access_code_needs_a_verified_caller_and_ends_within_the_hour() -> anyhow::Result<()> {
    let here = with_ada()?;
    let access = |rest: &[&'static str]| [&["--json", "user", "access-code", ADA], rest].concat();
    assert!(here.refused(&access(&["--unverified", "known"]))?.contains("no second factor to lose"));
    let begun = json(&here.done(&factor(&["totp"]))?)?;
    let code = testkit::code_of(begun["secret"].as_str().unwrap_or_default(), 0)?;
    here.done(&["--json", "user", "factor", ADA, "totp", "--code", &code])?;

    assert!(here.refused(&access(&[]))?.contains("verify-caller"));
    assert!(
        here.refused(&access(&["--minutes", "61", "--unverified", "known"]))?.contains("1 to 60 minutes")
    );
    assert!(here.refused(&access(&["--unverified", " "]))?.contains("verify-caller"), "a reason has words");
    let given = json(&here.done(&access(&["--minutes", "5", "--unverified", "known"]))?)?;
    assert_eq!(given["code"].as_str().map(str::len), Some(14), "{given}");
    let ledger = here.done(&["--json", "ledger", "tail", "-n", "5"])?;
    assert!(ledger.contains("user access-code") && ledger.contains("known"));
    assert!(!ledger.contains(given["code"].as_str().unwrap_or_default()));
    Ok(())
}

/// A caller's number is asked for before it is taken, and three wrong ones end the call.
#[test]
fn a_wrong_caller_is_not_verified() -> anyhow::Result<()> {
    let here = with_ada()?;
    assert!(here.refused(&["user", "verify-caller", ADA, "--answer", "1234"])?.contains("nothing was asked"));
    let begun = json(&here.done(&["--json", "user", "verify-caller", ADA])?)?;
    assert_eq!(begun["question"].as_str().map(str::len), Some(3), "{begun}");
    assert!(begun["answer"].is_null(), "whoever asks does not see the answer");
    for _ in 0..3 {
        assert!(
            here.refused(&["user", "verify-caller", ADA, "--answer", "no number"])?.contains("do not reset")
        );
    }
    assert!(
        here.refused(&["user", "verify-caller", ADA, "--answer", "1234"])?
            .contains("three answers were wrong")
    );
    Ok(())
}
