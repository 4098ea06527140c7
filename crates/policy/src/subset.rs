use std::ops::BitOr;

/// Some of the things of one kind that a policy names, each by its number there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Subset([u64; 4]);

impl Subset {
    /// How many things of one kind a policy may name.
    pub const CAPACITY: usize = 256;

    /// None of them.
    pub const NONE: Self = Self([0; 4]);

    /// One of them; none when the number is beyond all that a policy may name.
    pub fn of(number: usize) -> Self {
        Self::NONE.with(number)
    }

    /// The same with one more.
    pub fn with(mut self, number: usize) -> Self {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
        self
    }

    /// The same without the one.
    pub fn without(mut self, number: usize) -> Self {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
        self
    }

    /// Whether one is in it.
    pub fn has(self, number: usize) -> bool {
        self.meets(Self::of(number))
    }

    /// Whether anything is in both.
    pub const fn meets(self, other: Self) -> bool {
        let ([w0, w1, w2, w3], [v0, v1, v2, v3]) = (self.0, other.0);
        (w0 & v0) | (w1 & v1) | (w2 & v2) | (w3 & v3) != 0
    }

    /// The numbers of those in it, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..Self::CAPACITY).filter(move |number| self.has(*number))
    }
}

impl BitOr for Subset {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        other.iter().fold(self, Self::with)
    }
}

impl FromIterator<usize> for Subset {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        numbers.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subset_holds_what_was_put_into_it_up_to_its_capacity() {
        let numbers = [0, 1, 63, 64, 127, 200, 255];
        let set: Subset = numbers.into_iter().collect();
        assert!(set.iter().eq(numbers));
        assert!(set.meets(Subset::of(255)) && !set.meets(Subset::of(254)) && !set.meets(Subset::NONE));
        assert!(!set.without(64).has(64) && set.without(64).has(63));
        assert_eq!(Subset::of(256), Subset::NONE);
        assert_eq!(Subset::of(3) | Subset::of(70), [3, 70].into_iter().collect());
    }
}
