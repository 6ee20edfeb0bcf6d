//! "Did you mean …": the nearest known word.

/// What the same thing is called elsewhere.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    ("maximum", "max"),
    ("minimum", "min"),
    ("max_length", "max_len"),
    ("min_length", "min_len"),
    ("length", "max_len"),
    ("enum", "one_of"),
    ("values", "one_of"),
    ("regex", "pattern"),
    ("rename", "name"),
    ("permission", "scope"),
    ("role", "scope"),
    ("auth", "scope"),
    ("rate_limit", "rate"),
    ("throttle", "rate"),
    ("max_size", "max_output"),
    ("max_concurrency", "concurrency"),
];

/// The known word that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let elsewhere = ELSEWHERE.iter().find(|(there, _)| *there == word).map(|(_, here)| *here);
    if let Some(here) = known.iter().find(|here| elsewhere == Some(**here)) {
        return Some(here);
    }
    // A word that is not written to its end.
    let begun = known.iter().find(|known| word.len() > 1 && known.starts_with(word));
    if let Some(begun) = begun {
        return Some(begun);
    }
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= limit(word, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// One typing mistake in three letters is as much as a guess may bridge.
fn limit(word: &str, candidate: &str) -> usize {
    word.chars().count().max(candidate.chars().count()).div_ceil(3)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut left_before: Option<char> = None;
    for (row, left_char) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        let mut right_before: Option<char> = None;
        for (column, right_char) in right.iter().copied().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, column) + usize::from(left_char != right_char);
            let mut cost = replaced.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            if column > 0 && left_before == Some(right_char) && right_before == Some(left_char) {
                cost = cost.min(at(&before_last, column - 1) + 1);
            }
            current.push(cost);
            right_before = Some(right_char);
        }
        before_last = std::mem::replace(&mut last, current);
        left_before = Some(left_char);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("scope", "scope", 0),
            ("scpoe", "scope", 1),
            ("scop", "scope", 1),
            ("scopes", "scope", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn the_nearest_word_is_suggested_if_it_is_near_enough() {
        let known = ["scope", "owner", "rate", "read_only", "timeout"];
        assert_eq!(nearest("scoep", &known), Some("scope"));
        assert_eq!(nearest("readonly", &known), Some("read_only"));
        assert_eq!(nearest("time_out", &known), Some("timeout"));
        assert_eq!(nearest("ow", &known), Some("owner"));
        assert_eq!(nearest("o", &known), None);
        assert_eq!(nearest("confirm", &known), None);
        assert_eq!(nearest("role", &known), Some("scope"));
        assert_eq!(nearest("enum", &known), None);
    }
}
