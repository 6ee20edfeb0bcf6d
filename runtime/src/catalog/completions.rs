//! The completions for the arguments of an item.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Kind, Spec, Task,
    compile::{Shared, SideTask, side_task},
    scalar,
};
use crate::{
    completion::LONGEST_TYPED,
    guard::reader::argument,
    identity::Shares,
    output::Rules,
    policy::{Ownership, Scope},
    schema::argument::ArgumentSpec,
};

/// Everything that can be completed in an item.
pub(crate) struct Completions<R> {
    by_argument: Box<[(&'static str, Task<R>)]>,
    /// For an argument that the item does not have. It refuses every text at the same stage as a wrong text, so that a caller without the scope of an
    /// item does not learn the names of its arguments.
    unknown: Task<R>,
    /// The arguments that a function of the application completes.
    pub(crate) own: Box<[&'static str]>,
    /// Whether there is a value for any of them.
    pub(crate) offers: bool,
}

/// The problems with arguments that have `complete`, each as the end of a sentence about the item.
pub(super) fn problems<'s>(
    spec: &'s Spec,
    completed: impl Iterator<Item = &'static str> + 's,
) -> impl Iterator<Item = String> + 's {
    let is_public = spec.scope.as_ref().is_some_and(Scope::is_public);
    completed.filter_map(move |name| {
        let argument = spec.arguments.iter().find(|argument| argument.name == name);
        let why = match argument {
            None => "there is no argument with this name",
            Some(_) if spec.kind == Kind::Tool => "clients do not complete the arguments of tools",
            Some(argument) if argument.secret => "that argument is a secret",
            Some(_) if is_public => "a `public` item has no caller whose objects could be offered",
            Some(_) => return None,
        };
        Some(format!("has a `complete` for `{name}`, but {why} [ST44]"))
    })
}

/// An item whose arguments are completed.
pub(super) struct Completed<'i> {
    pub(super) spec: &'i Spec,
    /// The schema of its arguments.
    pub(super) input: &'i Value,
    pub(super) rules: &'i Rules,
    /// The places for the completions of all its arguments.
    pub(super) places: Arc<Shares>,
}

impl Completed<'_> {
    /// The completions of the item, unless it is a tool.
    ///
    /// # Errors
    ///
    /// Why there are none, as the end of a sentence about the item.
    pub(super) fn compile<R>(
        self,
        mut runs: Vec<(&'static str, R)>,
        offering: fn(Arc<[String]>) -> R,
        shared: &Shared<'_>,
    ) -> Result<Option<Completions<R>>, String> {
        let Self { spec, input, rules, places } = self;
        if spec.kind == Kind::Tool {
            return Ok(None);
        }
        let task = |arguments: &[ArgumentSpec], owner, run| {
            let places = Arc::clone(&places);
            side_task(arguments, SideTask { owner, entries: None, rules: rules.clone(), places, run }, shared)
        };
        let declared = || Ownership::Unowned("the published schema of the argument already lists the values".into());
        let own = runs.iter().map(|(argument, _)| *argument).collect();
        let (mut by_argument, mut offers) = (Vec::with_capacity(spec.arguments.len()), !runs.is_empty());
        for of in &spec.arguments {
            let own = runs.iter().position(|(name, _)| *name == of.name);
            let (owner, run) = if let Some(own) = own {
                (Ownership::Parameters(Vec::new()), runs.swap_remove(own).1)
            } else {
                let schema = input.get("properties").and_then(|properties| properties.get(of.name));
                let values = schema.filter(|_| !of.secret).map(|schema| scalar::declared(schema, input));
                let values = values.unwrap_or_default();
                offers |= !values.is_empty();
                (declared(), offering(values.into()))
            };
            by_argument.push((of.name, task(&[typed(of)], owner, run)?));
        }
        let unknown = task(&[], declared(), offering(Arc::default()))?;
        Ok(Some(Completions { by_argument: by_argument.into(), unknown, own, offers }))
    }
}

impl<R> Completions<R> {
    pub(crate) fn of(&self, argument: &str) -> &Task<R> {
        self.by_argument.iter().find(|(name, _)| *name == argument).map_or(&self.unknown, |(_, task)| task)
    }
}

/// The beginning of an argument, which is recorded like the argument.
fn typed(of: &ArgumentSpec) -> ArgumentSpec {
    let typed = argument::<String>(of.name, of.description).max_len(LONGEST_TYPED).spec;
    ArgumentSpec { secret: of.secret, audit: of.audit, opt_outs: of.opt_outs.clone(), ..typed }
}
