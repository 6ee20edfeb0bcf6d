//! ST06, ST40, ST41, ST45: where a resource is read, and what it is read as.

use proc_macro2::Ident;
use secure_tool_vocabulary::{UriTemplate, is_media_type};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Tool};
use crate::suggest;

/// ST06
pub(super) fn stated(tool: &Tool, sink: &Sink) {
    if tool.attribute.uri.is_absent() {
        sink.refuse(tool.ident(), messages::no_uri_at_all(tool.ident(), &sample(tool)));
    }
}

/// ST40
pub(super) fn template(tool: &Tool, sink: &Sink) {
    let Some(uri) = tool.attribute.uri.given() else { return };
    if let Err(why) = UriTemplate::parse(&uri.value()) {
        sink.refuse(uri, messages::no_template(&why));
    }
}

/// ST41: the variables are the arguments. A variable and a parameter that have no partner are probably each other's, and one mistake.
pub(super) fn variables(tool: &Tool, sink: &Sink) {
    let Some((uri, template)) = read(tool) else { return };
    // The fields of a struct that was to be flattened would be more of them.
    if tool.params.iter().any(|param| !param.settings.flatten.is_absent()) {
        return;
    }
    let names: Vec<&str> = template.variables().collect();
    let arguments = || tool.params.iter().filter(|param| param.is_argument());
    let mut alone: Vec<&Param> = arguments().filter(|param| !names.contains(&param.wire_name.as_str())).collect();
    for name in names.iter().filter(|name| !arguments().any(|param| param.wire_name == **name)) {
        let others: Vec<&str> = alone.iter().map(|param| param.wire_name.as_str()).collect();
        let partner = suggest::nearest(name, &others).or(others.first().copied());
        match partner.and_then(|partner| alone.iter().position(|param| param.wire_name == partner)) {
            Some(position) => {
                let param = alone.remove(position);
                sink.refuse(uri, messages::variable_of_other_name(name, &param.wire_name));
            }
            None => {
                sink.refuse(uri, messages::variable_of_no_parameter(name));
            }
        }
    }
    for param in alone {
        let with = [uri.value().trim_end_matches('/'), "/{", &param.wire_name, "}"].concat();
        sink.refuse(&param.ident, messages::parameter_of_no_variable(&param.wire_name, &with));
    }
}

/// ST45
pub(super) fn mime(tool: &Tool, sink: &Sink) {
    let Some(mime) = tool.attribute.mime.given() else { return };
    if !is_media_type(&mime.value()) {
        sink.refuse(mime, messages::no_media_type(&mime.value().escape_debug()));
    }
}

/// The template, if it is one.
pub(super) fn read(tool: &Tool) -> Option<(&LitStr, UriTemplate)> {
    let uri = tool.attribute.uri.given()?;
    Some((uri, UriTemplate::parse(&uri.value()).ok()?))
}

/// A template to paste: `get-invoice://{invoice}`.
fn sample(tool: &Tool) -> String {
    let scheme = |name: &Ident| {
        let name: String = name.unraw().to_string().to_lowercase().replace('_', "-");
        if name.starts_with(|first: char| first.is_ascii_lowercase()) { name } else { "invoices".to_owned() }
    };
    let variables: Vec<String> = tool
        .params
        .iter()
        .filter(|param| param.is_argument())
        .map(|param| ["{", &param.wire_name, "}"].concat())
        .collect();
    let path = if variables.is_empty() { "all".to_owned() } else { variables.join("/") };
    format!("{}://{path}", scheme(tool.ident()))
}

#[cfg(test)]
mod tests {
    use super::{mime, stated, template, variables};
    use crate::check::testing::cases;

    #[test]
    fn a_uri_is_stated() {
        cases! { stated;
            accepts: #[secure_resource(uri = "prices://list")] fn f() {};
            refuses ST06 "`uri = \"price-list://all\"`": #[secure_resource] fn price_list(caller: &Caller) {};
            refuses ST06 "`uri = \"invoice://{year}/{no}\"`":
                #[secure_resource] fn invoice(caller: &Caller, year: u16, #[arg(name = "no")] number: u32) {};
            refuses ST06 "`uri = \"invoices://all\"`": #[secure_resource] fn _all() {};
            refuses ST40 "`uri` takes a string": #[secure_resource(uri = URI)] fn f() {};
            refuses ST10 "did you mean `uri`?": #[secure_resource(url = "a://b")] fn f() {};
        }
    }

    #[test]
    fn templates_are_of_level_1() {
        let long = ["a://", &"x".repeat(600)].concat();
        cases! { template in #[secure_resource(uri = _)] fn f() {};
            accepts: "prices://list";
            accepts: "invoices://{year}/{number}";
            refuses ST40 "scheme": "";
            refuses ST40 "scheme": "invoices";
            refuses ST40 "scheme": "Invoices://a";
            refuses ST40 "level 1": "invoices://{+path}";
            refuses ST40 "level 1": "invoices://{?page}";
            refuses ST40 "level 1": "invoices://{list*}";
            refuses ST40 "`{` has no `}`": "invoices://{a{b}}";
            refuses ST40 "`{` has no `}`": "invoices://{a";
            refuses ST40 "`}` has no `{`": "invoices://a}";
            refuses ST40 "`{}` names no variable": "invoices://{}";
            refuses ST40 "contains `{a}` twice": "invoices://{a}/{a}";
            refuses ST40 "ambiguous where `{b}` begins": "invoices://{a}{b}";
            refuses ST40 "longer than 512 bytes": #long;
            refuses ST40 "is not allowed in the URI": "invoices://a b";
        }
    }

    #[test]
    fn variables_are_parameters() {
        cases! { variables in #[secure_resource(uri = "invoices://{year}/{number}")] fn f(&self, caller: &Caller, _) {};
            accepts: number: u32, year: u16;
            accepts: #[arg(name = "year")] of: u16, number: Owned<Invoice>;
            refuses ST41 "`{number}` in `uri` is not a parameter [": year: u16;
            refuses ST41 "`{number}` in `uri` is not a parameter, and `numbr` is not a variable": year: u16, numbr: u32;
            refuses ST41 "`{year}` in `uri` is not a parameter, and `of`", ST41 "`{number}` in `uri` is not a parameter [": of: u16;
            refuses ST41 "`uri = \"invoices://{year}/{number}/{page}\"`": year: u16, number: u32, page: u32;
        }
        cases! { variables;
            accepts: #[secure_resource(uri = "prices://list")] fn f(&self, caller: &Caller, call: &Call) {};
            refuses ST10 "make each variable a separate parameter":
                #[secure_resource(uri = "notes://{year}/{number}")] fn f(&self, #[arg(flatten)] note: NoteOfYear) {};
            accepts: #[secure_resource(uri = "prices://{")] fn f(&self, a: u32) {};
            refuses ST41 "`uri = \"prices://list/{a}\"`": #[secure_resource(uri = "prices://list")] fn f(&self, a: u32) {};
        }
    }

    #[test]
    fn media_types() {
        cases! { mime in #[secure_resource(mime = _)] fn f() {};
            accepts: "application/json";
            accepts: "text/csv; charset=utf-8";
            refuses ST45 "`json`": "json";
            refuses ST45 "is not a valid media type": "";
            refuses ST10 "`mime` takes a string": JSON;
        }
    }
}
