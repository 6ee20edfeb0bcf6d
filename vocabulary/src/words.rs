//! A name as the words that it is made of.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec::Vec,
};

/// The words of a name, in lower case and in the singular: `userIDs`, `user-id` and `userid` are `user id`.
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn of(name: &str) -> Self {
        let mut words = Vec::new();
        for part in name.split(|letter: char| !letter.is_alphanumeric()) {
            for current in split_camel_case(part) {
                let word = singular(current.trim_end_matches(|letter: char| letter.is_ascii_digit()));
                match split_compound(&word) {
                    Some((front, back)) => words.extend([front.to_owned(), back.to_owned()]),
                    None if word.is_empty() => {}
                    None => words.push(word),
                }
            }
        }
        Self(words)
    }

    /// The word that says what it is: the last one.
    pub(crate) fn head(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// The word before the head.
    pub(crate) fn modifier(&self) -> Option<&str> {
        self.0.iter().rev().nth(1).map(String::as_str)
    }

    pub(crate) fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(crate) fn contain(&self, list: &[&str]) -> bool {
        self.iter().any(|word| list.contains(&word))
    }

    /// Whether the name is one of these phrases, such as `on behalf of`.
    pub(crate) fn are_one_of(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| phrase.split(' ').eq(self.iter()))
    }

    /// Whether the name ends in one of these phrases.
    pub(crate) fn end_in(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| {
            let mut words = self.0.iter().rev();
            phrase.rsplit(' ').all(|expected| words.next().is_some_and(|word| word == expected))
        })
    }

    /// Whether one of these phrases is in it.
    pub(crate) fn hold_one_of(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| {
            (0..self.0.len()).any(|at| {
                let mut words = self.iter().skip(at);
                phrase.split(' ').all(|expected| words.next() == Some(expected))
            })
        })
    }

    /// What stands before this word, each time that it occurs.
    pub(crate) fn before<'w>(&'w self, word: &'w str) -> impl Iterator<Item = Option<&'w str>> {
        let before = core::iter::once(None).chain(self.iter().map(Some));
        before.zip(self.iter()).filter(move |(_, at)| *at == word).map(|(before, _)| before)
    }
}

/// The parts of `userIDs` or `HTTPServer`: `user`, `IDs`; `HTTP`, `Server`.
fn split_camel_case(part: &str) -> Vec<String> {
    let letters: Vec<char> = part.chars().collect();
    let is_lower = |at: usize| letters.get(at).is_some_and(|letter| letter.is_lowercase());
    let mut parts = Vec::new();
    let mut current = String::new();
    for (at, letter) in letters.iter().enumerate() {
        // `IDs` is one word: the `s` of a plural starts none.
        let plural = letters.get(at + 1) == Some(&'s') && !is_lower(at + 2);
        let after_lower = at.checked_sub(1).and_then(|before| letters.get(before)).is_some_and(|it| !it.is_uppercase());
        if letter.is_uppercase() && !current.is_empty() && (after_lower || is_lower(at + 1) && !plural) {
            parts.push(core::mem::take(&mut current));
        }
        current.extend(letter.to_lowercase());
    }
    parts.push(current);
    parts
}

/// Words whose last letter only looks like that of a plural.
const SINGULARS: &[&str] = &["aws", "https", "kubernetes", "postgres", "redis", "series", "dns", "news", "lens"];

/// The singular of an English word; other words may lose their last letter, always the same way.
fn singular(word: &str) -> String {
    if word.len() <= 2 || SINGULARS.contains(&word) || ["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end)) {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1 && !["cook", "mov"].contains(stem)) {
        return [stem, "y"].concat();
    }
    let double = ["sses", "xes", "ches", "shes"].iter().any(|end| word.ends_with(end));
    let stem = if double { word.strip_suffix("es") } else { word.strip_suffix('s') };
    stem.unwrap_or(word).to_string()
}

/// What is written as one word together with the words of [`COMPOUND_ENDINGS`].
const COMPOUND_STARTS: &[&str] = &[
    "access",
    "account",
    "api",
    "auth",
    "client",
    "customer",
    "dir",
    "file",
    "folder",
    "host",
    "member",
    "org",
    "organization",
    "owner",
    "private",
    "project",
    "refresh",
    "secret",
    "session",
    "sub",
    "team",
    "tenant",
    "user",
    "work",
    "workspace",
];
const COMPOUND_ENDINGS: &[&str] = &["uuid", "id", "name", "key", "token", "path", "directory", "dir", "folder"];

/// `userid`, `filename` and `workdir` are two words each.
fn split_compound(word: &str) -> Option<(&str, &str)> {
    COMPOUND_ENDINGS.iter().find_map(|back| {
        let front = word.strip_suffix(back).filter(|front| COMPOUND_STARTS.contains(front))?;
        Some((front, *back))
    })
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn names_fall_into_words() {
        for (name, words) in [
            ("user_id", "user id"),
            ("userId", "user id"),
            ("user-id", "user id"),
            ("UserID", "user id"),
            ("_user_id", "user id"),
            ("userIDs", "user id"),
            ("userid", "user id"),
            ("USER_IDS", "user id"),
            ("HTTPServer", "http server"),
            ("getURLs", "get url"),
            ("image_url2", "image url"),
            ("billing.delete_invoice", "billing delete invoice"),
            ("directories", "directory"),
            ("addresses", "address"),
            ("queries", "query"),
            ("cookies", "cookie"),
            ("status", "status"),
            ("pass", "pass"),
            ("as_user", "as user"),
            ("filePaths", "file path"),
            ("filename", "file name"),
            ("subfolders", "sub folder"),
            ("postgres_url", "postgres url"),
            ("valid", "valid"),
            ("größe", "größe"),
            ("__", ""),
        ] {
            let found: Vec<String> = Words::of(name).iter().map(str::to_owned).collect();
            assert_eq!(found.join(" "), words, "{name}");
        }
    }

    #[test]
    fn phrases_are_compared_word_by_word() {
        let words = Words::of("targetUserIDs");
        assert!(words.end_in(&["user id"]) && words.end_in(&["id"]) && !words.end_in(&["a b c user id"]));
        assert!(words.are_one_of(&["target user id"]) && !words.are_one_of(&["user id"]));
        assert_eq!((words.first(), words.modifier(), words.head()), (Some("target"), Some("user"), Some("id")));
    }
}
