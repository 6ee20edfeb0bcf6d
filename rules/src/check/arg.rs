//! ST18: keys of `#[arg]` that cannot hold, or hold nothing.

use secure_tool_vocabulary::{FORMATS, is_credential};

use super::{asked, objects, trust};
use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Source, Tool};
use crate::syntax::Stated;
use crate::syntax::arg::{Audit, OptOut, Value};
use crate::syntax::types::Shape;

/// ST18: what the guard provides is no argument.
pub(super) fn only_on_arguments(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| !param.is_argument() && !matches!(param.source, Source::Flattened)) {
        // ST07 says what is wrong with it.
        if asked::is_inside(param) {
            continue;
        }
        if let Some(attribute) = &param.settings.attribute {
            sink.refuse(attribute, messages::arg_on_provided(&param.ident));
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
            if !trust::is_free_text(tool, param) && !has_inside(param) {
                sink.refuse(&raw.keyword, messages::arg_without_effect("raw", &param.ident));
            } else if trust::is_narrowed(param) {
                sink.refuse(&raw.keyword, messages::raw_yet_narrowed(&param.ident, narrowing));
            }
        }
        // While `owner` is broken, nobody knows which parameters it names.
        let settled = !matches!(tool.attribute.owner, Stated::Broken);
        let needed = |key: &str, opt_out: &Stated<OptOut>, concerns: &dyn Fn() -> bool| {
            if let Some(opt_out) = opt_out.given().filter(|_| !concerns()) {
                sink.refuse(&opt_out.keyword, messages::arg_without_effect(key, &param.ident));
            }
        };
        needed("not_identity", &settings.not_identity, &|| {
            !settled || trust::is_identity(tool, param) || has_inside(param)
        });
        needed("not_credential", &settings.not_credential, &|| {
            trust::is_credential(param)
                || asked::is_credential(param)
                || has_inside(param) && trust::is_called(param, &is_credential)
        });
        needed("not_object", &settings.not_object, &|| objects::could_be_left_out(tool, param) || has_inside(param));
        if let Some(unbounded) = settings.unbounded.given()
            && !can_be_unbounded(param)
        {
            sink.refuse(&unbounded.keyword, messages::arg_without_effect("unbounded", &param.ident));
        }
    }
}

/// Whether there may be properties in it, or an alias stands for something else: what the opt-out is about is known when the server is built,
/// which refuses one that has no effect.
fn has_inside(param: &Param) -> bool {
    *Shape::of(&param.ty).element() == Shape::Unknown && !param.is_secret_type() && param.owned().is_none()
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

#[cfg(test)]
mod tests {
    use super::{force, format, only_on_arguments, secret};
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
    fn formats() {
        cases! { format in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(format = "date-time")] a: String;
            refuses ST18 "did you mean `date-time`?": #[arg(format = "datetime")] a: String;
            refuses ST18 "help: the known formats are `": #[arg(format = "telephone-number")] a: String;
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
            refuses ST18 "`raw` has no effect on `text`": #[arg(raw("a good reason"))] text: String;
            accepts: #[arg(raw("a good reason"))] path: PathBuf, #[arg(raw("a good reason"))] home: url::Url;
            accepts: #[arg(raw("a good reason"), pattern = ".*")] path: String;
            accepts: #[arg(not_credential("a good reason"))] token: String;
            accepts: #[arg(not_object("a good reason"))] folder_id: u32;
            accepts: #[arg(raw("a good reason"))] path: Vec<Segment>;
            accepts: #[arg(raw("a good reason"), not_identity("a good reason"))] request: Request;
            accepts: #[arg(raw("a good reason"))] requests: Vec<Request>;
            refuses ST18 "`raw`": #[arg(raw("a good reason"))] request: Secret<String>;
            refuses ST18 "remove `pattern`": #[arg(raw("a good reason"), pattern = "a")] path: String;
            refuses ST18 "remove `one_of`": #[arg(raw("a good reason"), one_of = ["a"])] path: String;
            refuses ST18 "`not_identity`": #[arg(not_identity("a good reason"))] text: String;
            refuses ST18 "`not_identity`": #[arg(not_identity("a good reason"))] owner: bool;
            refuses ST18 "`not_credential`": #[arg(not_credential("a good reason"))] token: Secret<String>;
            refuses ST18 "`not_credential`": #[arg(not_credential("a good reason"))] page_token: String;
            refuses ST18 "`not_object`": #[arg(not_object("a good reason"))] request_id: String;
            refuses ST18 "`not_object`": #[arg(not_object("a good reason"))] folder: Owned<Folder>;
            refuses ST18 "`unbounded`": #[arg(unbounded("a good reason"))] a: u32;
            refuses ST18 "`unbounded`": #[arg(unbounded("a good reason"), max_len = 5)] a: String;
        }
    }

    #[test]
    fn opt_outs_of_unowned_tools() {
        cases! { force in #[secure_tool(owner = _)] fn f(&self, #[arg(not_object("a good reason"))] folder_id: u32) {};
            accepts: caller;
            refuses ST21 "bare name": ();
            refuses ST18 "`not_object`": unowned("a good reason");
            refuses ST18 "`not_object`": folder_id;
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
