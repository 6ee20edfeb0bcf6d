//! ST07, ST16, ST18 and ST24: values that the person at the client gives.

use quote::ToTokens;
use secure_tool_vocabulary::{is_credential as is_credential_name, speaks_of_credential};
use syn::Type;

use super::confirm;
use super::trust::{found, is_called};
use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Source, Tool};
use crate::syntax::scope::Scope;
use crate::syntax::signature::contains_ident;
use crate::syntax::types::{self, Shape};

/// Types that hold several values.
const SEVERAL: &[&str] = &[
    "Vec",
    "VecDeque",
    "LinkedList",
    "BinaryHeap",
    "HashSet",
    "BTreeSet",
    "IndexSet",
    "NonEmpty",
    "SmallVec",
    "HashMap",
    "BTreeMap",
    "IndexMap",
    "Map",
];

/// ST07: what a person gives has a question, and what has a question is given by a person.
pub(super) fn paired(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        if param.asked && param.settings.ask.is_absent() {
            sink.refuse(&param.ident, messages::asked_without_question(&param.ident));
        }
        // What the guard provides has no `#[arg]` at all; what `Asked` is inside of has a message of its own.
        if !param.asked
            && param.is_argument()
            && !is_inside(param)
            && let Some(question) = param.settings.ask.given()
        {
            let ty = types::show(&param.ty);
            sink.refuse(&question.text, messages::question_without_asked(&param.ident, &ty));
        }
    }
}

/// ST07: `Asked<_>` is the whole type of a parameter.
pub(super) fn outermost(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| is_inside(param)) {
        sink.refuse(&param.ty, messages::asked_inside(&param.ident, &types::show(&param.ty)));
    }
}

/// Whether an `Asked<_>` stands inside of another type: in a list, behind a reference, in itself.
pub(super) fn is_inside(param: &Param) -> bool {
    contains_ident(&param.ty.to_token_stream(), "Asked")
}

/// ST07, ST18: what is asked for can be shown in a form. Types by other names are looked at when the server is built.
pub(super) fn in_a_form(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.asked && !is_inside(param)) {
        let settings = &param.settings;
        if holds_several(&param.ty) {
            sink.refuse(&param.ty, messages::asked_in_no_form(&param.ident, &types::show(&param.ty)));
        }
        if let Some(nested) = settings.nested.given() {
            sink.refuse(nested, messages::arg_without_effect("nested", &param.ident));
        }
        // A form has defaults and no examples.
        if let Some(example) = settings.example.given() {
            sink.refuse(example, messages::arg_without_effect("example", &param.ident));
        }
    }
}

fn holds_several(ty: &Type) -> bool {
    let ty = types::without_option(ty);
    let is_several = matches!(Shape::of(ty), Shape::List(_)) || SEVERAL.iter().any(|name| types::is_named(ty, name));
    is_several || matches!(types::peel(ty), Type::Tuple(_) | Type::Array(_) | Type::Slice(_))
}

/// ST07: nobody is asked for a secret.
pub(super) fn no_secrets(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.asked) {
        if let Some(secret) = param.settings.secret.given() {
            sink.refuse(secret, messages::asked_for_secret(&param.ident));
        } else if param.is_secret_type() {
            sink.refuse(&param.ty, messages::asked_for_secret(&param.ident));
        } else if is_called(param, &is_credential_name)
            && is_credential(param)
            && param.settings.not_credential.is_absent()
        {
            let (tokens, _) = found(param, &is_credential_name);
            sink.refuse(tokens, messages::asked_for_secret(&param.ident));
        } else if is_credential(param) && param.settings.not_credential.is_absent() {
            // Under a harmless name.
            let question = param.settings.ask.given().map(|question| &question.text);
            if let Some(question) = question.filter(|question| speaks_of_credential(&question.value())) {
                sink.refuse(question, messages::asked_about_secret(&param.ident));
            } else {
                sink.refuse(&param.ident, messages::described_as_secret(&param.ident));
            }
        }
    }
}

/// Whether a person would be asked for what is named like a credential, or for what the question or the description calls one: as a number, too.
pub(super) fn is_credential(param: &Param) -> bool {
    could_be_credential(param) && (is_called(param, &is_credential_name) || speaks_of_one(param))
}

fn could_be_credential(param: &Param) -> bool {
    param.asked
        && matches!(param.source, Source::Plain | Source::Key)
        && !matches!(Shape::of(&param.ty), Shape::Bool)
        && !param.is_secret_type()
}

/// What the person reads.
fn speaks_of_one(param: &Param) -> bool {
    let question = param.settings.ask.given().map(|question| question.text.value());
    question.is_some_and(|question| speaks_of_credential(&question)) || speaks_of_credential(&param.docs.text())
}

/// ST24: an answer is a caller's, and a public tool has none.
pub(super) fn public(tool: &Tool, sink: &Sink) {
    if !matches!(tool.attribute.scope.given(), Some(Scope::Public { .. })) {
        return;
    }
    for question in tool.params.iter().filter_map(|param| param.settings.ask.given()) {
        sink.refuse(&question.text, messages::public_yet("ask"));
    }
}

/// ST16: the question shows what the model gives, as nothing else is known yet.
pub(super) fn placeholders(tool: &Tool, sink: &Sink) {
    for template in tool.params.iter().filter_map(|param| param.settings.ask.given()) {
        confirm::of_arguments(tool, "ask", template, |param| !param.is_asked(), sink);
    }
}

/// ST07: resources and prompts ask nobody.
pub(super) fn only_tools(item: &Tool, sink: &Sink) {
    for param in item.params.iter().filter(|param| param.asked || is_inside(param)) {
        sink.refuse(&param.ident, messages::asked_of_no_tool(&param.ident, item.kind.grammar().noun));
    }
}

/// ST07: fields come from the model.
pub(super) fn in_struct(fields: &Tool, sink: &Sink) {
    for param in fields.params.iter().filter(|param| param.is_asked() || is_inside(param)) {
        sink.refuse(&param.ident, messages::asked_in_struct(&param.ident));
    }
}

#[cfg(test)]
mod tests {
    use super::{in_a_form, no_secrets, outermost, paired, placeholders, public};
    use crate::check::testing::cases;

    #[test]
    fn questions_and_answers_belong_together() {
        cases! { paired in #[secure_tool(owner = caller)] fn f(&self, caller: &Caller, _) {};
            accepts: #[arg(ask = "Which?")] a: Asked<u32>;
            accepts: a: u32;
            refuses ST07 "`#[arg(ask = ": a: Asked<u32>;
            refuses ST07 "`a: Asked<u32>`": #[arg(ask = "Which?")] a: u32;
            refuses ST07 "`ask` takes a question": #[arg(ask)] a: Asked<u32>;
            refuses ST07 "`ask` takes a question": #[arg(ask = 5)] a: Asked<u32>;
            refuses ST16 "`ask` has no text": #[arg(ask = " ")] a: Asked<u32>;
        }
    }

    #[test]
    fn asked_is_the_whole_type() {
        cases! { outermost in #[secure_tool(owner = caller)] fn f(&self, caller: &Caller, _) {};
            accepts: a: Asked<Option<u32>>;
            accepts: a: Asked<Owned<Account>>;
            refuses ST07 "`a: Asked<Option<_>>`": a: Option<Asked<u32>>;
            refuses ST07 "for all of `a`": a: Vec<Asked<u32>>;
            refuses ST07 "for all of `a`": a: &Asked<u32>;
            refuses ST07 "for all of `a`": a: Asked<Asked<u32>>;
        }
    }

    #[test]
    fn only_values_that_a_form_shows_can_be_asked_for() {
        cases! { in_a_form in #[secure_tool(owner = caller)] fn f(&self, caller: &Caller, _) {};
            accepts: a: Asked<Option<Owned<Account>>>;
            accepts: a: Asked<Colour>;
            refuses ST07 "a form cannot show `Vec<u32>`": a: Asked<Vec<u32>>;
            refuses ST07 "a form cannot": a: Asked<Vec<Owned<Account>>>;
            refuses ST07 "a form cannot": a: Asked<Option<HashMap<String, u32>>>;
            refuses ST07 "a form cannot": a: Asked<(u8, u8)>;
            refuses ST18 "`example`": #[arg(ask = "Which?", example = 5)] a: Asked<u32>;
        }
    }

    #[test]
    fn nobody_is_asked_for_secrets() {
        cases! { no_secrets in #[secure_tool(owner = caller)] fn f(&self, caller: &Caller, _) {};
            accepts: account: Asked<String>;
            accepts: has_password: Asked<bool>;
            accepts: password: Secret<String>;
            accepts: #[arg(not_credential("a parking token"))] token: Asked<String>;
            refuses ST07 "`password` is a secret": password: Asked<String>;
            refuses ST07 "`a` is a secret": a: Asked<Secret<String>>;
            refuses ST07 "`a` is a secret": #[arg(secret)] a: Asked<String>;
            refuses ST07 "`pin` is a secret": #[arg(name = "api_key")] pin: Asked<u32>;
            accepts: #[arg(ask = "Which account shall pay?")] a: Asked<String>;
            accepts: #[arg(ask = "Do you know the password?")] a: Asked<bool>;
            accepts: #[arg(ask = "Which token shall be parked?", not_credential("a parking token"))] a: Asked<String>;
            refuses ST07 "the question for `word` asks for a secret": #[arg(ask = "What is your password?")] word: Asked<String>;
            refuses ST07 "the question for `a` asks for a secret": #[arg(ask = "Your PIN for {b}?")] a: Asked<u32>;
            refuses ST07 "the description of `word` says that it is a secret":
                #[doc = "Your password."] #[arg(ask = "What opens it?")] word: Asked<String>;
        }
    }

    #[test]
    fn an_answer_is_a_callers() {
        cases! { public in #[secure_tool(scope = _)] fn f(&self, #[arg(ask = "Which?")] a: Asked<u32>) {};
            accepts: "a";
            refuses ST24 "`ask` requires a caller": public("anybody may");
        }
    }

    #[test]
    fn questions_show_what_the_model_gives() {
        cases! { placeholders in #[secure_tool(owner = caller)]
            fn f(&self, months: u8, #[arg(secret)] note: String, #[arg(ask = "Which?")] b: Asked<u32>, _) {};
            accepts: #[arg(ask = "Who pays {months}?")] a: Asked<u32>;
            refuses ST16 "did you mean `{months}`?": #[arg(ask = "Who pays {month}?")] a: Asked<u32>;
            refuses ST16 "can name `months`": #[arg(ask = "Who pays {b}?")] a: Asked<u32>;
            refuses ST16 "can name `months`": #[arg(ask = "Who is {a}?")] a: Asked<u32>;
            refuses ST16 "show a secret": #[arg(ask = "Who pays {note}?")] a: Asked<u32>;
        }
    }
}
