//! Payment card and social security numbers: groups of digits between separators.
//!
//! A *line* is a run of groups with one to three blanks, dashes and dots between two of them. Longer gaps, and those with a tab or a line break, join
//! lines to a *block*: the columns and rows of tables are such blocks, so a card's number that goes over a gap of a block has to stand alone in it.

use std::ops::Range;

use super::{Finding, Kind};

/// The fewest digits that can be either.
pub(super) const FEWEST: usize = 9;
const LONGEST_CARD: usize = 19;
const SHORTEST_CARD: usize = 13;

/// A group of digits.
struct Group {
    range: Range<usize>,
    /// Whether it begins a line.
    opens: bool,
}

impl Group {
    fn len(&self) -> usize {
        self.range.len()
    }
}

/// Finds the numbers of a folded text.
pub(super) fn find(text: &str, found: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut block: Vec<Group> = Vec::new();
    let mut at = 0;
    while let Some(start) = skip(bytes, at, |byte| !byte.is_ascii_digit()) {
        at = read_block(bytes, start, &mut block);
        if block.iter().map(Group::len).sum::<usize>() >= FEWEST {
            for line in block.chunk_by(|_, next| !next.opens) {
                if line.iter().map(Group::len).sum::<usize>() >= FEWEST {
                    find_in_line(bytes, line, found);
                }
            }
            find_over_gaps(bytes, &block, found);
        }
    }
}

/// Where the first byte is that is not one of these.
fn skip(bytes: &[u8], from: usize, these: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.get(from..)?.iter().position(|byte| !these(*byte)).map(|offset| from + offset)
}

/// Blanks that are not ASCII are folded by now.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.') || byte.is_ascii_control()
}

/// Whether two groups with this gap between them are on one line.
fn is_narrow(gap: &[u8]) -> bool {
    gap.len() <= 3 && !gap.iter().any(u8::is_ascii_control)
}

/// Reads groups of digits with nothing but separators between two of them; returns where it stopped.
fn read_block(bytes: &[u8], mut start: usize, block: &mut Vec<Group>) -> usize {
    block.clear();
    let mut opens = true;
    loop {
        let end = skip(bytes, start, |byte| byte.is_ascii_digit()).unwrap_or(bytes.len());
        block.push(Group { range: start..end, opens });
        let next = skip(bytes, end, is_separator).unwrap_or(bytes.len());
        if next == end || !bytes.get(next).is_some_and(u8::is_ascii_digit) {
            return end;
        }
        opens = !bytes.get(end..next).is_some_and(is_narrow);
        start = next;
    }
}

fn find_in_line(bytes: &[u8], line: &[Group], found: &mut Vec<Finding>) {
    let mut index = 0;
    while index < line.len() {
        let hit = card_at(bytes, line, index, |_| true)
            .map(|length| (Kind::Card, length))
            .or_else(|| is_ssn(bytes, line, index).then_some((Kind::Ssn, 3)));
        index += push(line, index, hit, found);
    }
}

/// Cards over a gap. What stands before and after in the same block is no group of the same length: columns and rows of numbers are longer.
fn find_over_gaps(bytes: &[u8], block: &[Group], found: &mut Vec<Finding>) {
    let mut index = 0;
    let mut before = None;
    while let Some(first) = block.get(index).map(Group::len) {
        let stands_alone = |length: usize| {
            let window = block.get(index + 1..index + length).unwrap_or_default();
            window.iter().any(|group| group.opens) && block.get(index + length).map(Group::len) != Some(first)
        };
        let hit = if before == Some(first) { None } else { card_at(bytes, block, index, stands_alone) };
        index += push(block, index, hit.map(|length| (Kind::Card, length)), found);
        before = Some(first);
    }
}

/// Adds what was found from `index` on, and returns how many groups that is.
fn push(groups: &[Group], index: usize, hit: Option<(Kind, usize)>, found: &mut Vec<Finding>) -> usize {
    let Some((kind, length)) = hit else { return 1 };
    if let (Some(first), Some(last)) = (groups.get(index), groups.get(index + length - 1)) {
        found.push(Finding { kind: kind.index(), start: first.range.start, end: last.range.end });
    }
    length
}

/// How many groups from here on are one card's number. `fits` says of how many it may be one.
fn card_at(bytes: &[u8], run: &[Group], index: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let groups = run.get(index..)?;
    let first = groups.first()?;
    if !matches!(bytes.get(first.range.start)?, b'2'..=b'6' | b'8') {
        return None;
    }
    let mut digits = [0_u8; LONGEST_CARD];
    let mut count = 0;
    let mut best = None;
    for (position, group) in groups.iter().enumerate() {
        let after = count + group.len();
        let Some(place) = digits.get_mut(count..after) else { break };
        place.copy_from_slice(bytes.get(group.range.clone())?);
        count = after;
        let length = position + 1;
        if count >= SHORTEST_CARD
            && groups.get(..length).is_some_and(|window| is_grouped(window, length == run.len()))
            && digits.get(..count).is_some_and(is_card)
            && fits(length)
            && !is_part_of_other_data(bytes, run, index, length)
        {
            best = Some(length);
        }
    }
    best
}

/// Whether people write a card's number in such groups. Lists of small numbers are taken for one only as a whole.
fn is_grouped(groups: &[Group], whole: bool) -> bool {
    let Some((last, others)) = groups.split_last() else { return false };
    let Some(first) = others.first().map(Group::len) else { return true };
    let equal = others.iter().all(|group| group.len() == first) && last.len() <= first;
    match (others, first) {
        (_, 4..=10) if equal => true,
        (_, 1..=3) if equal => whole,
        ([_, middle], 4) => middle.len() == 6,
        ([_], 6) => true,
        _ => false,
    }
}

/// Whether the digits have a card's length, issuer and check digit.
pub(super) fn is_card(digits: &[u8]) -> bool {
    let issued = |length: usize| {
        let prefix = digits
            .get(..length)
            .map_or(0, |prefix| prefix.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit.wrapping_sub(b'0'))));
        (digits.len(), prefix)
    };
    let known = matches!(issued(1), (16 | 19, 4))
        || (matches!(issued(1), (13, 4)) && !is_ean(digits))
        || matches!(
            issued(2),
            (16, 51..=55 | 60 | 81 | 82) | (15, 34 | 37) | (16..=19, 62 | 65) | (14 | 16, 36 | 38 | 39)
        )
        || matches!(issued(3), (16..=19, 644..=649) | (14 | 16, 300..=305 | 309) | (16, 508))
        || matches!(
            issued(4),
            (16, 2221..=2720)
                | (16..=19, 2200..=2204 | 3528..=3589 | 6011)
                | (13..=19, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
        );
    known && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether it is the number of an article: 13 digits as well, and far more common than Visa's old numbers.
fn is_ean(digits: &[u8]) -> bool {
    let weighted =
        |(place, digit): (usize, &u8)| u32::from(digit.wrapping_sub(b'0')) * if place % 2 == 0 { 1 } else { 3 };
    digits.iter().enumerate().map(weighted).sum::<u32>().is_multiple_of(10)
}

/// Whether the digits are a part of a phone number, a fraction, a hash, an id or a UUID.
fn is_part_of_other_data(bytes: &[u8], run: &[Group], index: usize, length: usize) -> bool {
    let Some((first, last)) = run.get(index).zip(run.get(index + length - 1)) else { return true };
    let (start, end) = (first.range.start, last.range.end);
    let previous = index.checked_sub(1).and_then(|index| run.get(index));
    let fraction = length == 1 && previous.is_some_and(|group| bytes.get(group.range.end..start) == Some(b"."));
    fraction
        || is_phone(bytes, run, index, length)
        || is_in_a_word(bytes, start, end)
        || is_in_a_uuid(bytes, start, end)
}

/// Whether it is an international number with its `+`. Those have up to 15 digits (E.164), but of 14 and 15 there are none that begin like a card.
fn is_phone(bytes: &[u8], run: &[Group], index: usize, length: usize) -> bool {
    let plus = run.first().and_then(|head| head.range.start.checked_sub(1)).and_then(|at| bytes.get(at)) == Some(&b'+');
    let digits = |groups: &[Group]| groups.iter().map(Group::len).sum::<usize>();
    let window = run.get(index..index + length).map_or(0, digits);
    plus && window == SHORTEST_CARD && digits(run) <= 15
}

/// Whether letters around the digits make them a part of a hash or of a long id. `PAN4111…` and `c4111…` are not.
fn is_in_a_word(bytes: &[u8], start: usize, end: usize) -> bool {
    const LONGEST: usize = 12;
    const LONGEST_HEXADECIMAL: usize = 3;
    let left = bytes.get(..start).into_iter().flatten().rev().take_while(|byte| byte.is_ascii_alphanumeric());
    let right = bytes.get(end..).into_iter().flatten().take_while(|byte| byte.is_ascii_alphanumeric());
    let (count, hexadecimal) = left
        .take(LONGEST + 1)
        .chain(right.take(LONGEST + 1))
        .fold((0, true), |(count, hexadecimal), byte| (count + 1, hexadecimal && byte.is_ascii_hexdigit()));
    count > if hexadecimal { LONGEST_HEXADECIMAL } else { LONGEST }
}

fn is_in_a_uuid(bytes: &[u8], start: usize, end: usize) -> bool {
    const LENGTH: usize = 36;
    let part = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b'-';
    let left = bytes.get(..start).map_or(0, |left| left.iter().rev().take(LENGTH).take_while(part).count());
    let right = bytes.get(end..).map_or(0, |right| right.iter().take(LENGTH).take_while(part).count());
    let word = bytes.get(start - left..end + right).unwrap_or_default();
    word.len() == LENGTH && [8, 13, 18, 23].iter().all(|at| word.get(*at) == Some(&b'-'))
}

/// Whether three groups from here on are a social security number, which is told from other numbers by its separators alone.
fn is_ssn(bytes: &[u8], run: &[Group], index: usize) -> bool {
    let Some([area, group, serial]) = run.get(index..index + 3) else { return false };
    if (area.len(), group.len(), serial.len()) != (3, 2, 4) {
        return false;
    }
    let separator = bytes.get(area.range.end..group.range.start);
    if separator != bytes.get(group.range.end..serial.range.start)
        || separator.is_none_or(|separator| separator.len() != 1)
    {
        return false;
    }
    let number = |group: &Group| bytes.get(group.range.clone()).unwrap_or_default();
    if matches!(number(area), b"000" | b"666" | [b'9', ..]) || number(group) == b"00" || number(serial) == b"0000" {
        return false;
    }
    // One more group on either side makes it a phone number, a version, a row of numbers.
    let joined = |one: Option<&Group>, other: Option<&Group>| {
        one.zip(other).is_some_and(|(one, other)| bytes.get(one.range.end..other.range.start) == separator)
    };
    let alone = !joined(index.checked_sub(1).and_then(|index| run.get(index)), Some(area))
        && !joined(Some(serial), run.get(index + 3));
    let glued = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = area.range.start.checked_sub(1).and_then(|at| bytes.get(at));
    alone && before != Some(&b'+') && !glued(before) && !glued(bytes.get(serial.range.end))
}
