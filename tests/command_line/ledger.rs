//! The ledger from the command line: what was done is there, and what was changed is found.

use crate::Installation;

#[test]
fn what_an_operator_does_is_in_the_ledger() -> anyhow::Result<()> {
    let here = Installation::new()?;
    here.done(&["init", "--bits", "2048"])?;
    here.done(&["domain", "add", "contoso.example"])?;

    let tail = here.done(&["ledger", "tail"])?;
    let verified = here.done(&["ledger", "verify"])?;

    assert!(tail.contains("change: domain add") && tail.contains("init"), "{tail}");
    assert!(tail.contains("contoso.example") && !tail.contains(['{', '"']), "for people: {tail}");
    assert!(verified.contains("Nothing was changed"), "{verified}");
    Ok(())
}
