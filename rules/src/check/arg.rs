//! ST18: keys of `#[arg]` that cannot hold, or hold nothing.

use regex_syntax::Parser;
use secure_tool_vocabulary::FORMATS;

use super::trust;
use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Source, Tool};
use crate::syntax::arg::{Audit, Value};
use crate::syntax::types::Shape;

/// ST18: what the guard provides is no argument.
pub(super) fn only_on_arguments(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| !param.is_argument() && !matches!(param.source, Source::Flattened)) {
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
            sink.refuse(pattern, messages::bad_pattern(&why(&error)));
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
            if !trust::is_free_text(tool, param) {
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
    use super::{force, format, only_on_arguments, pattern, secret};
    use crate::check::testing::cases;

    #[test]
    fn arguments_only() {
        cases! { only_on_arguments in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(min = 1)] a: u32;
            refuses ST18 "`caller` comes from the guard": #[arg(min = 1)] caller: &Caller;
        }
        cases! { only_on_arguments;
            refuses ST18 "`self`": #[secure_tool] fn f(#[arg(min = 1)] &self) {};
        }
    }

    #[test]
    fn patterns() {
        cases! { pattern in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(pattern = r"^\p{L}+$")] a: String;
            refuses ST18 "unclosed group": #[arg(pattern = "(")] a: String;
            refuses ST18 "look-around": #[arg(pattern = "(?=a)")] a: String;
            refuses ST18 "takes a string": #[arg(pattern = 5)] a: String;
        }
    }

    #[test]
    fn formats() {
        cases! { format in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(format = "date-time")] a: String;
            refuses ST18 "did you mean `date-time`?": #[arg(format = "datetime")] a: String;
            refuses ST18 "help: the formats are `": #[arg(format = "telephone-number")] a: String;
        }
    }

    #[test]
    fn secrets() {
        cases! { secret in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(secret, audit = none)] a: String, #[arg(audit = full)] b: String;
            refuses ST18 "audit log": #[arg(secret, audit = full)] a: String;
            refuses ST18 "`example`": #[arg(secret, example = "a")] a: String;
            refuses ST18 "`default`": #[arg(default)] a: Secret<String>;
            refuses ST18 "`some`": #[arg(audit = some)] a: String;
        }
    }

    #[test]
    fn opt_outs_have_force() {
        cases! { force in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(raw("a good reason"))] path: String;
            accepts: #[arg(not_identity("a good reason"))] user: String;
            accepts: #[arg(unbounded("a good reason"))] text: String;
            refuses ST18 "`raw` has no force on `text`": #[arg(raw("a good reason"))] text: String;
            refuses ST18 "`raw`": #[arg(raw("a good reason"))] path: PathBuf;
            refuses ST18 "remove `pattern`": #[arg(raw("a good reason"), pattern = "a")] path: String;
            refuses ST18 "remove `one_of`": #[arg(raw("a good reason"), one_of = ["a"])] path: String;
            refuses ST18 "`not_identity`": #[arg(not_identity("a good reason"))] text: String;
            refuses ST18 "`unbounded`": #[arg(unbounded("a good reason"))] a: u32;
            refuses ST18 "`unbounded`": #[arg(unbounded("a good reason"), max_len = 5)] a: String;
        }
    }

    #[test]
    fn keys() {
        cases! { force in #[secure_tool(owner = caller)] fn f(&self, _) {};
            refuses ST10 "did you mean `min`?": #[arg(mni = 1)] a: u32;
            refuses ST11 "`min` is given twice": #[arg(min = 1)] #[arg(min = 2)] a: u32;
            refuses ST18 "`#[arg]`": #[arg] a: u32;
            refuses ST18 "`min` takes a number": #[arg(min = least)] a: u32;
            refuses ST18 "`min_len`": #[arg(min_len = -1)] a: String;
            refuses ST18 "`one_of`": #[arg(one_of = "a")] a: String;
            refuses ST18 "`one_of`": #[arg(one_of = [true])] a: String;
            refuses ST18 "`example`": #[arg(example)] a: String;
        }
    }
}
