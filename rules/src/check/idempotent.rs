//! ST50 to ST52: how a call is recognized that was made before.

use secure_tool_vocabulary::{LONGEST_REPEAT, SHORTEST_REPEAT};
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Source, Tool};
use crate::suggest;
use crate::syntax::Spanned;
use crate::syntax::idempotent::{Idempotent, RepeatedBy};
use crate::syntax::scope::Scope;
use crate::syntax::types;

/// Types whose values are one text of a bounded length.
const TEXTS: [&str; 3] = ["String", "Bounded", "Uuid"];

/// ST50: the time for which an operation is known means something.
pub(super) fn times(tool: &Tool, sink: &Sink) {
    let Some(idempotent) = tool.attribute.idempotent.given() else { return };
    let (option, span) = match &idempotent.by {
        RepeatedBy::Key { keep: Some(keep), .. } => ("keep", keep),
        RepeatedBy::Arguments(within) => ("within", within),
        RepeatedBy::Key { keep: None, .. } => return,
    };
    let Spanned { value, tokens } = span;
    if !(SHORTEST_REPEAT.as_millis()..=LONGEST_REPEAT.as_millis()).contains(&u128::from(*value)) {
        sink.refuse(tokens, messages::span_range(option));
    }
}

/// ST51: the key is a text that the model always sends.
pub(super) fn key(tool: &Tool, sink: &Sink) {
    let Some(name) = tool.attribute.idempotent.given().and_then(Idempotent::parameter) else { return };
    let Some(param) = tool.param(name) else {
        let texts = tool.params.iter().filter(|param| is_text(param)).map(|param| param.ident.unraw().to_string());
        let texts: Vec<String> = texts.collect();
        let known: Vec<&str> = texts.iter().map(String::as_str).collect();
        sink.refuse(
            name,
            match suggest::nearest(&name.unraw().to_string(), &known) {
                Some(nearest) => messages::no_such_key_near(name, nearest),
                None => messages::no_such_key(name),
            },
        );
        return;
    };
    let settings = &param.settings;
    if param.is_asked() {
        sink.refuse(name, messages::key_of_person(name));
    } else if !is_text(param) {
        sink.refuse(name, messages::key_of_another_type(name, &types::show(&param.ty)));
    } else if !settings.secret.is_absent() {
        sink.refuse(name, messages::key_is_secret(name));
    } else if !settings.default.is_absent() {
        sink.refuse(name, messages::key_with_default(name, "default"));
    } else if !settings.one_of.is_absent() {
        sink.refuse(name, messages::key_with_default(name, "one_of"));
    } else if !settings.unbounded.is_absent() {
        sink.refuse(name, messages::key_unbounded(name));
    }
}

/// Whether the model sends it as one text.
fn is_text(param: &Param) -> bool {
    matches!(param.source, Source::Plain) && TEXTS.iter().any(|text| types::is_named(&param.ty, text))
}

/// ST52: a repeated call has a caller, an effect and nothing more to be looked at.
pub(super) fn fits(tool: &Tool, sink: &Sink) {
    let Some(Idempotent { keyword, .. }) = tool.attribute.idempotent.given() else { return };
    let attribute = &tool.attribute;
    if attribute.read_only.is_given() {
        sink.refuse(keyword, messages::idempotent_yet_reads(tool.ident()));
    } else if let Some(hint) = attribute.hints.given().and_then(|hints| hints.idempotent.as_ref()) {
        sink.refuse(hint, messages::hinted_and_enforced());
    }
    if matches!(attribute.scope.given(), Some(Scope::Public { .. })) {
        sink.refuse(keyword, messages::idempotent_public_tool(tool.ident()));
    }
    // Nobody is asked again, so that nobody says whose object it would be.
    let owned_by_answer = |param: &&Param| param.is_asked() && !matches!(param.source, Source::Plain);
    if let Some(param) = tool.params.iter().find(owned_by_answer) {
        sink.refuse(keyword, messages::idempotent_with_asked_owner(&param.ident));
    }
}

#[cfg(test)]
mod tests {
    use super::{fits, key, times};
    use crate::check::testing::cases;

    #[test]
    fn what_is_written() {
        cases! { times in #[secure_tool(_)] fn f() {};
            accepts: idempotent(key = request_id);
            accepts: idempotent(key = request_id, keep = 1h,);
            accepts: idempotent(keep = 168h, key = request_id);
            accepts: idempotent(within = 10m);
            refuses ST50 "`idempotent` ": idempotent;
            refuses ST50 "`idempotent` ": idempotent();
            refuses ST50 "`idempotent` ": idempotent = request_id;
            refuses ST50 "`idempotent` ": idempotent(5);
            refuses ST50 "either": idempotent(key = request_id, within = 10m);
            refuses ST50 "`keep` requires": idempotent(keep = 10m);
            refuses ST50 "`keep` requires": idempotent(within = 10m, keep = 10m);
            refuses ST50 "is not the name of a parameter": idempotent(key = "request_id");
            refuses ST50 "is not the name of a parameter": idempotent(key);
            refuses ST50 "`within = 10m`": idempotent(within = 10 min);
            refuses ST50 "`keep = 1h`": idempotent(key = request_id, keep = "1 hour");
            refuses ST50 "is not a valid duration": idempotent(within = WINDOW);
            refuses ST50 "1 second": idempotent(within = 0s);
            refuses ST50 "1 second": idempotent(within = 999ms);
            refuses ST50 "7 days": idempotent(within = 169h);
            refuses ST50 "7 days": idempotent(key = request_id, keep = 169h);
            refuses ST10 "in `idempotent`": idempotent(whithin = 10m);
            refuses ST11 "twice": idempotent(within = 10m, within = 10m);
            refuses ST11 "twice": idempotent(key = a, key = b);
        }
    }

    #[test]
    fn keys() {
        cases! { key in #[secure_tool(idempotent(key = request_id))] fn f(_) {};
            accepts: request_id: String;
            accepts: request_id: std::string::String;
            accepts: #[arg(max_len = 64)] request_id: String;
            accepts: request_id: Bounded<8, 64>;
            accepts: request_id: uuid::Uuid;
            refuses ST51 "`request_id` is not a parameter": other: u32;
            refuses ST51 "did you mean `request_ids`?": request_ids: String;
            refuses ST51 "`request_id: u32`": request_id: u32;
            refuses ST51 "`request_id: Option<String>`": request_id: Option<String>;
            refuses ST51 "`request_id: Vec<String>`": request_id: Vec<String>;
            refuses ST51 "`request_id: &str`": request_id: &str;
            refuses ST51 "`request_id: Owned<Invoice>`": request_id: Owned<Invoice>;
            refuses ST51 "`request_id: Secret<String>`": request_id: Secret<String>;
            refuses ST51 "secret": #[arg(secret)] request_id: String;
            refuses ST51 "`default`": #[arg(default = "a")] request_id: String;
            refuses ST51 "`one_of`": #[arg(one_of = ["a"])] request_id: String;
            refuses ST51 "any length": #[arg(unbounded("it is hashed in any case"))] request_id: String;
            refuses ST51 "person": #[arg(ask = "Which?")] request_id: Asked<String>;
        }
        cases! { key;
            accepts: #[secure_tool(idempotent(within = 1m))] fn f() {};
            refuses ST51 "`request_id: InvoiceKey`": #[secure_tool(owner = request_id, idempotent(key = request_id))] fn f(request_id: InvoiceKey) {};
            refuses ST51 "`caller: &Caller`": #[secure_tool(idempotent(key = caller))] fn f(caller: &Caller) {};
        }
    }

    #[test]
    fn tools() {
        cases! { fits in #[secure_tool(_)] fn f() {};
            accepts: idempotent(within = 1m);
            accepts: idempotent(within = 1m), destructive, hints(closed_world);
            refuses ST52 "`f` is `read_only`": idempotent(within = 1m), read_only;
            refuses ST52 "already": idempotent(within = 1m), hints(idempotent);
            refuses ST52 "public": idempotent(within = 1m), scope = public("it is a test");
        }
        cases! { fits;
            accepts: #[secure_tool(owner = a, idempotent(within = 1m))] fn f(a: Owned<A>, #[arg(ask = "What?")] b: Asked<String>) {};
            refuses ST52 "`b`": #[secure_tool(owner = b, idempotent(within = 1m))] fn f(#[arg(ask = "Which?")] b: Asked<Owned<B>>) {};
            refuses ST52 "`b`": #[secure_tool(owner = b, idempotent(within = 1m))] fn f(#[arg(ask = "Which?")] b: Asked<BKey>) {};
            refuses ST10 "a key of tools": #[secure_prompt(idempotent(within = 1m))] fn f() {};
            refuses ST10 "a key of tools": #[secure_resource(idempotent(within = 1m))] fn f() {};
        }
    }
}
