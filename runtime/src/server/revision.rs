//! The revisions of MCP.

use rmcp::model::ProtocolVersion;

/// A revision of MCP that clients may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Revision {
    V2024_11_05,
    /// The revision that is assumed for an HTTP request that does not name one (MCP 2025-06-18, transports).
    V2025_03_26,
    V2025_06_18,
    V2025_11_25,
    /// Without a handshake and without sessions: every request is self-contained.
    V2026_07_28,
}

impl Revision {
    const ALL: [Self; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];

    /// The revisions that the server supports.
    pub(crate) const SERVED: [Self; 3] = [Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];

    /// The revision that a handshake over HTTP ends with if the client asks for any other.
    pub(crate) const FALLBACK: Self = Self::V2025_11_25;

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.as_str() == text)
    }

    /// Whether a connection begins with `initialize`.
    pub(crate) fn has_handshake(self) -> bool {
        self < Self::V2026_07_28
    }

    pub(crate) fn is_served(self) -> bool {
        Self::SERVED.contains(&self)
    }

    /// A short form, for a place where a text is too long.
    #[cfg(feature = "http")]
    pub(crate) fn number(self) -> u8 {
        Self::ALL
            .iter()
            .zip(0..)
            .find_map(|(revision, number)| (*revision == self).then_some(number))
            .unwrap_or_default()
    }

    #[cfg(feature = "http")]
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The same as a type of rmcp.
    pub(super) fn to_rmcp(self) -> ProtocolVersion {
        match self {
            Self::V2024_11_05 => ProtocolVersion::V_2024_11_05,
            Self::V2025_03_26 => ProtocolVersion::V_2025_03_26,
            Self::V2025_06_18 => ProtocolVersion::V_2025_06_18,
            Self::V2025_11_25 => ProtocolVersion::V_2025_11_25,
            Self::V2026_07_28 => ProtocolVersion::V_2026_07_28,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_revision_has_one_name_and_one_number_and_rmcp_knows_all_of_them() {
        for revision in Revision::ALL {
            assert_eq!(Revision::parse(revision.as_str()), Some(revision));
            assert_eq!(revision.to_rmcp().as_str(), revision.as_str());
            assert_eq!(revision.has_handshake(), revision.to_rmcp().has_initialize());
            #[cfg(feature = "http")]
            assert_eq!(Revision::of_number(revision.number()), Some(revision));
        }
        let known: Vec<_> = ProtocolVersion::KNOWN_VERSIONS.iter().map(ProtocolVersion::as_str).collect();
        assert_eq!(Revision::ALL.map(Revision::as_str), *known, "rmcp knows another revision");
        assert!(Revision::ALL.is_sorted());
    }
}
