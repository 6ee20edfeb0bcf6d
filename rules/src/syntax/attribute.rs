//! The keys of an attribute such as `#[secure_tool(…)]`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{ExprPath, LitStr, Path, token};

use super::after::{self, After};
use super::breaker::{self, Breaker};
use super::concurrency::{self, Concurrency};
use super::confirm::{self, Confirm};
use super::function;
use super::hints::{self, Hints};
use super::idempotent::{self, Idempotent};
use super::keys::{Place, keys, read_entries};
use super::meta::{self, Member};
use super::numbers::{duration, size};
use super::only_in::{self, OnlyIn};
use super::owner::{self, Owner};
use super::rate::{self, Quota, Rates};
use super::releases::{self, Release};
use super::scope::{self, Scope};
use super::{Parsed, Spanned, numbers, read_flag, read_reason, read_text, take_equals, value_or_key};
use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages;

const TOOLS: &[Kind] = &[Kind::Tool];
const RESOURCES: &[Kind] = &[Kind::Resource];

keys! {
    /// What the attribute says.
    pub(crate) struct Attribute {}
    columns: ["key", "meaning", "values and units", "default"];

    "uri" => uri: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_uri),
        kinds: RESOURCES,
        docs: [
            "the URI by which clients read it: a fixed URI, or a template of RFC 6570, level 1, whose variables are the parameters",
            r#"`"prices://list"`, `"invoices://{invoice}"`, `"invoices://{year}/{number}"`"#,
            "none: required",
        ],
    }
    "scope" => scope: Scope {
        read: scope::parse,
        kinds: Kind::ALL,
        docs: [
            "the OAuth scopes that a caller needs",
            r#"`"invoices:read"`, a constant, `all(a, b)`, `any(a, b)`, `public("reason")`"#,
            "none: required",
        ],
    }
    "owner" => owner: Owner {
        read: owner::parse,
        kinds: Kind::ALL,
        docs: [
            "the parameters that bind it to its caller",
            r#"`invoice`, `(invoice, folder)`, `caller("reason")` if it only reads and its answer cannot be proven, `unowned("reason")`"#,
            "none: required",
        ],
    }
    "rate" => rate: Rates {
        read: rate::parse,
        kinds: Kind::ALL,
        docs: [
            "how often it may be called",
            "`60/minute`, `rate(60/minute, burst = 10, per = caller)`; per `second`, `minute`, `hour`, `day`; counted per `caller`, `tenant` or `client`, or for all calls together: per `tool`, `resource` or `prompt`, whichever it is; or a constant of the type `Rate`; or a list of up to 8 of these, all of which apply: `[10/second, rate(200/hour, per = tenant)]`",
            "the server's",
        ],
    }
    "quota" => quota: Quota {
        read: rate::parse_day,
        kinds: Kind::ALL,
        constant: true,
        docs: [
            "how many calls are allowed from midnight to midnight in UTC, in addition to its rates",
            "`500/day`, `quota(500/day, per = tenant)`; counted in the same way as a rate; or a constant of the type `Quota`",
            "no quota",
        ],
    }
    "cost" => cost: Spanned<u64> {
        read: |key, input, sink| numbers::count(key, input, sink, messages::no_cost),
        kinds: Kind::ALL,
        constant: true,
        docs: [
            "how many calls one call counts as, for its rates, its quota and the budgets of the server",
            "`5`; at most the number that each of these limits allows at once; or a constant of the type `u32`",
            "1",
        ],
    }
    "read_only" => read_only: ReadOnly {
        read: read_read_only,
        kinds: TOOLS,
        docs: [
            "it changes nothing",
            r#"no value, or `read_only("reason")` for a tool that is named like a deletion"#,
            "it writes",
        ],
    }
    "destructive" => destructive: Ident {
        read: |key, input, sink| Ok(read_flag(key, input, sink)),
        kinds: TOOLS,
        docs: ["it destroys data; not together with `read_only`", "no value", "it writes"],
    }
    "confirm" => confirm: Confirm {
        read: confirm::parse,
        kinds: TOOLS,
        docs: [
            "who is asked before it runs, and the question; a placeholder shows an argument, or the loaded object if it implements `Display`",
            r#"`"Delete {invoice} for good?"` (the person at the client), `operator("…")` (somebody outside the conversation), `never("reason")`"#,
            "nobody; required with `destructive` and for names like deletions",
        ],
    }
    "idempotent" => idempotent: Idempotent {
        read: idempotent::parse,
        kinds: TOOLS,
        docs: [
            "a repeated call does not run again, and gets the answer of the first call",
            "`idempotent(key = request_id)`: a parameter of the type `String`, `Bounded<_, _>` or `Uuid`, for which the model makes a new value for each operation and repeats it in a retry; remembered for `keep = 24h`, up to `168h`; or `idempotent(within = 10m)`: the same arguments of the same caller within that time, `1s` to `168h`",
            "every call runs",
        ],
    }
    "after" => after: After {
        read: after::parse,
        kinds: TOOLS,
        docs: [
            "the tool that must have succeeded before, for the same caller and, if both take one object of the same kind, for the same object",
            "`after(Self::quote, within = 10m)`: the path of another tool that runs on the same state, and the longest time between the two calls: `ms`, `s`, `m`, `h`; up to `720h`",
            "none",
        ],
    }
    "breaker" => breaker: Breaker {
        read: breaker::parse,
        kinds: Kind::ALL,
        docs: [
            "how many bodies in a row must fail (`unavailable`, `internal` or a timeout) before no more of them start, and for how long; then one call tries again. Each process counts separately, and a resource's `list` and completions are not counted",
            "`breaker(failures = 5, cooldown = 30s)`; 1 to 1000 failures; a cooldown of `1s` to `1h`",
            "none",
        ],
    }
    "timeout" => timeout: Spanned<u64> {
        read: duration,
        kinds: Kind::ALL,
        constant: true,
        docs: [
            "how long a call may take",
            "`5s`; `ms`, `s`, `m`, `h`; up to an hour; or a constant of the type `Duration`",
            "the server's",
        ],
    }
    "max_output" => max_output: Spanned<u64> {
        read: size,
        kinds: Kind::ALL,
        constant: true,
        docs: [
            "how large an answer may be",
            "`64KiB`; `KiB` (1024 bytes), `MiB`; up to `64MiB`; or a constant of the type `usize`, in bytes",
            "the server's",
        ],
    }
    "concurrency" => concurrency: Concurrency {
        read: concurrency::parse,
        kinds: Kind::ALL,
        constant: true,
        docs: [
            "how many calls may run at once, and how many of them may belong to one caller; a resource's `list` and completions each have a separate limit of the same size",
            "`8`, `concurrency(8, per_caller = 2)`; up to 65535; or a constant of the type `u32`",
            "the server's; `per_caller`: half, and at least 1",
        ],
    }
    "releases" => releases: Vec<Release> {
        read: releases::parse,
        kinds: Kind::ALL,
        docs: [
            "data that its answers may contain although it would be masked, or although the release scan cannot read it",
            r#"`releases(card, pii, image, Salary, "employee_id")`: `card`, `ssn`, `private_key`, `api_key`, `jwt`, `bearer`, `password`; `image`, `audio`, `blob` (other bytes); the classes of data `pii`, `confidential`, or the type of a class of the application; the name of a mask pattern of the application, as a string"#,
            "nothing",
        ],
    }
    "audit_output" => audit_output: AuditOutput {
        read: read_audit_output,
        kinds: Kind::ALL,
        docs: [
            "what the audit log contains of its answers",
            "`none`, `shape` (types and lengths), `digest` (SHA-256), `masked` (the released answer, up to 8 KiB)",
            "the server's; if it has none, `digest` for a tool that writes and `none` for a reader",
        ],
    }
    "mime" => mime: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_text),
        kinds: RESOURCES,
        docs: [
            "the media type of its answers",
            r#"`"application/pdf"`, `"text/csv; charset=utf-8"`"#,
            "that of the answer: `application/json` for `Json<_>`, `text/plain` for `String`, the one that a `Blob` holds",
        ],
    }
    "list" => list: ExprPath {
        read: function::parse,
        kinds: RESOURCES,
        docs: [
            "the resources that clients see in the list of resources; for a URI with variables",
            "`Self::my_invoices`, an `async fn my_invoices(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError>` (`Result` is optional); the scope and the rate of the resource apply",
            "only the template is listed",
        ],
    }
    "only_in" => only_in: OnlyIn {
        read: only_in::parse,
        kinds: Kind::ALL,
        docs: [
            "the environments that it exists in; in others it is unknown",
            r#"`only_in("staging", "dev")`; names have 1 to 32 characters of `a-z 0-9 - _` and begin with a letter"#,
            "all",
        ],
    }
    "name" => name: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_name),
        kinds: Kind::ALL,
        docs: ["its name for the model", "1 to 64 characters of `A-Z a-z 0-9 _ - .`", "the function's name"],
    }
    "title" => title: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_text),
        kinds: Kind::ALL,
        constant: true,
        docs: ["its name for people", "a string, or a constant", "none"],
    }
    "version" => version: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_text),
        kinds: Kind::ALL,
        constant: true,
        docs: ["its version", "a string, or a constant", "none"],
    }
    "deprecated" => deprecated: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_text),
        kinds: Kind::ALL,
        constant: true,
        docs: ["what to use instead", "a string, or a constant", "none"],
    }
    "hints" => hints: Hints {
        read: hints::parse,
        kinds: TOOLS,
        docs: [
            "hints for clients, which are not enforced; a client may use them to decide what it repeats and what it asks a person about",
            "`hints(idempotent, closed_world)`: a second call with the same arguments changes nothing further (`idempotentHint`); it touches nothing outside this application (`openWorldHint: false`)",
            "not idempotent unless `read_only`; an open world",
        ],
    }
    "icon" => icon: LitStr {
        read: |key, input, sink| read_text(key, input, sink, messages::no_text),
        kinds: Kind::ALL,
        docs: [
            "an icon that clients may show next to it, and which they load themselves",
            "an `https` address, or a data URI of at most 16 KiB with a PNG, JPEG or WebP; no SVG",
            "none",
        ],
    }
    "meta" => meta: Vec<Member> {
        read: meta::parse,
        kinds: Kind::ALL,
        docs: [
            "data about it in `_meta`, for clients that know the key",
            r#"`meta("com.example/team" = "billing")`: literals, under keys that begin with a domain of yours in reverse order; up to 1024 bytes"#,
            "none",
        ],
    }
    "crate" => root: Path {
        read: read_root,
        kinds: Kind::ALL,
        docs: ["the path of the crate `secure_tool`", "a path", "`::secure_tool`"],
    }
}

impl Attribute {
    /// Reads every key and reports every one that cannot be read.
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, sink: &Sink) -> Self {
        let mut read = Self::default();
        read_entries(tokens, &Place::attribute(kind), &mut Vec::new(), &mut read, sink);
        read
    }
}

/// The flag, and why the name of the tool misleads, if it looks like that of a deletion.
#[derive(Clone)]
pub(crate) struct ReadOnly {
    pub(crate) keyword: Ident,
    pub(crate) reason: Option<LitStr>,
}

fn read_read_only(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<ReadOnly> {
    let reason = if input.peek(token::Paren) {
        Some(read_reason(key, input, sink)?)
    } else {
        read_flag(key, input, sink);
        None
    };
    Ok(ReadOnly { keyword: key.clone(), reason })
}

/// What of an answer an audit record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuditOutput {
    None,
    Shape,
    Digest,
    Masked,
}

impl AuditOutput {
    const ALL: [Self; 4] = [Self::None, Self::Shape, Self::Digest, Self::Masked];

    /// As the attribute writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Shape => "shape",
            Self::Digest => "digest",
            Self::Masked => "masked",
        }
    }

    /// The variant's name in the runtime.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Shape => "Shape",
            Self::Digest => "Digest",
            Self::Masked => "Masked",
        }
    }
}

fn read_audit_output(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<AuditOutput> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    let value = match input.call(Ident::parse_any) {
        Ok(name) if equals && numbers::at_end(input) => AuditOutput::ALL.into_iter().find(|value| name == value.name()),
        _ => None,
    };
    value.ok_or_else(|| sink.refuse(&wrong, messages::no_audit_output(&numbers::show(&wrong))))
}

fn read_root(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Path> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    match input.call(Path::parse_mod_style) {
        Ok(path) if equals && numbers::at_end(input) => Ok(path),
        _ => Err(sink.refuse(wrong, messages::no_root())),
    }
}
