//! Units of durations, sizes and rates. Each has one spelling; what else is meant by one is proposed in it.

/// The span of time a rate counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    /// `second|minute|hour|day`
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "second" => Some(Self::Second),
            "minute" => Some(Self::Minute),
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            _ => None,
        }
    }

    /// What a word in another spelling means.
    fn meant(text: &str) -> Self {
        match text {
            "s" | "sec" | "secs" | "second" | "seconds" => Self::Second,
            "h" | "hr" | "hrs" | "hour" | "hours" => Self::Hour,
            "d" | "day" | "days" => Self::Day,
            _ => Self::Minute,
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

/// Bytes in one `KiB|MiB`.
pub(crate) fn size_factor(unit: &str) -> Option<u64> {
    match unit {
        "KiB" => Some(1_024),
        "MiB" => Some(1_024 * 1_024),
        _ => None,
    }
}

/// The duration that was meant, as it is written: `30s` for `30 seconds`.
pub(crate) fn duration_meant(given: &str) -> String {
    let (count, unit) = parts(given);
    let unit = match unit.as_str() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "ms",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        _ => "s",
    };
    format!("{}{unit}", count.as_deref().unwrap_or("30"))
}

/// The size that was meant, as it is written: `64KiB` for `64kb`.
pub(crate) fn size_meant(given: &str) -> String {
    let (count, unit) = parts(given);
    let unit = if unit.starts_with('m') { "MiB" } else { "KiB" };
    format!("{}{unit}", count.as_deref().unwrap_or("64"))
}

/// The rate that was meant, as it is written: `60/minute` for `60 per min`.
pub(crate) fn rate_meant(given: &str) -> String {
    let (count, unit) = parts(given);
    let unit = ["/", "per", "a "].iter().find_map(|between| unit.strip_prefix(between)).unwrap_or(&unit);
    format!("{}/{}", count.as_deref().unwrap_or("60"), Unit::meant(unit.trim()).name())
}

/// The digits that a value begins with, if they are a whole number, and what follows them in lower case.
fn parts(given: &str) -> (Option<String>, String) {
    let text = given.trim_matches('"').trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '_').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = unit.trim().to_lowercase();
    let whole = count(digits).filter(|_| !unit.starts_with(['.', ',']));
    (whole.map(|count| count.to_string()), unit)
}

/// A whole number in decimal digits, underscores allowed between them.
pub(crate) fn count(digits: &str) -> Option<u64> {
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    digits.chars().filter(|c| *c != '_').collect::<String>().parse().ok()
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
    use super::{
        Unit, count, duration_factor, duration_meant, rate_meant, show_duration, show_size, size_factor, size_meant,
    };

    #[test]
    fn units_of_rates() {
        for unit in [Unit::Second, Unit::Minute, Unit::Hour, Unit::Day] {
            assert_eq!(Unit::parse(unit.name()), Some(unit));
        }
        for text in ["m", "min", "minutes", "M", "", "week"] {
            assert_eq!(Unit::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_meant() {
        for (given, meant) in [
            ("30", "30s"),
            ("\"30s\"", "30s"),
            ("30sec", "30s"),
            ("30 seconds", "30s"),
            ("5min", "5m"),
            ("500 millis", "500ms"),
            ("1.5s", "30s"),
            ("-5s", "30s"),
            ("soon", "30s"),
        ] {
            assert_eq!(duration_meant(given), meant, "{given}");
        }
        for (given, meant) in
            [("64k", "64KiB"), ("64kb", "64KiB"), ("\"1 MB\"", "1MiB"), ("65536", "65536KiB"), ("big", "64KiB")]
        {
            assert_eq!(size_meant(given), meant, "{given}");
        }
        for (given, meant) in [
            ("60", "60/minute"),
            ("\"5/h\"", "5/hour"),
            ("5 per day", "5/day"),
            ("5/s", "5/second"),
            ("often", "60/minute"),
        ] {
            assert_eq!(rate_meant(given), meant, "{given}");
        }
    }

    #[test]
    fn factors() {
        assert_eq!(duration_factor("h"), Some(3_600_000));
        assert_eq!(duration_factor("min"), None);
        assert_eq!(size_factor("MiB"), Some(1_048_576));
        assert_eq!(size_factor("kb"), None);
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
