//! What differs between two documents, line by line.

/// Every line of both, each once where they are the same: a space before those in both, `-` before those of the first
/// alone, `+` before those of the second alone.
pub fn difference(first: &str, second: &str) -> String {
    let (first, second): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
    let mut text = String::new();
    let mut tell = |sign: char, line: &str| {
        text.push(sign);
        text.push_str(line);
        text.push('\n');
    };
    let kept = longest_common(&first, &second);
    let (mut from_first, mut from_second) = (first.iter(), second.iter());
    for kept in kept.into_iter().map(Some).chain([None]) {
        for line in from_first.by_ref().take_while(|line| Some(**line) != kept) {
            tell('-', line);
        }
        for line in from_second.by_ref().take_while(|line| Some(**line) != kept) {
            tell('+', line);
        }
        if let Some(kept) = kept {
            tell(' ', kept);
        }
    }
    text
}

/// The longest sequence of lines that is in both.
fn longest_common<'a>(first: &[&'a str], second: &[&'a str]) -> Vec<&'a str> {
    let width = second.len() + 1;
    // How long it is from each pair of places on.
    let mut lengths = vec![0_usize; (first.len() + 1) * width];
    let at = |i: usize, j: usize| i * width + j;
    for (i, one) in first.iter().enumerate().rev() {
        for (j, other) in second.iter().enumerate().rev() {
            lengths[at(i, j)] = if one == other {
                lengths[at(i + 1, j + 1)] + 1
            } else {
                lengths[at(i + 1, j)].max(lengths[at(i, j + 1)])
            };
        }
    }
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while i < first.len() && j < second.len() {
        if first[i] == second[j] {
            common.push(first[i]);
            (i, j) = (i + 1, j + 1);
        } else if lengths[at(i + 1, j)] >= lengths[at(i, j + 1)] {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_both_are_shown_once_between_those_that_differ() {
        let (first, second) = ("a\nb\nc\nd", "a\nc\nx\nd\ne");
        assert_eq!(difference(first, second), " a\n-b\n c\n+x\n d\n+e\n");
        assert_eq!(difference("", "a\n"), "+a\n");
        assert_eq!(difference("a\na\nb", "b\na\na"), "+b\n a\n a\n-b\n");
    }

    #[test]
    fn the_same_document_twice_has_no_difference() {
        assert_eq!(difference("a\n\nb\n", "a\n\nb\n"), " a\n \n b\n");
    }
}
