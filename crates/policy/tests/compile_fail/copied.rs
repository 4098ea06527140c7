//! A permit cannot be cloned.
fn copy(permit: &policy::Permit) -> policy::Permit {
    <policy::Permit as Clone>::clone(permit)
}

fn main() {}
