//! The release scan: masks data that no answer should contain, whatever the body returned.

mod cloud;
mod fold;
mod numbers;
mod passwords;
mod tokens;
mod value;

use std::{borrow::Cow, fmt, sync::Arc};

use regex::Regex;
use secure_tool_vocabulary::{Media, SecretKind as Kind};
use serde::{Serialize, Serializer, ser::SerializeMap};

pub(crate) use value::Withheld;

use super::{Class, Confidential, Pii, exit::ExitCounts};
use fold::Folded;
pub(crate) use fold::is_invisible;

/// A part of a folded text that must not leave.
struct Finding {
    kind: usize,
    start: usize,
    end: usize,
}

/// An application's own pattern.
struct Pattern {
    name: Cow<'static, str>,
    regex: Regex,
}

/// The classes of data that are built in, and the media: no pattern can be called so.
fn is_taken(name: &str) -> bool {
    [Pii::NAME, Confidential::NAME].contains(&name) || Media::of(name).is_some()
}

/// What a server looks for.
#[derive(Default)]
pub(crate) struct Scanner {
    patterns: Vec<Pattern>,
}

impl Scanner {
    /// Adds a pattern of the application's.
    pub(crate) fn add(&mut self, name: Cow<'static, str>, pattern: &str) -> Result<(), String> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
            return Err(format!(
                "the name of the mask pattern `{}` must consist of 1 to 64 characters of a-z, 0-9 and `_`",
                name.escape_debug()
            ));
        }
        if self.index(&name).is_some() || is_taken(&name) {
            return Err(format!("the name `{name}` is used by another mask pattern or by a built-in one"));
        }
        let regex =
            Regex::new(pattern).map_err(|error| format!("the mask pattern `{name}` does not compile: {error}"))?;
        if regex.is_match("") {
            return Err(format!("the mask pattern `{name}` matches the empty string"));
        }
        self.patterns.push(Pattern { name, regex });
        Ok(())
    }

    /// Whether something else than a class of data is called so.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.index(name).is_some() || Media::of(name).is_some()
    }

    fn index(&self, name: &str) -> Option<usize> {
        let own = || self.patterns.iter().position(|pattern| pattern.name == name).map(|index| Kind::ALL.len() + index);
        Kind::ALL.iter().position(|kind| kind.name() == name).or_else(own)
    }

    fn name(&self, kind: usize) -> Cow<'static, str> {
        let own = || kind.checked_sub(Kind::ALL.len()).and_then(|index| self.patterns.get(index));
        match Kind::ALL.get(kind) {
            Some(kind) => Cow::Borrowed(kind.name()),
            None => own().map_or(Cow::Borrowed("pattern"), |pattern| pattern.name.clone()),
        }
    }
}

/// What one tool's answers are searched for: everything but what it releases.
#[derive(Clone)]
pub(crate) struct Scan {
    scanner: Arc<Scanner>,
    /// By the index of a kind.
    released: Arc<[bool]>,
}

impl Scan {
    /// The scan of a tool, or the names in `releases` that nobody knows.
    pub(crate) fn new(scanner: &Arc<Scanner>, releases: &[&'static str]) -> Result<Self, Vec<&'static str>> {
        let mut left_alone = vec![false; Kind::ALL.len() + scanner.patterns.len()];
        let mut unknown = Vec::new();
        for name in releases {
            match scanner.index(name).and_then(|index| left_alone.get_mut(index)) {
                Some(kind) => *kind = true,
                None => unknown.push(*name),
            }
        }
        if unknown.is_empty() {
            Ok(Self { scanner: Arc::clone(scanner), released: left_alone.into() })
        } else {
            Err(unknown)
        }
    }

    /// What decides what is masked, so that two scans can be compared.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let patterns = self.scanner.patterns.iter();
        let patterns = patterns.flat_map(|pattern| [pattern.name.as_bytes(), pattern.regex.as_str().as_bytes()]);
        patterns.chain(self.released.iter().map(|released| if *released { &b"released"[..] } else { b"masked" }))
    }

    /// Whether anything is masked at all.
    pub(crate) fn is_active(&self) -> bool {
        self.released.contains(&false)
    }

    /// Whether the application has patterns of its own.
    pub(crate) fn has_patterns(&self) -> bool {
        !self.scanner.patterns.is_empty()
    }

    fn masks(&self, kind: Kind) -> bool {
        self.released.get(kind.index()) == Some(&false)
    }

    /// Whether a text of JSON may hold something in any of its strings. `false` is certain.
    fn may_hold(&self, json: &str) -> bool {
        self.has_patterns()
            || !json.is_ascii()
            // What JSON escapes, and DEL, which it does not.
            || ["\\u00", "\\b", "\u{7f}"].iter().any(|control| json.contains(control))
            || json.bytes().filter(u8::is_ascii_digit).count() >= numbers::FEWEST
            || tokens::any(json)
    }

    /// The text with every finding masked, or `None` if there is nothing to mask.
    pub(crate) fn mask(&self, text: &str, counts: &mut Counts) -> Option<String> {
        /// `078-05-1120`
        const SHORTEST: usize = 11;
        if (text.len() < SHORTEST && !self.has_patterns()) || counts.is_mask(text) {
            return None;
        }
        let masked = self.mask_folded(text, &Folded::new(text), counts);
        // A control character may stand between two words, or as in UTF-16 between two letters of one.
        if !text.contains(fold::is_control) {
            return masked;
        }
        let text = masked.as_deref().unwrap_or(text);
        let uncontrolled = self.mask_folded(text, &Folded::without_control_characters(text), counts);
        uncontrolled.or(masked)
    }

    fn mask_folded(&self, text: &str, folded: &Folded<'_>, counts: &mut Counts) -> Option<String> {
        let found = self.find(folded.text());
        if found.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut copied = 0;
        for Finding { kind, start, end } in found {
            let (start, end) = folded.original(start, end);
            counts.add(kind);
            masked.push_str(text.get(copied..start).unwrap_or_default());
            masked.push_str(&self.mask_of(kind));
            copied = end;
        }
        masked.push_str(text.get(copied..).unwrap_or_default());
        Some(masked)
    }

    /// What stands in the place of a kind.
    fn mask_of(&self, kind: usize) -> String {
        format!("[masked: {}]", self.scanner.name(kind))
    }

    /// What is found, in order; what overlaps is one.
    fn find(&self, text: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        if self.masks(Kind::Card) || self.masks(Kind::Ssn) {
            numbers::find(text, &mut found);
            found.retain(|finding| self.released.get(finding.kind) == Some(&false));
        }
        tokens::find(text, |kind| self.masks(kind), &mut found);
        for (index, pattern) in self.scanner.patterns.iter().enumerate() {
            let kind = Kind::ALL.len() + index;
            if self.released.get(kind) == Some(&false) {
                let hits = pattern.regex.find_iter(text).filter(|hit| !hit.is_empty());
                found.extend(hits.map(|hit| Finding { kind, start: hit.start(), end: hit.end() }));
            }
        }
        found.sort_by_key(|finding| (finding.start, std::cmp::Reverse(finding.end)));
        found.dedup_by(|next, kept| {
            let overlaps = next.start < kept.end;
            if overlaps {
                kept.end = kept.end.max(next.end);
            }
            overlaps
        });
        found
    }

    /// The counts with their names.
    pub(crate) fn masked(&self, counts: &Counts) -> Masked {
        let counted = counts.found.iter().enumerate().filter(|(_, count)| **count > 0);
        let kinds = counted.map(|(kind, count)| (self.scanner.name(kind), *count));
        let classes = counts.tally.masked.iter().map(|(class, count)| (Cow::Borrowed(*class), *count));
        Masked(kinds.chain(classes).collect())
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masks = self.released.iter().enumerate().filter(|(_, released)| !**released);
        f.debug_list().entries(masks.map(|(kind, _)| self.scanner.name(kind))).finish()
    }
}

/// How often each kind was found. Nothing is allocated until one is.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    found: Vec<u32>,
    /// What was masked before the scan.
    tally: ExitCounts,
}

impl Counts {
    /// Counts on from what was masked while the answer was written.
    pub(super) fn after(tally: ExitCounts) -> Self {
        Self { found: Vec::new(), tally }
    }

    fn add(&mut self, kind: usize) {
        if self.found.len() <= kind {
            self.found.resize(kind + 1, 0);
        }
        if let Some(count) = self.found.get_mut(kind) {
            *count = count.saturating_add(1);
        }
    }

    /// Whether a text is the mask of a class that was masked in this answer: whatever a pattern finds in it, nothing is hidden there.
    fn is_mask(&self, text: &str) -> bool {
        let inside = || text.strip_prefix("[masked: ")?.strip_suffix(']');
        !self.tally.masked.is_empty()
            && inside().is_some_and(|inside| self.tally.masked.iter().any(|(class, _)| *class == inside))
    }
}

/// Counts by kind: what was masked in one call, [removed](crate::Untrusted), or decided by [detectors](crate::Inspect). Only kinds that occurred are
/// included; the built-in kinds of the release scan come first, then the application's own patterns in the order of their registration, then the
/// classes of [`Classified`](crate::Classified) values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masked(Vec<(Cow<'static, str>, u32)>);

impl Masked {
    pub(crate) fn counted(counts: impl Iterator<Item = (Cow<'static, str>, u32)>) -> Self {
        Self(counts.collect())
    }

    pub(crate) fn of(counts: impl Iterator<Item = (&'static str, u32)>) -> Self {
        Self(counts.map(|(kind, count)| (Cow::Borrowed(kind), count)).collect())
    }

    /// How often this kind was masked.
    #[must_use]
    pub fn get(&self, kind: &str) -> u32 {
        self.iter().find(|(name, _)| *name == kind).map_or(0, |(_, count)| count)
    }

    /// The kinds that occurred, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().map(|(kind, count)| (&**kind, *count))
    }

    /// Whether nothing was masked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Masked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (kind, count) in self.iter() {
            map.serialize_entry(kind, &count)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
