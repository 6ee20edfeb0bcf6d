//! Every sentence a user can read, with its code.
//!
//! A message is one lower-case sentence that names the user's own thing in backticks, and a `help:` line with code to paste.

use std::fmt::{self, Display};

mod arg;
mod effects;
mod only_in;
mod releases;
mod shape;

pub(crate) use arg::*;
pub(crate) use effects::*;
pub(crate) use only_in::*;
pub(crate) use releases::*;
pub(crate) use shape::*;

use crate::syntax::suggest;

/// A sentence, its code, and what to do about it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    code: &'static str,
    sentence: String,
    help: String,
}

impl Message {
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn sentence(&self) -> &str {
        &self.sentence
    }

    pub(crate) fn help(&self) -> &str {
        &self.help
    }
}

impl Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} [{}]\nhelp: {}", self.sentence, self.code, self.help)
    }
}

fn message(code: &'static str, sentence: impl Into<String>, help: impl Into<String>) -> Message {
    Message { code, sentence: sentence.into(), help: help.into() }
}

// ST01 to ST04: what is missing

pub(crate) fn no_scope(tool: impl Display) -> Message {
    message(
        "ST01",
        format!("`{tool}` states no `scope`"),
        "say which OAuth scope a caller needs: `scope = \"invoices:read\"`, or opt out with `scope = public(\"why anyone may call it\")`",
    )
}

pub(crate) fn no_owner(tool: impl Display, candidate: Option<impl Display>) -> Message {
    let named = match candidate {
        Some(candidate) => format!("`owner = {candidate}`"),
        None => "`caller: &Caller` and `owner = caller`".to_owned(),
    };
    message(
        "ST02",
        format!("`{tool}` states no `owner`"),
        format!(
            "name the parameter that says whose objects it touches: {named}; or opt out with `owner = unowned(\"why it is nobody's\")`"
        ),
    )
}

pub(crate) fn no_docs(tool: impl Display) -> Message {
    message(
        "ST03",
        format!("`{tool}` has no doc comment"),
        "tell the model what the tool does: `/// Fetch one invoice of the caller.`",
    )
}

pub(crate) fn no_parameter_docs(parameter: impl Display, ty: &str) -> Message {
    message(
        "ST04",
        format!("`{parameter}` has no doc comment"),
        format!(
            "tell the model what to put there: `/// The invoice's number, such as \"inv_0042\".` above `{parameter}: {ty}`"
        ),
    )
}

// ST10, ST11: keys

pub(crate) fn unknown_key(key: &str, place: &str, known: &[&str]) -> Message {
    let help = match suggest::nearest(key, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the keys are {}", list(known)),
    };
    message("ST10", format!("`{key}` is no key of `{place}`"), help)
}

pub(crate) fn later_key(key: &str, place: &str) -> Message {
    message("ST10", format!("`{key}` is not supported by this version of `{place}`"), format!("remove `{key}`"))
}

pub(crate) fn no_key(place: &str, sample: &str) -> Message {
    message("ST10", format!("`{place}` expects a key here"), format!("separate the keys with commas: `{sample}`"))
}

pub(crate) fn scope_without_key(text: impl Display) -> Message {
    message("ST10", format!("`{text}` is a value without a key"), format!("write `scope = {text}`"))
}

pub(crate) fn missing_comma(key: impl Display, next: impl Display) -> Message {
    message("ST10", format!("`{next}` needs a comma before it"), format!("put one after `{key}` and its value"))
}

pub(crate) fn not_part_of(key: impl Display) -> Message {
    message(
        "ST10",
        format!("`{key}` is followed by something that is not part of it"),
        format!("put a comma after `{key}` and its value"),
    )
}

pub(crate) fn flag_with_value(key: impl Display) -> Message {
    message("ST10", format!("`{key}` takes no value"), format!("write `{key}` alone, or leave it out"))
}

pub(crate) fn no_text(code: &'static str, key: impl Display) -> Message {
    message(code, format!("`{key}` takes a string"), format!("write `{key} = \"…\"`"))
}

pub(crate) fn empty_text(key: impl Display) -> Message {
    message("ST10", format!("`{key}` is empty"), format!("give it a text, or leave `{key}` out"))
}

pub(crate) fn no_root() -> Message {
    message("ST10", "`crate` takes the path of the crate `secure_tool`", "write `crate = ::path::to::secure_tool`")
}

pub(crate) fn duplicate_key(key: &str, place: &str) -> Message {
    message("ST11", format!("`{key}` is given twice in `{place}`"), format!("keep one `{key}`"))
}

pub(crate) fn attribute_twice(item: impl Display, attribute: &str) -> Message {
    message("ST11", format!("`{item}` has `{attribute}` twice"), format!("put all keys into one `#[{attribute}(…)]`"))
}

// ST12: scopes

pub(crate) fn scope_form() -> Message {
    message(
        "ST12",
        "`scope` takes a scope, a constant that holds one, or a list of them",
        "write `scope = \"invoices:read\"`, `scope = INVOICES_READ`, `scope = all(\"a\", \"b\")`, `scope = any(\"a\", \"b\")` or `scope = public(\"why anyone may call it\")`",
    )
}

pub(crate) fn scope_list_empty(form: impl Display) -> Message {
    message(
        "ST12",
        format!("`{form}()` names no scope"),
        format!("name at least one: `scope = {form}(\"invoices:read\")`"),
    )
}

pub(crate) fn scope_empty() -> Message {
    message(
        "ST12",
        "`\"\"` is no scope",
        "name one: `scope = \"invoices:read\"`, or opt out with `scope = public(\"why anyone may call it\")`",
    )
}

pub(crate) fn scope_constant(path: &str) -> Message {
    message(
        "ST12",
        format!("the value of `{path}` is no scope"),
        "a scope is one word of visible ASCII without quotes, backslashes and wildcards, such as `invoices:read`",
    )
}

pub(crate) fn scope_wildcard(scope: &str) -> Message {
    message(
        "ST12",
        format!("`{scope}` is a wildcard, which no scope can be"),
        "name the scope itself: `scope = \"invoices:read\"`",
    )
}

pub(crate) fn scope_malformed(scope: &str) -> Message {
    message(
        "ST12",
        format!("`{}` is no scope token of RFC 6749, section 3.3", scope.escape_debug()),
        "use printable ASCII without spaces, quotes and backslashes, one scope a string: `scope = all(\"invoices:read\", \"invoices:list\")`",
    )
}

pub(crate) fn scope_twice(scope: &str) -> Message {
    message("ST12", format!("`{scope}` is listed twice"), "name each scope once")
}

// ST13, ST14: limits

pub(crate) fn no_rate(given: &str) -> Message {
    message(
        "ST13",
        format!("`{given}` is no rate"),
        "write a count and one of second, minute, hour, day (s, min, h, d): `rate = 60/minute`, or `rate(60/minute, burst = 10, per = caller)`",
    )
}

pub(crate) fn no_per(given: &str) -> Message {
    message(
        "ST13",
        format!("`{given}` is nothing that a rate can count by"),
        "write `per = caller`, `per = tenant`, `per = client` or `per = tool`",
    )
}

pub(crate) fn no_burst(key: &dyn Display, given: &str) -> Message {
    message("ST13", format!("`{given}` is no `{key}`"), "write a whole number: `burst = 10`")
}

pub(crate) fn rate_range(count: u64, unit: &str) -> Message {
    message(
        "ST13",
        format!("`{count}/{unit}` is no limit that means anything"),
        "write at least 1 and at most 1000000 a second, and at most 4294967295 in all: `rate = 60/minute`",
    )
}

pub(crate) fn burst_range(burst: u64) -> Message {
    message(
        "ST13",
        format!("a `burst` of `{burst}` is no limit that means anything"),
        "write 1 to 1000000: `burst = 10`",
    )
}

pub(crate) fn no_duration(key: &dyn Display, given: &str) -> Message {
    message(
        "ST14",
        format!("`{given}` is no duration"),
        format!("write a whole number with one of ms, s, m, h: `{key} = 5s`"),
    )
}

pub(crate) fn no_size(key: &dyn Display, given: &str) -> Message {
    message("ST14", format!("`{given}` is no size"), format!("write a whole number with kb or mb: `{key} = 64kb`"))
}

pub(crate) fn no_concurrency(key: &dyn Display, given: &str) -> Message {
    message("ST14", format!("`{given}` is no number of calls"), format!("write a whole number: `{key} = 8`"))
}

pub(crate) fn timeout_range() -> Message {
    message("ST14", "`timeout` is zero or longer than an hour", "write 1ms to 1h: `timeout = 5s`")
}

pub(crate) fn output_range() -> Message {
    message("ST14", "`max_output` is zero or larger than 64 MiB", "write 1kb to 64mb: `max_output = 64kb`")
}

pub(crate) fn concurrency_range() -> Message {
    message("ST14", "`concurrency` is zero or larger than 65535", "write 1 to 65535: `concurrency = 8`")
}

// ST15: opt-outs

pub(crate) fn no_reason(opt_out: impl Display) -> Message {
    message(
        "ST15",
        format!("`{opt_out}` gives no reason"),
        format!("say why in the source: `{opt_out}(\"{}\")`", why(&opt_out.to_string())),
    )
}

pub(crate) fn weak_reason(opt_out: impl Display) -> Message {
    message(
        "ST15",
        format!("`{opt_out}` gives no real reason"),
        format!("say why, in 10 characters or more: `{opt_out}(\"{}\")`", why(&opt_out.to_string())),
    )
}

// ST17: names

pub(crate) fn wire_name(name: &str) -> Message {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let near: String = name.chars().take(64).map(|letter| if fits(letter) { letter } else { '_' }).collect();
    let near =
        if near.contains(|letter: char| letter.is_ascii_alphanumeric()) { near } else { "get_invoice".to_owned() };
    let shown = if name.is_empty() { "\"\"" } else { name };
    message(
        "ST17",
        format!("`{shown}` cannot be a name on the wire"),
        format!("use 1 to 64 of A-Z, a-z, 0-9, `_`, `-`, `.`: `name = \"{near}\"`"),
    )
}

// ST20 to ST24: policies that contradict themselves

pub(crate) fn reads_yet_deletes(tool: impl Display, prefix: &str) -> Message {
    message(
        "ST20",
        format!("`{tool}` is `read_only` yet named like a deletion (`{prefix}`)"),
        "remove `read_only`, or name the tool after what it reads",
    )
}

pub(crate) fn owner_form() -> Message {
    message(
        "ST21",
        "`owner` takes the bare name of a parameter",
        "write `owner = invoice`, `owner = (invoice, customer)` or `owner = unowned(\"why it is nobody's\")`",
    )
}

pub(crate) fn no_such_owner(name: impl Display, nearest: Option<String>, candidates: &[String]) -> Message {
    let help = match nearest {
        Some(nearest) => format!("did you mean `owner = {nearest}`? it can name {}", list(candidates)),
        None if candidates.is_empty() => "add a parameter that it can name: `caller: &Caller`".to_owned(),
        None => format!("`owner` can name {}", list(candidates)),
    };
    message("ST21", format!("`{name}` is no parameter that `owner` can name"), help)
}

pub(crate) fn owner_twice(name: impl Display) -> Message {
    message("ST21", format!("`owner` names `{name}` twice"), "name each parameter once")
}

pub(crate) fn owner_ignored(name: &str) -> Message {
    let used = name.trim_start_matches('_');
    let help = if used == name || used.is_empty() {
        format!("bind what the body reads and writes to `{name}`, or name the parameter that does")
    } else {
        format!("call it `{used}`, and bind what the body reads and writes to it")
    };
    message("ST22", format!("`{name}` is named by `owner`, but the body ignores it"), help)
}

pub(crate) fn unowned_yet_owned(name: impl Display) -> Message {
    message("ST23", format!("`{name}` is owned, yet the tool is `unowned`"), format!("write `owner = {name}`"))
}

pub(crate) fn owned_not_named(name: impl Display, named: &[String]) -> Message {
    let mut all: Vec<String> = named.to_vec();
    all.push(name.to_string());
    message(
        "ST23",
        format!("`{name}` is owned, but `owner` does not name it"),
        format!("write `owner = ({})`", all.join(", ")),
    )
}

pub(crate) fn public_with_caller(name: impl Display) -> Message {
    message(
        "ST24",
        format!("`{name}` is the caller, and a public tool has none"),
        format!("remove `{name}`, or ask for a scope: `scope = \"invoices:read\"`"),
    )
}

pub(crate) fn public_with_owner(name: impl Display, owned: bool) -> Message {
    let help = if owned {
        "ask for a scope: `scope = \"invoices:read\"`"
    } else {
        "ask for a scope: `scope = \"invoices:read\"`; or write `owner = unowned(\"why it is nobody's\")`"
    };
    message("ST24", format!("`{name}` has an owner, and a public tool has no caller to compare with"), help)
}

// ST30 to ST34: arguments that a model must not choose freely

pub(crate) fn untyped(parameter: impl Display, ty: &str) -> Message {
    message(
        "ST30",
        format!("`{parameter}: {ty}` takes anything"),
        format!(
            "say what it is with a type of your own: `#[derive(Deserialize, JsonSchema)] struct Filter {{ … }}` and `{parameter}: Filter`"
        ),
    )
}

pub(crate) fn borrowed(parameter: impl Display, ty: &str, owned: &str) -> Message {
    message(
        "ST31",
        format!("`{parameter}: {ty}` is borrowed, but what the model sends must be owned"),
        format!("write `{parameter}: {owned}`"),
    )
}

pub(crate) fn borrowed_from_guard(parameter: impl Display, ty: &str, name: &str) -> Message {
    message(
        "ST31",
        format!("`{parameter}: {ty}` is provided by the guard, always and by reference"),
        format!("write `{parameter}: &{name}`"),
    )
}

pub(crate) fn second_state(parameter: impl Display, ty: &str, first: impl Display, owned: &str) -> Message {
    message(
        "ST31",
        format!("`{parameter}: {ty}` is borrowed, but `{first}` is already what the tool runs on"),
        format!("write `{parameter}: {owned}` for an argument, or put both into one state"),
    )
}

pub(crate) fn chosen_identity(name: impl Display, parameter: impl Display) -> Message {
    message(
        "ST32",
        format!("`{name}` lets the model choose whose identity the tool acts for"),
        format!(
            "take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {parameter}`; or opt out with `#[arg(not_identity(\"why it is no identity\"))]`"
        ),
    )
}

pub(crate) fn identity_by_value(parameter: impl Display) -> Message {
    message(
        "ST32",
        format!("`{parameter}: Caller` lets the model choose who calls"),
        format!("take it from the guard: `{parameter}: &Caller`"),
    )
}

/// `typed`: the parameter with a type that says what is meant, where there is one.
pub(crate) fn free_text(parameter: impl Display, typed: Option<String>, narrowed: &str) -> Message {
    let typed = typed.map(|typed| format!("{typed}; or ")).unwrap_or_default();
    message(
        "ST33",
        format!("`{parameter}` takes free text where a command, a path or an address is meant"),
        format!(
            "{typed}say what may stand there: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`"
        ),
    )
}

/// A path has a type of its own.
pub(crate) fn typed_path(parameter: impl Display, ty: &str) -> String {
    format!("write `{parameter}: {ty}`, which stays where it is opened")
}

/// A web address has one too.
pub(crate) fn typed_url(parameter: impl Display, ty: &str) -> String {
    format!("write `{parameter}: {ty}` (feature `urls`), which leads to no private network")
}

pub(crate) fn plain_credential(parameter: impl Display, optional: bool) -> Message {
    let secret = if optional { "Option<Secret<String>>" } else { "Secret<String>" };
    message("ST34", format!("`{parameter}` takes a credential as plain text"), format!("write `{parameter}: {secret}`"))
}

// ST37: what a tool must not answer with

pub(crate) fn secret_returned(tool: impl Display) -> Message {
    message(
        "ST37",
        format!("`{tool}` returns a `Secret`, which would reach the model and its logs"),
        "return what may be read, such as `Json<View>` with a type of your own that leaves the secret out",
    )
}

// What no rule refused

/// The rules should have said what is wrong. Without that, nothing is expanded.
pub(crate) fn unresolved(noun: &str, item: impl Display, what: &str) -> Message {
    message(
        "internal",
        format!(
            "`{item}` breaks no rule, yet its {what} cannot be resolved, so it is no {noun}: this is a bug in secure-tool"
        ),
        "please report it with this attribute and this function",
    )
}

fn list(words: &[impl Display]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn why(opt_out: &str) -> &'static str {
    match opt_out {
        "public" => "why anyone may call it",
        "unowned" => "why it is nobody's",
        "unbounded" => "why any length is safe",
        "raw" => "why any text is safe",
        "not_identity" => "why it is no identity",
        "never" => "why nobody needs to be asked",
        _ => "why",
    }
}
