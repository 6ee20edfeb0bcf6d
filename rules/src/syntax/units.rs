//! Units of durations, sizes and rates. A parser of our own: others read `1M` as a month or accept negative spans.

/// The span of time a rate counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    /// `second|minute|hour|day`, or `s|min|h|d`. `m` is refused: it is a minute of a duration only.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "second" | "s" => Some(Self::Second),
            "minute" | "min" => Some(Self::Minute),
            "hour" | "h" => Some(Self::Hour),
            "day" | "d" => Some(Self::Day),
            _ => None,
        }
    }

    pub(crate) fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The variant's name in the runtime.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Second => "Second",
            Self::Minute => "Minute",
            Self::Hour => "Hour",
            Self::Day => "Day",
        }
    }
}

/// Milliseconds in one `ms|s|m|h`.
pub(crate) fn duration_factor(unit: &str) -> Option<u64> {
    match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    }
}

/// Bytes in one `kb|mb`.
pub(crate) fn size_factor(unit: &str) -> Option<u64> {
    match unit {
        "kb" => Some(1_024),
        "mb" => Some(1_024 * 1_024),
        _ => None,
    }
}

/// Splits `"64kb"` or `"64 kb"` into its digits (underscores allowed) and its unit.
pub(crate) fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    Some((count(digits)?, unit.trim_start()))
}

/// A whole number in decimal digits, underscores allowed between them.
pub(crate) fn count(digits: &str) -> Option<u64> {
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    digits.chars().filter(|c| *c != '_').collect::<String>().parse().ok()
}

/// Splits `"60/minute"` into its count and its unit.
pub(crate) fn split_rate(text: &str) -> Option<(u64, Unit)> {
    let (count_text, unit) = text.split_once('/')?;
    Some((count(count_text.trim())?, Unit::parse(unit.trim())?))
}

/// Milliseconds as a person would write them.
pub(crate) fn show_duration(ms: u64) -> String {
    for (unit, factor) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
        if ms >= factor && ms.is_multiple_of(factor) {
            return format!("{} {unit}", ms / factor);
        }
    }
    format!("{ms} ms")
}

/// Bytes as a person would write them.
pub(crate) fn show_size(bytes: usize) -> String {
    if bytes >= 1_048_576 && bytes.is_multiple_of(1_048_576) {
        format!("{} MiB", bytes / 1_048_576)
    } else {
        format!("{} KiB", bytes / 1_024)
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, count, duration_factor, show_duration, show_size, size_factor, split, split_rate};

    #[test]
    fn units_of_rates() {
        for (text, unit) in
            [("second", Unit::Second), ("s", Unit::Second), ("min", Unit::Minute), ("h", Unit::Hour), ("d", Unit::Day)]
        {
            assert_eq!(Unit::parse(text), Some(unit), "{text}");
        }
        for text in ["m", "minutes", "M", "", "week"] {
            assert_eq!(Unit::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_units_split() {
        assert_eq!(split("64kb"), Some((64, "kb")));
        assert_eq!(split(" 1_000 ms "), Some((1_000, "ms")));
        assert_eq!(split("5"), Some((5, "")));
        for text in ["", "kb", "-5s", "_5s", "99999999999999999999s"] {
            assert_eq!(split(text), None, "{text}");
        }
        assert_eq!(split("1.5s"), Some((1, ".5s")));
        assert_eq!(duration_factor(".5s"), None);
    }

    #[test]
    fn rates_split() {
        assert_eq!(split_rate("60/minute"), Some((60, Unit::Minute)));
        assert_eq!(split_rate(" 5 / h "), Some((5, Unit::Hour)));
        for text in ["60", "60/m", "/minute", "60 per minute", "-1/s", "60/minute/2"] {
            assert_eq!(split_rate(text), None, "{text}");
        }
    }

    #[test]
    fn factors() {
        assert_eq!(duration_factor("h"), Some(3_600_000));
        assert_eq!(duration_factor("min"), None);
        assert_eq!(size_factor("mb"), Some(1_048_576));
        assert_eq!(size_factor("KB"), None);
        assert_eq!(count("0060"), Some(60));
    }

    #[test]
    fn shown_for_people() {
        assert_eq!(show_duration(2_000), "2 s");
        assert_eq!(show_duration(90_000), "90 s");
        assert_eq!(show_duration(1_500), "1500 ms");
        assert_eq!(show_duration(3_600_000), "1 h");
        assert_eq!(show_size(65_536), "64 KiB");
        assert_eq!(show_size(2_097_152), "2 MiB");
    }
}
