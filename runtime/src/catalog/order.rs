//! The required order of tools, resolved once when the server is built.

use std::{any::TypeId, fmt, panic::Location, time::Duration};

use secure_tool_vocabulary::LONGEST_WITHIN;

use super::{Kind, Spec};
use crate::{
    Resource,
    policy::{Effect, Scope},
    schema::argument::ArgumentSpec,
    store::CallHistory,
};

/// The declaration `after(Self::quote, within = 10m)`.
pub(crate) struct After {
    /// The tool that comes first. It is created when the server is built, because tools that name each other would otherwise recurse forever.
    pub(crate) tool: Box<dyn Fn() -> Named + Send + Sync>,
    pub(crate) within: Duration,
}

impl fmt::Debug for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("After").field("within", &self.within).finish_non_exhaustive()
    }
}

/// A tool that `after` names.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub(crate) name: &'static str,
    /// The place of its declaration, which is unique.
    pub(crate) declared_at: &'static Location<'static>,
}

/// The kind and number of objects that an argument names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ObjectType {
    /// The type of the object, if the guard loads it.
    object: Option<TypeId>,
    key: TypeId,
    /// Whether it always names exactly one.
    is_one: bool,
}

impl ObjectType {
    /// The type of an argument that names objects of the type `T`, which the guard loads.
    pub(crate) fn loaded<T: Resource>(is_one: bool) -> Self {
        Self { object: Some(TypeId::of::<T>()), key: TypeId::of::<T::Key>(), is_one }
    }

    /// The type of an argument that is a key.
    pub(crate) fn keyed<K: 'static>(is_one: bool) -> Self {
        Self { object: None, key: TypeId::of::<K>(), is_one }
    }

    /// A key names the same kind of object as an `Owned<T>` whose key is of its type: the type of a key names objects of one kind.
    fn is_same(self, other: Self) -> bool {
        match (self.object, other.object) {
            (Some(object), Some(other)) => object == other,
            (Some(_) | None, None) | (None, Some(_)) => self.key == other.key,
        }
    }
}

/// The role of an item in the order of calls.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) after: Option<Precondition>,
    /// The marks of a successful call for the tools that come after it.
    pub(crate) leaves: Vec<Mark>,
}

/// The tool that must have succeeded before.
#[derive(Debug)]
pub(crate) struct Precondition {
    pub(crate) tool: &'static str,
    pub(crate) mark: Mark,
    /// As the end of a sentence about the earlier call: `, for the same "invoice", at most 10 minutes before`.
    conditions: String,
}

impl Precondition {
    /// The sentence in the description of the tool.
    pub(crate) fn description_sentence(&self) -> String {
        format!("Call `{}` first{}.", self.tool, self.conditions)
    }

    /// The refusal of a call that came too early. It does not depend on what this caller has called or may call.
    pub(crate) fn refusal(&self) -> String {
        format!("`{}` must have succeeded first{}.", self.tool, self.conditions)
    }
}

/// The mark that is stored for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Identifies the earlier tool, the kinds of objects and the time.
    pub(crate) label: [u8; 8],
    /// The arguments that name the objects, in the order that they have in the earlier tool.
    pub(crate) arguments: Box<[&'static str]>,
    pub(crate) within: Duration,
}

/// The tools of a server, before they are compiled.
pub(crate) struct Arrangement<'s> {
    pub(crate) specs: Vec<&'s mut Spec>,
    /// Whether the server exposes what writes.
    pub(crate) writes: bool,
    pub(crate) environment: Option<&'s str>,
    pub(crate) history: &'s CallHistory,
}

/// A later tool and an earlier one, by their places, and what the calls of each have to do with the mark between them.
struct Link {
    later: usize,
    earlier: usize,
    precondition: Precondition,
    left: Mark,
}

impl Arrangement<'_> {
    /// Sets for each tool the mark that it requires, and the marks that it leaves.
    ///
    /// # Errors
    ///
    /// Every problem, as a sentence.
    pub(crate) fn arrange(mut self) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        let mut links = Vec::new();
        for (later, spec) in self.specs.iter().enumerate() {
            let Some(after) = &spec.after else { continue };
            match self.link(later, spec, after) {
                Ok(link) => links.push(link),
                Err(problem) => problems.push(format!("`{}` {problem}", spec.name)),
            }
        }
        problems.extend((0..self.specs.len()).filter_map(|start| self.cycle(start, &links)));
        if !problems.is_empty() {
            return Err(problems);
        }
        for Link { later, earlier, precondition, left } in links {
            if let Some(later) = self.specs.get_mut(later) {
                later.order.after = Some(precondition);
            }
            if let Some(earlier) = self.specs.get_mut(earlier)
                && !earlier.order.leaves.contains(&left)
            {
                earlier.order.leaves.push(left);
            }
        }
        Ok(())
    }

    fn link(&self, later: usize, spec: &Spec, after: &After) -> Result<Link, String> {
        let named = (after.tool)();
        let name = named.name;
        if after.within.is_zero() || after.within > LONGEST_WITHIN {
            return Err(
                "has a `within` that is zero or longer than 30 days [ST55]: write 1ms to 720h, `within = 10m`".into()
            );
        }
        if spec.scope.as_ref().is_some_and(Scope::is_public) {
            return Err(format!(
                "comes after `{name}`, but a public tool has no caller whose earlier calls could be found [ST53]: require a scope"
            ));
        }
        let is_named =
            |spec: &Spec| spec.kind == Kind::Tool && spec.name == name && spec.declared_at == named.declared_at;
        let Some(earlier) = self.specs.iter().position(|spec| is_named(spec)) else {
            return Err(format!(
                "comes after `{name}`, which is not a tool of this server [ST53]: add it with `.tool(…)`"
            ));
        };
        let first = self.specs.get(earlier).ok_or("comes after nothing [ST53]")?;
        if self.offers(spec) && !self.offers(first) {
            return Err(format!(
                "comes after `{name}`, which this server does not offer, so it could never be called [ST53]: offer both in the \
                 same environments, and allow writes if `{name}` writes"
            ));
        }
        let shared = shared_objects(spec, first)?;
        let (of_later, of_earlier): (Vec<_>, Vec<_>) = shared.into_iter().unzip();
        let milliseconds = after.within.as_millis().to_le_bytes();
        let mut parts = vec![&b"order"[..], name.as_bytes(), &milliseconds];
        parts.extend(of_earlier.iter().map(|argument| argument.as_bytes()));
        let label = self.history.label(&parts);
        let mark = |arguments: Vec<_>| Mark { label, arguments: arguments.into(), within: after.within };
        let conditions = conditions(&of_later, after.within);
        let precondition = Precondition { tool: name, mark: mark(of_later), conditions };
        Ok(Link { later, earlier, precondition, left: mark(of_earlier) })
    }

    /// Whether the server exposes it, whatever the switches say.
    fn offers(&self, spec: &Spec) -> bool {
        let here = spec.only_in.is_empty() || self.environment.is_some_and(|here| spec.only_in.contains(&here));
        here && (self.writes || spec.effect == Effect::ReadOnly)
    }

    /// The cycle that begins and ends with this tool, reported only for its first tool.
    fn cycle(&self, start: usize, links: &[Link]) -> Option<String> {
        let before = |later: usize| links.iter().find(|link| link.later == later).map(|link| link.earlier);
        let mut passed = vec![start];
        let mut next = before(start)?;
        while next > start && !passed.contains(&next) {
            passed.push(next);
            next = before(next)?;
        }
        if next != start {
            return None;
        }
        let names =
            passed.into_iter().chain([start]).filter_map(|index| Some(format!("`{}`", self.specs.get(index)?.name)));
        let cycle = names.collect::<Vec<_>>().join(" comes after ");
        Some(format!("{cycle}, so none of them can ever be called [ST54]"))
    }
}

/// The arguments by which both tools name an object of the same kind, of the later tool and of the earlier one: the calls have to be about the
/// same object.
///
/// # Errors
///
/// If which object is meant cannot be told, as the end of a sentence about the later tool.
fn shared_objects(later: &Spec, earlier: &Spec) -> Result<Vec<(&'static str, &'static str)>, String> {
    let mut shared = Vec::new();
    for (of_earlier, object) in objects(earlier) {
        let mut same = objects(later).filter(|(_, other)| other.is_same(object));
        let Some((of_later, other)) = same.next() else { continue };
        let is_ambiguous =
            same.next().is_some() || objects(earlier).filter(|(_, other)| other.is_same(object)).count() > 1;
        if is_ambiguous || !object.is_one || !other.is_one || of_later.asked.is_some() {
            return Err(format!(
                "comes after `{}`, but it is ambiguous which object of `{}` must be the same as `{}` [ST53]: each of the two tools must take exactly \
                 one object of that kind from the model, neither optional nor in a list",
                earlier.name, earlier.name, of_later.name
            ));
        }
        shared.push((of_later.name, of_earlier.name));
    }
    Ok(shared)
}

fn objects(spec: &Spec) -> impl Iterator<Item = (&ArgumentSpec, ObjectType)> {
    spec.arguments.iter().filter_map(|argument| Some((argument, argument.object?)))
}

fn conditions(same: &[&str], within: Duration) -> String {
    let same = same.iter().map(|argument| format!("`{argument}`")).collect::<Vec<_>>().join(" and ");
    let same = if same.is_empty() { same } else { format!(", for the same {same}") };
    format!("{same}, at most {} before", in_words(within))
}

/// A duration in its largest whole unit: `10 minutes`.
fn in_words(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units = [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000)];
    let largest = units.into_iter().find(|(_, size)| milliseconds >= *size && milliseconds.is_multiple_of(*size));
    let (unit, size) = largest.unwrap_or(("millisecond", 1));
    let count = milliseconds / size;
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_their_largest_whole_unit() {
        for (milliseconds, words) in [
            (1, "1 millisecond"),
            (1_500, "1500 milliseconds"),
            (1_000, "1 second"),
            (90_000, "90 seconds"),
            (600_000, "10 minutes"),
            (5_400_000, "90 minutes"),
            (3_600_000, "1 hour"),
            (2_592_000_000, "30 days"),
        ] {
            assert_eq!(in_words(Duration::from_millis(milliseconds)), words);
        }
    }
}
