//! Which scopes imply others.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use secure_tool_vocabulary::is_policy_scope;

type Name = Cow<'static, str>;

/// The implications that the builder declared: a credential with a scope also satisfies the scopes that it implies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchy(BTreeMap<Name, BTreeSet<Name>>);

impl Hierarchy {
    pub(crate) fn imply(&mut self, scope: Name, implied: impl IntoIterator<Item = Name>) {
        self.0.entry(scope).or_default().extend(implied);
    }

    /// The problems: names that are not valid scopes, and cycles, in which the most powerful scope would equal the weakest.
    pub(crate) fn problems(&self) -> Vec<String> {
        let wrong = self.names().filter(|name| !is_policy_scope(name));
        let mut problems: Vec<String> = wrong
            .map(|name| {
                format!("its hierarchy names `{name}`, which is not a valid scope (RFC 6749, without wildcards)")
            })
            .collect();
        let circular: Vec<_> = self
            .0
            .keys()
            .filter(|scope| self.holders(scope).contains(&***scope))
            .map(|scope| format!("`{scope}`"))
            .collect();
        if !circular.is_empty() {
            problems.push(format!("its scopes imply each other in a cycle: {}", circular.join(", ")));
        }
        problems
    }

    /// Every scope that implies this one, directly or indirectly.
    pub(crate) fn holders<'h>(&'h self, wanted: &str) -> BTreeSet<&'h str> {
        let mut found = BTreeSet::new();
        let mut open = self.implying(wanted);
        while let Some(scope) = open.pop() {
            if found.insert(scope) {
                open.extend(self.implying(scope));
            }
        }
        found
    }

    fn implying(&self, wanted: &str) -> Vec<&str> {
        self.0.iter().filter(|(_, implied)| implied.contains(wanted)).map(|(scope, _)| &**scope).collect()
    }

    pub(crate) fn is_implied(&self, scope: &str) -> bool {
        self.0.values().any(|implied| implied.contains(scope))
    }

    /// As it was declared, for the manifest.
    pub(crate) fn declared(self) -> BTreeMap<Name, Vec<Name>> {
        self.0.into_iter().map(|(scope, implied)| (scope, implied.into_iter().collect())).collect()
    }

    fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().flat_map(|(scope, implied)| std::iter::once(scope).chain(implied))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Edge = (&'static str, &'static [&'static str]);

    fn hierarchy(edges: &[Edge]) -> Hierarchy {
        let mut hierarchy = Hierarchy::default();
        for (scope, implied) in edges {
            hierarchy.imply(Cow::Borrowed(scope), implied.iter().copied().map(Cow::Borrowed));
        }
        hierarchy
    }

    #[test]
    fn what_implies_a_scope_is_found_by_way_of_others() {
        let hierarchy = hierarchy(&[("admin", &["write", "export"]), ("write", &["read"]), ("root", &["admin"])]);
        assert!(hierarchy.problems().is_empty());
        let holders = |scope| hierarchy.holders(scope).into_iter().collect::<Vec<_>>();
        assert_eq!(holders("read"), ["admin", "root", "write"]);
        assert_eq!(holders("export"), ["admin", "root"]);
        assert!(holders("root").is_empty() && holders("other").is_empty(), "nothing is implied upwards");
    }

    #[test]
    fn circles_and_names_that_are_no_scopes_are_problems() {
        let circles: [&[Edge]; 3] = [
            &[("a", &["a"])],
            &[("a", &["b"]), ("b", &["a"])],
            &[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])],
        ];
        for edges in circles {
            let problems = hierarchy(edges).problems();
            assert!(problems.len() == 1 && problems.concat().contains("cycle: `a`"), "{problems:?}");
            assert!(!problems.concat().contains("`d`"), "a way into a cycle is not a cycle");
        }
        let wrong: [&[Edge]; 3] = [&[("a:*", &["b"])], &[("a", &[""])], &[("a", &["b c"])]];
        for edges in wrong {
            assert_eq!(hierarchy(edges).problems().len(), 1, "{edges:?}");
        }
    }
}
