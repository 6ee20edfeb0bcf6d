//! ST18, ST24, ST44: what is listed, and what is proposed while a person types.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ExprPath;

use super::uri;
use crate::errors::Sink;
use crate::messages;
use crate::model::{State, Tool};
use crate::syntax::Stated;
use crate::syntax::scope::Scope;
use crate::syntax::types::Shape;

/// ST44: a list has something to tell apart.
pub(super) fn listed(tool: &Tool, sink: &Sink) {
    let Some(list) = tool.attribute.list.given() else { return };
    if uri::read(tool).is_some_and(|(_, template)| template.variables().next().is_none()) {
        sink.refuse(list, messages::lists_a_fixed_uri(tool.ident()));
    }
}

/// ST44: what is proposed is what could be typed, and nothing that is proposed already.
pub(super) fn completed(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        let settings = &param.settings;
        let Some(complete) = settings.complete.given() else { continue };
        if !settings.one_of.is_absent() {
            sink.refuse(complete, messages::completes_what_is_listed(&param.ident));
        } else if settings.secret.is_given() || param.is_secret_type() {
            sink.refuse(complete, messages::completes_a_secret(&param.ident));
        } else if Shape::of(&param.ty) == Shape::Bool {
            sink.refuse(complete, messages::completes_a_bool(&param.ident));
        }
    }
}

/// ST44: the guard calls the functions with the state and the caller.
pub(super) fn called(tool: &Tool, sink: &Sink) {
    let is_public = matches!(tool.attribute.scope.given(), Some(Scope::Public { .. }));
    let has_state = !matches!(tool.state, State::Any);
    for (key, function) in functions(tool) {
        if is_public {
            sink.refuse(function, messages::offers_to_nobody(key, tool.noun()));
        } else if !has_state {
            sink.refuse(function, messages::offers_without_state(key, tool.ident()));
        }
    }
}

fn functions(tool: &Tool) -> impl Iterator<Item = (&'static str, TokenStream)> {
    let path = |stated: &Stated<ExprPath>| stated.given().map(ToTokens::to_token_stream);
    let list = path(&tool.attribute.list).map(|list| ("list", list));
    let completed = tool.params.iter().filter(|param| param.is_argument());
    let completed = completed.filter_map(move |param| Some(("complete", path(&param.settings.complete)?)));
    list.into_iter().chain(completed)
}

#[cfg(test)]
mod tests {
    use super::{called, completed, listed};
    use crate::check::testing::cases;

    #[test]
    fn a_fixed_uri_is_listed_by_itself() {
        cases! { listed in #[secure_resource(uri = _)] fn f(&self) {};
            accepts: "a://{a}", list = Self::all;
            accepts: "a://{a}", list = <Self as Lists>::all;
            accepts: "a://{", list = Self::all;
            refuses ST44 "has no variables": "a://b", list = Self::all;
            refuses ST44 "remove the parentheses: `list = Self::all`": "a://{a}", list = Self::all();
            refuses ST44 "write the name of an `async fn`": "a://{a}", list = |state, caller| all(state, caller);
            refuses ST44 "write the name of an `async fn`": "a://{a}", list = "all";
            refuses ST44 "write the name of an `async fn`": "a://{a}", list;
        }
        cases! { listed; refuses ST10 "`list` is a key of resources": #[secure_prompt(list = Self::all)] fn f(&self) {}; }
    }

    #[test]
    fn what_is_known_is_not_completed() {
        cases! { completed in #[secure_prompt] fn f(&self, _) {};
            accepts: #[arg(complete = Self::all)] a: String;
            accepts: #[arg(complete = Self::all, max_len = 5)] a: Owned<Note>;
            refuses ST44 "`one_of` already lists": #[arg(complete = Self::all, one_of = ["a"])] a: String;
            refuses ST44 "`one_of` already lists": #[arg(complete = Self::all, one_of = ALL)] a: String;
            refuses ST44 "two values": #[arg(complete = Self::all)] a: bool;
            refuses ST44 "secret `a`": #[arg(complete = Self::all, secret)] a: String;
            refuses ST44 "secret `a`": #[arg(complete = Self::all)] a: Secret<String>;
            refuses ST44 "`complete = Self::all`": #[arg(complete = Self::all(caller))] a: String;
        }
        cases! { completed;
            refuses ST10 "clients complete only the arguments of resources and prompts":
                #[secure_tool] fn f(&self, #[arg(complete = Self::all)] a: String) {};
        }
    }

    #[test]
    fn functions_have_a_state_and_a_caller() {
        cases! { called in #[secure_resource(scope = "a", list = all)] fn f(_, a: String) {};
            accepts: &self;
            accepts: desk: &Desk;
            refuses ST44 "`f` has no state": caller: &Caller;
            refuses ST44 "`f` has no state": repo: &dyn Repo;
        }
        cases! { called in #[secure_prompt(scope = _)] fn f(&self, #[arg(complete = Self::all)] a: String) {};
            accepts: "a";
            refuses ST44 "a public prompt has no caller": public("a good reason");
        }
    }
}
