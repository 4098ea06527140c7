use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Realm;
use serde::{Deserialize, Serialize};

/// When a browser that keeps coming back is in a loop (AADSTS50196 is Entra's own answer to one).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopLimits {
    /// So many tokens for one relying party; zero switches the check off.
    pub count: u32,
    /// Within so much time.
    pub window: Duration,
}

/// The relying parties of one browser that are remembered at most; the cookie has to stay small.
const RELYING_PARTIES: usize = 4;

/// The tokens a browser has just carried away without being asked for anything, by relying party.
///
/// It lives sealed in a cookie that every post-back page renews: it counts one browser, not one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trail(BTreeMap<String, Vec<i64>>);

impl Trail {
    /// Whether one more token for this relying party would be one too many.
    pub(crate) fn is_loop(&self, realm: &Realm, now: DateTime<Utc>, limits: LoopLimits) -> bool {
        let Some(times) = self.0.get(realm.as_str()).filter(|_| limits.count > 0) else {
            return false;
        };
        times.iter().filter(|time| is_recent(**time, now, limits)).count() >= limits.count as usize
    }

    /// The trail after a token. A token that followed a question ends whatever went before it.
    pub(crate) fn after_token(
        mut self,
        realm: &Realm,
        prompted: bool,
        now: DateTime<Utc>,
        limits: LoopLimits,
    ) -> Self {
        if prompted {
            self.0.remove(realm.as_str());
        } else {
            self.0.entry(realm.as_str().to_owned()).or_default().push(now.timestamp_millis());
        }
        self.0.retain(|_, times| {
            times.retain(|time| is_recent(*time, now, limits));
            let surplus = times.len().saturating_sub(limits.count as usize);
            times.drain(..surplus);
            !times.is_empty()
        });
        while self.0.len() > RELYING_PARTIES {
            let stalest =
                self.0.iter().min_by_key(|(_, times)| times.last().copied()).map(|(realm, _)| realm.clone());
            stalest.and_then(|realm| self.0.remove(&realm));
        }
        self
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A time of the future counts as recent: a clock set back must not end the count for longer than the window.
fn is_recent(time: i64, now: DateTime<Utc>, limits: LoopLimits) -> bool {
    let age = now.timestamp_millis().abs_diff(time);
    u128::from(age) < limits.window.as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    const LIMITS: LoopLimits = LoopLimits { count: 6, window: Duration::from_secs(30) };

    fn realm(name: &str) -> Realm {
        Realm::parse(&format!("urn:{name}")).unwrap()
    }

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    fn after(tokens: u32, limits: LoopLimits) -> Trail {
        (0..tokens).fold(Trail::default(), |trail, _| trail.after_token(&realm("a"), false, start(), limits))
    }

    #[test]
    fn the_seventh_token_within_the_window_is_a_loop() {
        assert!(!after(5, LIMITS).is_loop(&realm("a"), start(), LIMITS));
        assert!(after(6, LIMITS).is_loop(&realm("a"), start(), LIMITS));
        assert!(!after(6, LIMITS).is_loop(&realm("b"), start(), LIMITS), "another relying party");
    }

    #[test]
    fn a_loop_ends_when_the_window_has_passed() {
        let trail = after(6, LIMITS);
        let last_moment = start() + TimeDelta::milliseconds(29_999);
        assert!(trail.is_loop(&realm("a"), last_moment, LIMITS));
        assert!(!trail.is_loop(&realm("a"), start() + TimeDelta::seconds(30), LIMITS));
    }

    #[test]
    fn a_question_ends_the_count() {
        let trail = after(6, LIMITS).after_token(&realm("a"), true, start(), LIMITS);
        assert!(trail.is_empty());
    }

    #[test]
    fn zero_switches_the_check_off() {
        let off = LoopLimits { count: 0, ..LIMITS };
        assert!(!after(50, off).is_loop(&realm("a"), start(), off));
    }

    #[test]
    fn the_trail_stays_small() {
        let mut trail = after(500, LIMITS);
        for name in ["b", "c", "d", "e", "f"] {
            trail = trail.after_token(&realm(name), false, start() + TimeDelta::seconds(1), LIMITS);
        }
        assert!(serde_json::to_string(&trail).unwrap().len() < 400);
        assert!(!trail.is_loop(&realm("a"), start(), LIMITS), "the stalest is forgotten first");
    }
}
