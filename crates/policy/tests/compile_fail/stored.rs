//! A permit cannot be serialised.
fn is_serialisable<T: serde::Serialize>() {}

fn main() {
    is_serialisable::<policy::Permit>();
}
