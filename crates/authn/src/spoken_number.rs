use crate::secret::RandomnessError;

/// A random number of so many digits, nine at most, to be said over a telephone.
pub fn spoken_number(digits: usize) -> Result<String, RandomnessError> {
    let mut bits = [0; 8];
    aws_lc_rs::rand::fill(&mut bits).map_err(|_| RandomnessError)?;
    // Of 2^64 numbers the first few are likelier by less than one in a thousand million.
    let text = format!("{:09}", u64::from_le_bytes(bits) % 1_000_000_000);
    Ok(text.chars().take(digits).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_as_many_digits_as_asked_for() {
        for digits in 1..=9 {
            let number = spoken_number(digits).unwrap();
            assert!(number.len() == digits && number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
        }
    }
}
