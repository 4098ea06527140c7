use serde_json::json;

/// A figure beside its limit.
pub struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    limit: f64,
    ratio: f64,
    target: f64,
    spread: Option<(f64, f64)>,
}

/// CPU seconds per operation, of the server's and of the bare one, measured in turns.
pub struct Pairs(Vec<(f64, f64)>);

impl Pairs {
    pub fn new(mut pairs: Vec<(f64, f64)>) -> Self {
        pairs.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
        Self(pairs)
    }

    /// The pair with the median ratio.
    pub fn median(&self) -> (f64, f64) {
        self.0[self.0.len() / 2]
    }

    /// The smallest and the largest ratio of bare operation to the server's.
    pub fn spread(&self) -> (f64, f64) {
        let ratio = |pair: &(f64, f64)| pair.1 / pair.0;
        (self.0.first().map_or(0.0, ratio), self.0.last().map_or(0.0, ratio))
    }
}

impl Row {
    /// Operations per CPU-second beside those of the bare operation.
    pub fn rate(name: &str, pairs: &Pairs, target: f64) -> Self {
        let (work, bare) = pairs.median();
        Self {
            name: name.to_owned(),
            value: 1.0 / work,
            unit: "/CPU-s",
            limit: 1.0 / bare,
            ratio: bare / work,
            target,
            spread: Some(pairs.spread()),
        }
    }

    /// A figure that should stay within a budget.
    pub fn budget(name: &str, value: f64, unit: &'static str, budget: f64) -> Self {
        let ratio = budget / value;
        Self { name: name.to_owned(), value, unit, limit: budget, ratio, target: 1.0, spread: None }
    }

    /// The same with the smallest and the largest ratio of several measurements.
    pub fn with_spread(self, spread: (f64, f64)) -> Self {
        Self { spread: Some(spread), ..self }
    }

    pub fn heading() -> String {
        format!(
            "{:<28} {:>10} {:<8} {:>10} {:>7} {:>7}  spread of the ratio",
            "name", "value", "unit", "limit", "ratio", "target"
        )
    }

    pub fn line(&self) -> String {
        let Self { name, value, unit, limit, ratio, target, .. } = self;
        let spread = self.spread.map_or_else(String::new, |(low, high)| format!("{low:.3} to {high:.3}"));
        format!("{name:<28} {value:>10.2} {unit:<8} {limit:>10.2} {ratio:>7.3} {target:>7.2}  {spread}")
    }

    pub fn json(&self) -> String {
        let Self { name, value, unit, limit, ratio, target, .. } = self;
        json!({ "name": name, "value": value, "unit": unit, "limit": limit, "ratio": ratio, "target": target })
            .to_string()
    }
}
