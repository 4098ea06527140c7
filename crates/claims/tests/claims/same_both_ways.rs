use claims::{DEFAULT_SCRIPT, Effects, decorate};

use crate::persona::Persona;
use crate::worker::{compiled_in, run, scripts};

/// As the classic product's guide prints it (protocol.md §2.8 "Token script").
const CLASSIC: &str = r#"var UserMail = LoginUser.Get('userprincipalname'); var URN = UserMail.split("@")[1]; setAttribute('IssuerName', 'URN:' + URN);"#;

fn known_scripts() -> [String; 5] {
    let mut lines: Vec<&str> = DEFAULT_SCRIPT.lines().collect();
    lines.insert(76, CLASSIC);
    let on_three_lines = CLASSIC.replace("; ", ";\r\n");
    [
        DEFAULT_SCRIPT.to_owned(),
        CLASSIC.to_owned(),
        on_three_lines,
        format!("{DEFAULT_SCRIPT}{CLASSIC}"),
        lines.join("\n"),
    ]
}

fn people() -> [Persona; 5] {
    // A stored attribute of that name does not hide the user's own.
    let named_otherwise =
        Persona::new("eve@fabrikam.example").with("userPrincipalName", &["ada@contoso.example"]);
    let mut below_the_root = Persona::new("bob@sales.contoso.example");
    below_the_root.issuer = Persona::new("x@contoso.example").issuer;
    [
        Persona::new("ada@contoso.example"),
        Persona::new("Grace.O'Hopper@CONTOSO.example").with("Mail", &["g@x.example"]),
        Persona::new("jo@bücher.example"),
        named_otherwise,
        below_the_root,
    ]
}

#[tokio::test]
async fn a_script_that_is_compiled_in_does_what_it_does_in_a_worker() {
    let scripts = scripts();
    for persona in people() {
        for source in known_scripts() {
            let without_engine = compiled_in(&persona, &source).unwrap();
            let in_worker = Effects::parse(run(&scripts, &persona, &source).await.unwrap().output).unwrap();
            assert_eq!(without_engine, in_worker, "{} {source}", persona.user.upn);
            assert_eq!(
                decorate(persona.base(), without_engine, &persona.invariants()),
                decorate(persona.base(), in_worker, &persona.invariants()),
            );
        }
    }
}

/// TOK-04: the classic lines yield the registered issuer; TOK-16: below a root they do not, and that is said.
#[test]
fn the_classic_lines_give_the_registered_issuer_or_no_token() {
    let ada = Persona::new("ada@contoso.example");
    let claims = decorate(ada.base(), compiled_in(&ada, CLASSIC).unwrap(), &ada.invariants()).unwrap();
    assert_eq!(claims.issuer.as_str(), "URN:contoso.example");
    assert_eq!(claims, ada.base());

    let [.., bob] = people();
    let error = decorate(bob.base(), compiled_in(&bob, CLASSIC).unwrap(), &bob.invariants()).unwrap_err();
    assert_eq!(error.code(), "script_foreign_issuer");
    assert!(error.to_string().contains("URN:sales.contoso.example"), "{error}");
}
