//! A permit has no public constructor and no public field.
fn forge(permit: policy::Permit) -> policy::Permit {
    policy::Permit { made_at: chrono::Utc::now(), ..permit }
}

fn main() {}
