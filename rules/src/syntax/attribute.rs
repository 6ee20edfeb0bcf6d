//! The keys of `#[secure_tool(…)]`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::ParseStream;
use syn::{LitStr, Path};

use super::confirm::{self, Confirm};
use super::only_in;
use super::owner::{self, Owner};
use super::rate::{self, Rate};
use super::releases::{self, Release};
use super::scope::{self, Scope};
use super::{Parsed, Place, Spanned, Stated, numbers, read_entries, read_text, take_equals, value_or_key};
use crate::errors::Sink;
use crate::messages;

/// The keys of this version. A key exists only once its force does.
pub(crate) const KEYS: &[&str] = &[
    "scope",
    "owner",
    "rate",
    "read_only",
    "destructive",
    "confirm",
    "timeout",
    "max_output",
    "concurrency",
    "releases",
    "only_in",
    "name",
    "title",
    "version",
    "deprecated",
    "crate",
];

/// What `#[secure_tool(…)]` says.
#[derive(Clone, Default)]
pub(crate) struct Attribute {
    pub(crate) scope: Stated<Scope>,
    pub(crate) owner: Stated<Owner>,
    pub(crate) rate: Stated<Rate>,
    pub(crate) read_only: Option<Ident>,
    pub(crate) destructive: Option<Ident>,
    pub(crate) confirm: Stated<Confirm>,
    pub(crate) timeout: Stated<Spanned<u64>>,
    pub(crate) max_output: Stated<Spanned<u64>>,
    pub(crate) concurrency: Stated<Spanned<u64>>,
    pub(crate) releases: Stated<Vec<Release>>,
    pub(crate) only_in: Stated<Vec<LitStr>>,
    /// The key, which is underlined where the list is empty.
    pub(crate) only_in_key: Option<Ident>,
    pub(crate) name: Stated<LitStr>,
    pub(crate) title: Stated<LitStr>,
    pub(crate) version: Stated<LitStr>,
    pub(crate) deprecated: Stated<LitStr>,
    pub(crate) root: Stated<Path>,
}

impl Attribute {
    /// Reads every key and reports every one that cannot be read.
    pub(crate) fn parse(tokens: TokenStream, sink: &Sink) -> Self {
        let mut read = Self::default();
        let place = Place { name: "secure_tool", known: KEYS };
        let meant = read_entries(tokens, place, &mut Vec::new(), sink, |key, input, sink| read.read(key, input, sink));
        for key in meant {
            match key {
                "scope" => read.scope.excuse(),
                "owner" => read.owner.excuse(),
                "confirm" => read.confirm.excuse(),
                _ => {}
            }
        }
        read
    }

    fn read(&mut self, key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<()> {
        match key.to_string().as_str() {
            "scope" => keep(&mut self.scope, scope::parse(key, input, sink)),
            "owner" => keep(&mut self.owner, owner::parse(key, input, sink)),
            "rate" => keep(&mut self.rate, rate::parse(key, input, sink)),
            "read_only" => {
                self.read_only = Some(key.clone());
                read_flag(key, input, sink)
            }
            "destructive" => {
                self.destructive = Some(key.clone());
                read_flag(key, input, sink)
            }
            "confirm" => keep(&mut self.confirm, confirm::parse(key, input, sink)),
            "timeout" => keep(&mut self.timeout, numbers::duration(key, input, sink)),
            "max_output" => keep(&mut self.max_output, numbers::size(key, input, sink)),
            "concurrency" => keep(&mut self.concurrency, numbers::count(key, input, sink, messages::no_concurrency)),
            "releases" => keep(&mut self.releases, releases::parse(key, input, sink)),
            "only_in" => {
                self.only_in_key = Some(key.clone());
                keep(&mut self.only_in, only_in::parse(key, input, sink))
            }
            "name" => keep(&mut self.name, read_text(key, input, sink, messages::no_name)),
            "title" => keep(&mut self.title, read_text(key, input, sink, messages::no_text)),
            "version" => keep(&mut self.version, read_text(key, input, sink, messages::no_text)),
            "deprecated" => keep(&mut self.deprecated, read_text(key, input, sink, messages::no_text)),
            _ => keep(&mut self.root, read_root(key, input, sink)),
        }
    }
}

/// Stores what was read, or the mark that it is broken.
pub(super) fn keep<T>(place: &mut Stated<T>, parsed: Parsed<T>) -> Parsed<()> {
    let outcome = parsed.as_ref().map(|_| ()).map_err(|reported| *reported);
    *place = parsed.into();
    outcome
}

/// A key without a value.
pub(super) fn read_flag(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<()> {
    if numbers::at_end(input) {
        return Ok(());
    }
    Err(sink.refuse(value_or_key(input, key), messages::flag_with_value(key)))
}

fn read_root(key: &Ident, input: ParseStream, sink: &Sink) -> Parsed<Path> {
    let equals = take_equals(input);
    let wrong = value_or_key(input, key);
    match input.call(Path::parse_mod_style) {
        Ok(path) if equals && numbers::at_end(input) => Ok(path),
        _ => Err(sink.refuse(wrong, messages::no_root())),
    }
}
