use std::collections::HashMap;

use crate::fact::Fact;
use crate::subset::Subset;

/// A country or an autonomous system that nobody knows: a value like any other, so that a rule says what it means by it.
pub(crate) const UNKNOWN: &str = "unknown";

/// The device is one of the user's.
pub(crate) const KNOWN_DEVICE: &str = "known";

/// Everything that a policy names, numbered.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: [Words; Fact::COUNT],
}

#[derive(Debug, Default)]
struct Words {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
}

/// More things of one kind are named than a policy can tell apart.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the policy names more than {max} things of this kind", max = Subset::CAPACITY)]
pub(crate) struct VocabularyFull;

impl Vocabulary {
    /// The number of a name, which is a new one the first time.
    pub fn learn(&mut self, fact: Fact, name: &str) -> Result<usize, VocabularyFull> {
        if let Some(number) = self.number(fact, name) {
            return Ok(number);
        }
        let words = self.words.get_mut(fact as usize).ok_or(VocabularyFull)?;
        let number = words.names.len();
        if number == Subset::CAPACITY {
            return Err(VocabularyFull);
        }
        words.names.push(name.to_owned());
        words.numbers.insert(name.to_owned(), number);
        Ok(number)
    }

    /// The number of a name; none when the policy does not name it.
    pub fn number(&self, fact: Fact, name: &str) -> Option<usize> {
        self.words(fact)?.numbers.get(name).copied()
    }

    /// A name as a set of one; of none when the policy does not name it.
    pub fn one(&self, fact: Fact, name: &str) -> Subset {
        self.number(fact, name).map_or(Subset::NONE, Subset::of)
    }

    /// The names in a set.
    pub fn spell(&self, fact: Fact, set: Subset) -> Vec<&str> {
        let words = self.words(fact);
        set.iter().filter_map(|number| words?.names.get(number)).map(String::as_str).collect()
    }

    /// Every name of the kind.
    pub fn names(&self, fact: Fact) -> &[String] {
        self.words(fact).map_or(&[], |words| words.names.as_slice())
    }

    fn words(&self, fact: Fact) -> Option<&Words> {
        self.words.get(fact as usize)
    }
}
