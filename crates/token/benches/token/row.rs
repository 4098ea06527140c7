use serde_json::json;

use crate::measure::Pairs;

/// A figure beside its limit.
pub struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    limit: f64,
    ratio: f64,
    target: Option<f64>,
    spread: Option<(f64, f64)>,
}

impl Row {
    /// Operations per CPU-second beside those of the limit; without a target, told for its own sake.
    pub fn rate(name: String, pairs: &Pairs, target: Option<f64>) -> Self {
        Self::of_pairs(name, pairs, "/CPU-s", target)
    }

    /// Operations per second of wall time beside those of the limit.
    pub fn wall_rate(name: String, pairs: &Pairs) -> Self {
        Self::of_pairs(name, pairs, "/s", None)
    }

    fn of_pairs(name: String, pairs: &Pairs, unit: &'static str, target: Option<f64>) -> Self {
        let (work, limit) = pairs.median();
        Self {
            name,
            value: 1.0 / work,
            unit,
            limit: 1.0 / limit,
            ratio: limit / work,
            target,
            spread: Some(pairs.spread()),
        }
    }

    /// A figure that should stay within a budget.
    pub fn budget(name: &str, value: f64, unit: &'static str, budget: f64) -> Self {
        let ratio = budget / value;
        Self { name: name.to_owned(), value, unit, limit: budget, ratio, target: Some(1.0), spread: None }
    }

    pub fn heading() -> String {
        format!(
            "{:<22} {:>10} {:<12} {:>10} {:>7} {:>7}  spread",
            "name", "value", "unit", "limit", "ratio", "target"
        )
    }

    pub fn line(&self) -> String {
        let Self { name, value, unit, limit, ratio, .. } = self;
        let target = self.target.map_or_else(String::new, |target| format!("{target:.2}"));
        let spread = self.spread.map_or_else(String::new, |(low, high)| format!("{low:.3} to {high:.3}"));
        format!("{name:<22} {value:>10.2} {unit:<12} {limit:>10.2} {ratio:>7.3} {target:>7}  {spread}")
    }

    pub fn json(&self) -> String {
        let Self { name, value, unit, limit, ratio, target, .. } = self;
        json!({
            "name": name, "value": value, "unit": unit, "limit": limit, "ratio": ratio, "target": target,
        })
        .to_string()
    }
}
