//! Switches and revocations that the person at the terminal can use.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use secure_tool::{Revocations, SecureServer, Switches};

use crate::Billing;

/// How long somebody is kept out.
const REVOKED: Duration = Duration::from_secs(24 * 60 * 60);

/// The switches and the revocations of a server.
pub(crate) struct Switchboard {
    switches: Switches<Billing>,
    revocations: Revocations,
}

impl Switchboard {
    pub(crate) fn new(server: &SecureServer<Billing>) -> Self {
        Self { switches: server.switches(), revocations: server.revocations() }
    }

    /// Executes the command in a line, and ignores other lines.
    pub(crate) fn answer(&self, line: &str) -> Option<String> {
        let line = line.trim();
        match line.split_once(' ').unwrap_or((line, "")) {
            ("halt", "") => self.switches.halt(),
            ("resume", "") => self.switches.resume(),
            ("revoke", who) => {
                let (name, company) = who.split_once('@')?;
                let until = SystemTime::now() + REVOKED;
                if let Err(error) = self.revocations.revoke_subject(Some(company), name, until) {
                    return Some(error.to_string());
                }
            }
            _ => return None,
        }
        Some(format!("{line}: done"))
    }
}

impl fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switchboard").finish_non_exhaustive()
    }
}
