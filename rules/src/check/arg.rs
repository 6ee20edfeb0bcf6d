//! ST18: keys of `#[arg]` that cannot hold, or hold nothing.

use regex_syntax::Parser;
use secure_tool_vocabulary::FORMATS;

use super::trust;
use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Tool};
use crate::syntax::arg::{Audit, Value};
use crate::syntax::types::Shape;

/// ST18: what the guard provides is no argument.
pub(super) fn only_on_arguments(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| !param.is_argument()) {
        if let Some(attribute) = &param.settings.attribute {
            sink.refuse(attribute, messages::arg_on_provided(&param.ident));
        }
    }
}

/// ST18: a pattern is a regular expression.
pub(super) fn pattern(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(pattern) = param.settings.pattern.given() else { continue };
        if let Err(error) = Parser::new().parse(&pattern.value()) {
            sink.refuse(pattern, messages::bad_pattern(why(&error)));
        }
    }
}

/// ST18: a format is one that is checked.
pub(super) fn format(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(format) = param.settings.format.given() else { continue };
        if !FORMATS.contains(&format.value().as_str()) {
            sink.refuse(format, messages::unknown_format(&format.value(), FORMATS));
        }
    }
}

/// ST18: a secret is shown nowhere.
pub(super) fn secret(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let settings = &param.settings;
        if !settings.secret.is_given() && !param.is_secret_type() {
            continue;
        }
        if let Some(audit) = settings.audit.given().filter(|audit| audit.value == Audit::Full) {
            sink.refuse(&audit.tokens, messages::secret_in_full());
        }
        for (key, value) in [("default", &settings.default), ("example", &settings.example)] {
            if let Some(value) = value.given() {
                let value: &Value = value;
                sink.refuse(value, messages::secret_shown(key));
            }
        }
    }
}

/// ST18: an opt-out switches something off.
pub(super) fn force(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.is_argument()) {
        let settings = &param.settings;
        if let Some(raw) = settings.raw.given() {
            let narrowing = if settings.pattern.is_absent() { "one_of" } else { "pattern" };
            if !trust::is_free_text(param) {
                sink.refuse(&raw.keyword, messages::without_force("raw", &param.ident));
            } else if trust::is_narrowed(param) {
                sink.refuse(&raw.keyword, messages::raw_yet_narrowed(&param.ident, narrowing));
            }
        }
        if let Some(not_identity) = settings.not_identity.given() {
            if !tool.attribute.owner.is_absent() && !tool.attribute.owner.is_given() {
                continue;
            }
            if !trust::is_identity(tool, param) {
                sink.refuse(&not_identity.keyword, messages::without_force("not_identity", &param.ident));
            }
        }
        if let Some(unbounded) = settings.unbounded.given()
            && !can_be_unbounded(param)
        {
            sink.refuse(&unbounded.keyword, messages::without_force("unbounded", &param.ident));
        }
    }
}

fn can_be_unbounded(param: &Param) -> bool {
    let settings = &param.settings;
    match Shape::of(&param.ty) {
        Shape::Bool | Shape::Integer { .. } | Shape::Float => false,
        Shape::Text => !settings.max_len.is_given() && !settings.one_of.is_given(),
        Shape::List(_) => !(settings.max_items.is_given() && settings.max_len.is_given()),
        Shape::Unknown => true,
    }
}

fn why(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it is no regular expression".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::{force, format, only_on_arguments, pattern, secret};
    use crate::check::Rule;
    use crate::check::testing;

    fn accepts(rule: Rule, parameter: TokenStream) {
        testing::accepts(rule, quote!(owner = caller), quote!(fn f(&self, #parameter) {}));
    }

    fn refuses(rule: Rule, parameter: TokenStream, code: &str, names: &str) {
        testing::refuses(rule, quote!(owner = caller), quote!(fn f(&self, #parameter) {}), code, names);
    }

    #[test]
    fn arguments_only() {
        accepts(only_on_arguments, quote!(#[arg(min = 1)] a: u32));
        refuses(only_on_arguments, quote!(#[arg(min = 1)] caller: &Caller), "ST18", "`caller` comes from the guard");
        testing::refuses(
            only_on_arguments,
            quote!(),
            quote!(
                fn f(#[arg(min = 1)] &self) {}
            ),
            "ST18",
            "`self`",
        );
    }

    #[test]
    fn patterns() {
        accepts(pattern, quote!(#[arg(pattern = r"^\p{L}+$")] a: String));
        refuses(pattern, quote!(#[arg(pattern = "(")] a: String), "ST18", "unclosed group");
        refuses(pattern, quote!(#[arg(pattern = "(?=a)")] a: String), "ST18", "look-around");
        refuses(pattern, quote!(#[arg(pattern = 5)] a: String), "ST18", "takes a string");
    }

    #[test]
    fn formats() {
        accepts(format, quote!(#[arg(format = "date-time")] a: String));
        refuses(format, quote!(#[arg(format = "datetime")] a: String), "ST18", "did you mean `date-time`?");
    }

    #[test]
    fn secrets() {
        accepts(secret, quote!(#[arg(secret, audit = none)] a: String, #[arg(audit = full)] b: String));
        refuses(secret, quote!(#[arg(secret, audit = full)] a: String), "ST18", "audit log");
        refuses(secret, quote!(#[arg(secret, example = "a")] a: String), "ST18", "`example`");
        refuses(secret, quote!(#[arg(default)] a: Secret<String>), "ST18", "`default`");
        refuses(secret, quote!(#[arg(audit = some)] a: String), "ST18", "`some`");
    }

    #[test]
    fn opt_outs_have_force() {
        accepts(force, quote!(#[arg(raw("a good reason"))] path: String));
        accepts(force, quote!(#[arg(not_identity("a good reason"))] user: String));
        accepts(force, quote!(#[arg(unbounded("a good reason"))] text: String));
        refuses(force, quote!(#[arg(raw("a good reason"))] text: String), "ST18", "`raw` has no force on `text`");
        refuses(force, quote!(#[arg(raw("a good reason"))] path: PathBuf), "ST18", "`raw`");
        refuses(force, quote!(#[arg(raw("a good reason"), pattern = "a")] path: String), "ST18", "remove `pattern`");
        refuses(force, quote!(#[arg(raw("a good reason"), one_of = ["a"])] path: String), "ST18", "remove `one_of`");
        refuses(force, quote!(#[arg(not_identity("a good reason"))] text: String), "ST18", "`not_identity`");
        refuses(force, quote!(#[arg(unbounded("a good reason"))] a: u32), "ST18", "`unbounded`");
        refuses(force, quote!(#[arg(unbounded("a good reason"), max_len = 5)] a: String), "ST18", "`unbounded`");
    }

    #[test]
    fn keys() {
        refuses(force, quote!(#[arg(mni = 1)] a: u32), "ST10", "did you mean `min`?");
        refuses(force, quote!(#[arg(min = 1)] #[arg(min = 2)] a: u32), "ST11", "`min` is given twice");
        refuses(force, quote!(#[arg] a: u32), "ST18", "`#[arg]`");
        refuses(force, quote!(#[arg(min = LEAST)] a: u32), "ST18", "`min` takes a number");
        refuses(force, quote!(#[arg(min_len = -1)] a: String), "ST18", "`min_len`");
        refuses(force, quote!(#[arg(one_of = "a")] a: String), "ST18", "`one_of`");
        refuses(force, quote!(#[arg(one_of = [true])] a: String), "ST18", "`one_of`");
        refuses(force, quote!(#[arg(example)] a: String), "ST18", "`example`");
    }
}
