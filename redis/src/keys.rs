//! The names of the keys in Redis.

use secure_tool::store::StoreKey;

/// The kinds of keys of an owner.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Rate,
    Daily,
    Once,
    Operation,
    Mark,
}

/// The names of all keys of a store.
#[derive(Clone)]
pub(crate) struct Keys {
    prefix: String,
    /// The keys of the facts, in the order in which the scripts expect them.
    pub(crate) facts: [String; 4],
    /// The channel that announces new facts.
    pub(crate) channel: String,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            facts: ["head", "log", "values", "ends"].map(|part| format!("{prefix}:{{facts}}:{part}")),
            channel: format!("{prefix}:bell"),
            prefix: prefix.to_owned(),
        }
    }

    /// The keys of one owner share a hash tag, so a cluster keeps them on one node.
    pub(crate) fn of(&self, kind: Kind, key: StoreKey) -> String {
        let kind = match kind {
            Kind::Rate => "rate",
            Kind::Daily => "daily",
            Kind::Once => "once",
            Kind::Operation => "operation",
            Kind::Mark => "mark",
        };
        let text = key.to_string();
        let (what, whose) = text.split_at_checked(16).unwrap_or((&text, ""));
        format!("{}:{{{whose}}}:{kind}:{what}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_the_hash_tag() {
        let key = StoreKey::new([0xab; 8], [0xcd; 16]);
        let name = Keys::new("prod").of(Kind::Rate, key);
        assert_eq!(name, format!("prod:{{{}}}:rate:{}", "cd".repeat(16), "ab".repeat(8)));
    }
}
