//! Spending consumes.
fn twice(permit: policy::Permit, now: chrono::DateTime<chrono::Utc>) {
    let _ = permit.spend(now);
    let _ = permit.spend(now);
}

fn main() {}
