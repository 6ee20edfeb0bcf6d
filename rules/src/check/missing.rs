//! ST01 to ST04: what a tool must say.

use syn::{PathSegment, Type};

use super::keys::{Proposal, is_bare};
use super::objects::is_key_of_object;
use super::trust::is_identity;
use super::untyped;
use crate::errors::Sink;
use crate::messages::{self, Message};
use crate::model::{Home, Param, Source, State, Tool};
use crate::syntax::scope::Scope;
use crate::syntax::types::{self, Shape};

/// ST01
pub(super) fn scope(tool: &Tool, sink: &Sink) {
    if tool.attribute.scope.is_absent() {
        sink.refuse(tool.ident(), messages::no_scope(tool.ident()));
    }
}

/// ST02
pub(super) fn owner(tool: &Tool, sink: &Sink) {
    if tool.attribute.owner.is_absent() {
        sink.refuse(tool.ident(), no_owner(tool));
    }
}

/// Proposes every object and every key, as the other rules ask for each of them; else the caller.
fn no_owner(tool: &Tool) -> Message {
    if matches!(tool.attribute.scope.given(), Some(Scope::Public { .. })) {
        return messages::no_owner_of_public(tool.ident(), tool.noun());
    }
    let is_object = |param: &&Param| param.owned().is_some() || is_key_of_object(tool, param);
    let objects: Vec<&Param> = tool.params.iter().filter(is_object).collect();
    let caller = || tool.params.iter().find(|param| matches!(param.source, Source::Caller));
    let candidate = || tool.owner_with(objects.iter().map(|param| &param.ident));
    let bare =
        objects.iter().filter(|param| param.owned().is_none()).find_map(|param| Some((param, Proposal::of(param)?)));
    match (bare, caller()) {
        (Some((param, Proposal { bare, taken, key })), _) => {
            messages::no_owner_but_key(tool.ident(), &candidate(), &param.ident, &types::show(bare), &taken, &key)
        }
        (None, Some(caller)) if objects.is_empty() => messages::no_owner_but(tool.ident(), &caller.ident),
        (None, None) if objects.is_empty() => messages::no_owner_at_all(tool.ident()),
        (None, _) => messages::no_owner_but(tool.ident(), &candidate()),
    }
}

/// ST03
pub(super) fn docs(tool: &Tool, sink: &Sink) {
    if tool.function.docs.is_empty() {
        sink.refuse(tool.ident(), messages::no_docs(tool.ident(), tool.noun()));
    }
}

/// ST04
pub(super) fn parameter_docs(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        // A parameter with `flatten`, or with a type that another rule reports, needs no docs.
        let provided = !param.settings.flatten.is_absent()
            || untyped::meant_for_guard(&param.ty).is_some()
            || untyped::is_of_the_transport(&param.ty)
            || types::is_named(&param.ty, "Parameters")
            || types::first_reference(&param.ty)
                .is_some_and(|reference| matches!(types::peel(&reference.elem), Type::TraitObject(_)));
        if param.is_argument() && param.docs.is_empty() && !provided {
            sink.refuse(&param.ident, no_parameter_docs(tool, param));
        }
    }
}

/// Names what else a type of the application may be: a struct whose fields are arguments, or what a free function runs on.
fn no_parameter_docs(tool: &Tool, param: &Param) -> Message {
    let (name, ty) = (&param.ident, types::show(&param.ty));
    let may_lack_state = tool.home == Home::Free && matches!(tool.state, State::Any) && !tool.is_struct;
    let shared = ["Arc", "Rc"].iter().find_map(|pointer| types::inside(&param.ty, pointer));
    let is_plain = matches!(param.source, Source::Plain) && param.settings.attribute.is_none();
    match shared {
        _ if !is_plain => messages::no_parameter_docs(name, &ty),
        Some(state) if may_lack_state && is_of_the_application(state) => {
            messages::no_parameter_docs_of_shared(name, &ty, &types::show(state), tool.noun())
        }
        None if !is_of_the_application(&param.ty) || is_key_of_object(tool, param) || is_identity(tool, param) => {
            messages::no_parameter_docs(name, &ty)
        }
        None if may_lack_state => messages::no_parameter_docs_of_state(name, &ty, &ty, tool.noun()),
        None => messages::no_parameter_docs_of_struct(name, &ty),
        Some(_) => messages::no_parameter_docs(name, &ty),
    }
}

/// Whether a type has the name of no well-known one, and no arguments.
fn is_of_the_application(ty: &Type) -> bool {
    const KNOWN: &[&str] =
        &["Uuid", "Url", "PublicUrl", "SafePath", "Slug", "Email", "Bounded", "Duration", "Map", "Value"];
    const DATES: &[&str] =
        &["NaiveDate", "NaiveTime", "NaiveDateTime", "Date", "Time", "OffsetDateTime", "Timestamp", "Zoned"];
    let is_known = |segment: &PathSegment| KNOWN.iter().chain(DATES).any(|name| segment.ident == name);
    Shape::of(ty) == Shape::Unknown
        && !is_bare(ty)
        && types::last_segment(ty).is_some_and(|segment| segment.arguments.is_none() && !is_known(segment))
}

#[cfg(test)]
mod tests {
    use super::{docs, owner, parameter_docs, scope};
    use crate::check::testing::cases;

    #[test]
    fn a_scope_is_stated() {
        cases! { scope in #[secure_tool(_)] fn f(&self) {};
            accepts: scope = "a";
            refuses ST01 "`f` declares no `scope`": owner = a;
        }
    }

    #[test]
    fn a_broken_scope_is_not_missing() {
        cases! { scope; refuses ST12 "`scope` takes": #[secure_tool(scope = 5)] fn f(&self) {}; }
    }

    #[test]
    fn a_misspelt_scope_is_not_missing() {
        cases! { scope in #[secure_tool(_)] fn f(&self) {};
            refuses ST10 "`": scop = "a";
            refuses ST10 "`": "a";
        }
    }

    #[test]
    fn a_missing_comma_hides_no_key() {
        cases! { owner in #[secure_tool(_)] fn f(&self) {};
            refuses ST10 "missing comma before `owner`": scope = "a" owner = a;
        }
    }

    #[test]
    fn what_the_guard_gives_needs_no_docs() {
        cases! { parameter_docs in #[secure_tool] fn f(&self, _) {};
            accepts: a: Option<&Caller>;
            accepts: a: Caller;
            accepts: a: &mut Call;
        }
    }

    #[test]
    fn an_owner_is_stated() {
        cases! { owner in #[secure_tool(_)] fn f(&self) {};
            accepts: owner = a;
            refuses ST02 "`f` declares no `owner`": ;
            refuses ST02 "a public tool has no caller": scope = public("a good reason");
            refuses ST21 "bare name": owner = "a";
        }
        cases! { owner in #[secure_tool] fn f(&self, _) {};
            refuses ST02 "`owner = caller`": caller: &Caller, limit: u32;
            refuses ST02 "objects it touches: `owner = note`": caller: &Caller, note: Owned<Note>;
            refuses ST02 "objects it touches: `owner = note_id`": caller: &Caller, note_id: NoteKey;
            refuses ST02 "objects it touches: `owner = (note, folder)`": note: Owned<Note>, folder: FolderId;
            refuses ST02 "`owner = note_id` and `note_id: NoteId`": note_id: u64;
        }
    }

    #[test]
    fn a_tool_is_described() {
        cases! { docs in #[secure_tool] _ fn f(&self) {};
            accepts: /** Fetch. */;
            accepts: #[doc = include_str!("f.md")];
            refuses ST03 "`f`": #[doc = " "];
        }
    }

    #[test]
    fn an_argument_is_described() {
        cases! { parameter_docs in #[secure_tool] fn f(&self, _) {};
            accepts: caller: &Caller, /** Which. */ a: u32,;
            refuses ST04 "`a: Owned<A>`": a: Owned<A>;
            refuses ST04 "or, if `Search` is a struct that derives `Arguments`, write `#[arg(flatten)] a: Search`": a: Search;
            refuses ST04 "above `note_id: NoteId`": note_id: NoteId;
            refuses ST04 "above `a: Option<Search>`": a: Option<Search>;
            refuses ST04 "above `a: u32`": a: u32;
        }
    }

    #[test]
    fn a_state_is_borrowed() {
        cases! { parameter_docs in #[secure_tool] fn f(_) {};
            refuses ST04 "if the tool runs on it, borrow it from the guard: `desk: &Desk`": desk: Desk;
            refuses ST04 "`desk: Arc<Desk>` is taken by value": desk: Arc<Desk>;
            refuses ST04 "above `a: Arc<str>`": a: Arc<str>;
            refuses ST04 "above `a: u32`": a: u32;
            refuses ST04 "write `#[arg(flatten)] a: Search`": desk: &Desk, a: Search;
        }
    }
}
