//! S77: no other crate makes, copies, stores or spends twice a permit. The compiler says so.

#[test]
fn permits_cannot_be_forged_copied_kept_or_spent_twice() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
