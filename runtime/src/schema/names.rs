//! The rules about names that the compiler cannot check: the properties of nested types, and the JSON form of aliases and types of the application.
//! The published schema shows them, so the same lists are applied to it when the server is built.

use regex::Regex;
use secure_tool_vocabulary::{
    FreeText, free_text, is_credential, is_identity, is_identity_of, is_object_key, is_of_no_object,
};
use serde_json::{Map, Value};

use super::argument::ArgumentSpec;

/// Formats of types that hold no free text.
const CLOSED: [&str; 8] = ["uuid", "date", "time", "date-time", "duration", "ipv4", "ipv6", "email"];
/// References and compositions that are followed from one value.
const STEPS: usize = 8;

/// The name of an item, and whether its objects have owners.
#[derive(Clone, Copy)]
pub(crate) struct ItemFacts<'a> {
    pub(crate) item: &'a str,
    pub(crate) owned: bool,
}

/// The problems with names in an input schema, each as the end of a sentence about the item.
pub(crate) fn problems(of: ItemFacts<'_>, input: &Value, arguments: &[ArgumentSpec]) -> Vec<String> {
    let mut problems = Vec::new();
    // A key that the guard compares with the caller is not free text, regardless of its type.
    for argument in arguments.iter().filter(|argument| !argument.checked) {
        let Some(schema) = input.get("properties").and_then(|all| all.get(argument.name)) else { continue };
        let mut used = Vec::new();
        let mut walk = Walker {
            of,
            root: input,
            argument,
            path: argument.name.to_owned(),
            followed: Vec::new(),
            used: &mut used,
            problems: &mut problems,
        };
        walk.argument(schema);
        walk.within(schema);
        problems.extend(without_effect(of, argument, &used));
    }
    problems
}

/// Opt-outs without an effect. Those for the name of the argument itself were checked by the compiler.
fn without_effect(of: ItemFacts<'_>, argument: &ArgumentSpec, used: &[Rule]) -> Vec<String> {
    let name = argument.name;
    let is_called = |asked: &dyn Fn(&str) -> bool| argument.names().any(asked);
    let is_identity = is_called(&|name| is_identity_of(name, of.item));
    let is_free_text = is_called(&|name| free_text(name, of.item).is_some());
    [(Rule::Identity, is_identity), (Rule::FreeText, is_free_text)]
        .into_iter()
        .filter(|(rule, asked)| !asked && !used.contains(rule))
        .map(|(rule, _)| rule.opt_out())
        .filter(|opt_out| argument.opt_outs.iter().any(|(kind, _)| kind == opt_out))
        .map(|opt_out| format!("has `{opt_out}` on the argument `{name}`, where it has no effect [ST18]: remove it"))
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Identity,
    Credential,
    FreeText,
    Object,
}

impl Rule {
    /// The first that concerns a name is the one that is reported.
    const ALL: [Self; 4] = [Self::Identity, Self::Credential, Self::FreeText, Self::Object];

    fn opt_out(self) -> &'static str {
        match self {
            Self::Identity => "not_identity",
            Self::Credential => "not_credential",
            Self::FreeText => "raw",
            Self::Object => "not_object",
        }
    }
}

struct Walker<'a> {
    of: ItemFacts<'a>,
    root: &'a Value,
    argument: &'a ArgumentSpec,
    path: String,
    /// The definitions that are being looked into.
    followed: Vec<&'a str>,
    /// The rules that an opt-out kept silent.
    used: &'a mut Vec<Rule>,
    problems: &'a mut Vec<String>,
}

impl<'a> Walker<'a> {
    /// The argument itself, by both of its names.
    fn argument(&mut self, schema: &Value) {
        for name in self.argument.names() {
            self.check_property(name, schema, &[Rule::Credential, Rule::FreeText]);
            self.check_property(name, schema, &[Rule::Identity]);
        }
        let is_called = |asked: fn(&str) -> bool| self.argument.names().find(|name| asked(name));
        let object = match is_called(is_object_key) {
            _ if is_called(is_identity).is_some() => None,
            // The model has just made it.
            _ if self.argument.is_idempotency_key => None,
            None if is_called(is_of_no_object).is_some() => None,
            named => Some(named.unwrap_or(self.argument.name)),
        };
        if let Some(name) = object {
            self.check_property(name, schema, &[Rule::Object]);
        }
    }

    /// Every property in a schema.
    fn within(&mut self, schema: &'a Value) {
        let Value::Object(fields) = schema else { return };
        for (name, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.at(&format!(".{name}"), |walk| {
                walk.check_property(name, property, &Rule::ALL);
                walk.within(property);
            });
        }
        for (keyword, step) in [("items", "[]"), ("additionalProperties", ".*")] {
            if let Some(child) = fields.get(keyword) {
                self.at(step, |walk| walk.within(child));
            }
        }
        for child in fields.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::values) {
            self.at(".*", |walk| walk.within(child));
        }
        for child in fields.get("prefixItems").and_then(Value::as_array).into_iter().flatten() {
            self.at("[]", |walk| walk.within(child));
        }
        for child in ["allOf", "anyOf", "oneOf"].iter().filter_map(|keyword| fields.get(*keyword)?.as_array()).flatten()
        {
            self.within(child);
        }
        if let Some(reference) = fields.get("$ref").and_then(Value::as_str)
            && !self.followed.contains(&reference)
            && let Some(child) = resolve(self.root, reference)
        {
            self.followed.push(reference);
            self.within(child);
            self.followed.pop();
        }
    }

    fn at(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        look(self);
        self.path.truncate(length);
    }

    /// One property against the rules, of which the first that finds something is reported.
    fn check_property(&mut self, name: &str, schema: &Value, rules: &[Rule]) {
        let concerned = |rule: &&Rule| match rule {
            Rule::Identity => is_identity_of(name, self.of.item) && self.holds(schema, &chosen),
            Rule::Credential => is_credential(name) && self.holds(schema, &plain_text),
            Rule::FreeText => free_text(name, self.of.item).is_some() && self.holds(schema, &free),
            Rule::Object => {
                self.of.owned
                    && (is_object_key(name) && self.holds(schema, &chosen)
                        || !is_of_no_object(name) && self.holds(schema, &uuid))
            }
        };
        let Some(rule) = rules.iter().find(concerned) else { return };
        // What is in an argument is no credential only because of what it is itself.
        let reaches = *rule != Rule::Credential || self.path == self.argument.name;
        if reaches && self.argument.opt_outs.iter().any(|(opt_out, _)| *opt_out == rule.opt_out()) {
            self.used.push(*rule);
            return;
        }
        if *rule == Rule::Credential && self.argument.secret {
            return;
        }
        let sentence = self.sentence(*rule, name);
        if !self.problems.contains(&sentence) {
            self.problems.push(sentence);
        }
    }

    fn sentence(&self, rule: Rule, name: &str) -> String {
        let (path, argument) = (&self.path, self.argument.name);
        let nested = path != argument;
        let on = if nested { format!(" on `{argument}`") } else { String::new() };
        match rule {
            Rule::Identity => format!(
                "lets the model choose whose identity it acts for, in `{path}` [ST32]: take the identity from the guard, `caller: &Caller` and \
                 `owner = caller`, and leave `{name}` out; or opt out with `#[arg(not_identity(\"why it is not an identity\"))]`{on}"
            ),
            Rule::Credential if nested => format!(
                "takes a credential as plain text, in `{path}` [ST34]: write `{name}: Secret<String>`; or, if it is not a credential, give it a name that \
                 says so; or put `#[arg(flatten)]` on `{argument}`, and `#[arg(not_credential(\"why it is not a credential\"))]` on the field"
            ),
            Rule::Credential => format!(
                "takes a credential as plain text, in `{path}` [ST34]: write `{name}: Secret<String>`; or opt out with \
                 `#[arg(not_credential(\"why it is not a credential\"))]`"
            ),
            Rule::FreeText => {
                let instead = match free_text(name, self.of.item) {
                    Some(FreeText::File | FreeText::Directory) => "a `SafePath`, ",
                    Some(FreeText::Url) => "a `PublicUrl` (feature `urls`), ",
                    _ => "",
                };
                format!(
                    "takes free text where a command, a path or an address is expected, in `{path}` [ST33]: give it a type that accepts nothing else: \
                     {instead}an enum, or a newtype with a pattern; or opt out with `#[arg(raw(\"why any text is safe\"))]`{on}"
                )
            }
            Rule::Object => format!(
                "takes the key of an object that `owner` does not name, in `{path}` [ST27]: make it a parameter that `owner` names; or \
                 opt out with `#[arg(not_object(\"why it has no owner\"))]`{on}"
            ),
        }
    }

    /// Whether a schema, or one for the items or the values in it, is such a leaf.
    fn holds(&self, schema: &Value, leaf: &dyn Fn(&Map<String, Value>) -> Leaf) -> bool {
        self.leaf(schema, leaf, STEPS) == Leaf::Such
    }

    fn leaf(&self, schema: &Value, leaf: &dyn Fn(&Map<String, Value>) -> Leaf, steps: usize) -> Leaf {
        let (Value::Object(fields), Some(steps)) = (schema, steps.checked_sub(1)) else { return Leaf::Unknown };
        let own = leaf(fields);
        if own == Leaf::Other {
            return own;
        }
        let each = |schemas: &mut dyn Iterator<Item = &Value>| {
            schemas.map(|schema| self.leaf(schema, leaf, steps)).fold(Leaf::Unknown, |all, next| match (all, next) {
                (Leaf::Such, _) | (_, Leaf::Such) => Leaf::Such,
                (Leaf::Other, _) | (_, Leaf::Other) => Leaf::Other,
                _ => Leaf::Unknown,
            })
        };
        let listed = |keyword: &str| fields.get(keyword).and_then(Value::as_array).into_iter().flatten();
        // What holds together: one part that narrows is enough.
        let mut parts = listed("allOf").map(|part| self.leaf(part, leaf, steps)).collect::<Vec<_>>();
        let reference = fields.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(self.root, reference));
        parts.extend(reference.map(|schema| self.leaf(schema, leaf, steps)));
        if parts.contains(&Leaf::Other) {
            return Leaf::Other;
        }
        let alternatives = each(&mut listed("anyOf").chain(listed("oneOf")));
        let values = if fields.contains_key("properties") { None } else { fields.get("additionalProperties") };
        let inner = each(&mut fields.get("items").into_iter().chain(listed("prefixItems")).chain(values));
        let such = parts.iter().copied().chain([own, alternatives, inner]).any(|leaf| leaf == Leaf::Such);
        if such { Leaf::Such } else { alternatives }
    }
}

fn resolve<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    root.pointer(reference.strip_prefix('#')?)
}

/// What one schema says of a value by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaf {
    /// It is what a rule is about.
    Such,
    /// It is something else for certain.
    Other,
    Unknown,
}

fn has_type(fields: &Map<String, Value>, wanted: &[&str]) -> bool {
    let named = |value: &Value| value.as_str().is_some_and(|name| wanted.contains(&name));
    match fields.get("type") {
        Some(Value::Array(types)) => types.iter().any(named),
        Some(single) => named(single),
        None => false,
    }
}

fn is_listed(fields: &Map<String, Value>) -> bool {
    fields.contains_key("enum") || fields.contains_key("const")
}

/// A text or a whole number, out of which the model can make any.
fn chosen(fields: &Map<String, Value>) -> Leaf {
    match () {
        () if is_listed(fields) => Leaf::Other,
        () if has_type(fields, &["string", "integer"]) => Leaf::Such,
        () => Leaf::Unknown,
    }
}

/// What identifies a row, whatever it is called.
fn uuid(fields: &Map<String, Value>) -> Leaf {
    match () {
        () if is_listed(fields) => Leaf::Other,
        () if fields.get("format").is_some_and(|format| format == "uuid") => Leaf::Such,
        () => Leaf::Unknown,
    }
}

/// A text that is no secret. A pattern does not make it one.
fn plain_text(fields: &Map<String, Value>) -> Leaf {
    match () {
        () if is_listed(fields) || fields.get("writeOnly") == Some(&Value::Bool(true)) => Leaf::Other,
        () if has_type(fields, &["string"]) => Leaf::Such,
        () => Leaf::Unknown,
    }
}

/// A text that nothing narrows.
fn free(fields: &Map<String, Value>) -> Leaf {
    let narrowed = fields.get("pattern").and_then(Value::as_str).is_some_and(narrows);
    let closed = fields.get("format").and_then(Value::as_str).is_some_and(|format| CLOSED.contains(&format));
    if narrowed || closed { Leaf::Other } else { plain_text(fields) }
}

/// The longest text by which a pattern is tried.
const LONGEST_TRIED: usize = 64;

/// Whether a pattern refuses a sign of ASCII, at whatever length: with all of them every path, command and address can be written. The compiler judges
/// the patterns of attributes in the same way, and sees neither constants nor the patterns of types.
fn narrows(pattern: &str) -> bool {
    // What is none is reported elsewhere.
    let Ok(pattern) = Regex::new(pattern) else { return true };
    !('!'..='~').all(|sign| {
        let text: String = [sign, 'a', sign, '0', sign, 'A', sign].into_iter().cycle().take(LONGEST_TRIED).collect();
        (1..=LONGEST_TRIED).any(|length| text.get(..length).is_some_and(|text| pattern.is_match(text)))
    })
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;
    use std::{borrow::Cow, collections::BTreeMap};

    use super::*;
    use crate::{Secret, guard::reader::argument, schema, types::SafePath};

    /// The paths that are reported, each with its code.
    fn found(owned: bool, arguments: &[ArgumentSpec]) -> Vec<(String, String)> {
        let input = schema::input(arguments).unwrap();
        let of = ItemFacts { item: "get_notes", owned };
        let parse = |problem: &String| {
            let (before, after) = problem.split_once("` [").unwrap();
            (before.rsplit_once('`').unwrap().1.to_owned(), after[..4].to_owned())
        };
        let mut found: Vec<_> = problems(of, &input, arguments).iter().map(parse).collect();
        found.sort();
        found
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect()
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code)]
    struct Request {
        user_id: Option<String>,
        tenant_id: u32,
        password: String,
        command: Cow<'static, str>,
        inner: Vec<Inner>,
        by_name: BTreeMap<String, Inner>,
        folder_id: u64,
        document: Option<uuid::Uuid>,
        text: String,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    struct Inner {
        path: Option<Vec<String>>,
        kind: Kind,
        next: Option<Box<Self>>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(tag = "as", rename_all = "snake_case")]
    #[expect(dead_code)]
    enum Kind {
        Plain,
        Shell { script: String },
    }

    #[derive(Deserialize, JsonSchema)]
    enum User {
        Me,
        Other,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code)]
    struct Harmless {
        user_id: User,
        owner: bool,
        password: Secret<String>,
        token: Option<Secret<String>>,
        secret: User,
        path: SafePath,
        file: User,
        trace: Option<uuid::Uuid>,
        sub: f64,
        #[schemars(regex(pattern = "^[a-z]{1,8}$"))]
        command: String,
        script: u32,
        text: String,
    }

    #[test]
    fn properties_are_checked_at_every_depth() {
        let request = || argument::<Request>("request", "");
        let all = [
            ("request.byName.*.kind.script", "ST33"),
            ("request.byName.*.path", "ST33"),
            ("request.command", "ST33"),
            ("request.document", "ST27"),
            ("request.folderId", "ST27"),
            ("request.inner[].kind.script", "ST33"),
            ("request.inner[].path", "ST33"),
            ("request.password", "ST34"),
            ("request.tenantId", "ST32"),
            ("request.userId", "ST32"),
        ];
        let without =
            |codes: &[&str]| pairs(&all.iter().copied().filter(|(_, code)| !codes.contains(code)).collect::<Vec<_>>());
        let found = |owned, argument: ArgumentSpec| {
            let mut found = found(owned, &[argument]);
            // A recursive type is looked into once, wherever it begins.
            found.retain(|(path, _)| !path.contains(".next"));
            found
        };
        assert_eq!(found(true, request().spec), without(&[]));
        assert_eq!(found(false, request().spec), without(&["ST27"]));
        assert_eq!(found(true, request().raw("for a test").spec), without(&["ST33"]));
        assert_eq!(found(true, request().not_identity("for a test").spec), without(&["ST32"]));
        // The opt-out of a credential is about the argument's own name.
        assert_eq!(found(true, request().not_credential("for a test").spec), without(&[]));
        assert_eq!(found(true, argument::<Vec<Harmless>>("request", "").spec), []);
        let surplus = [argument::<Harmless>("request", "").raw("for a test").not_identity("for a test").spec];
        let of = ItemFacts { item: "get_notes", owned: true };
        assert_eq!(problems(of, &schema::input(&surplus).unwrap(), &surplus).len(), 2);
    }

    #[test]
    fn arguments_are_judged_by_what_they_are_in_json() {
        type Sql = String;
        #[derive(Deserialize, JsonSchema)]
        struct Text(#[expect(dead_code)] String);
        let arguments = [
            argument::<Sql>("sql", "").spec,
            argument::<Cow<'static, str>>("command", "").spec,
            argument::<Option<Vec<Text>>>("path", "").spec,
            argument::<BTreeMap<String, String>>("script", "").spec,
            argument::<Text>("url", "").pattern(".*").spec,
            argument::<Text>("password", "").spec,
            argument::<Text>("tenant", "").spec,
            argument::<Text>("whose", "").called("owner").spec,
            argument::<Option<Text>>("folder_id", "").spec,
            argument::<Vec<uuid::Uuid>>("documents", "").spec,
            argument::<Text>("note", "").spec,
        ];
        let expected = [
            ("command", "ST33"),
            ("documents", "ST27"),
            ("folder_id", "ST27"),
            ("password", "ST34"),
            ("path", "ST33"),
            ("script", "ST33"),
            ("sql", "ST33"),
            ("tenant", "ST32"),
            ("url", "ST33"),
            ("whose", "ST32"),
        ];
        assert_eq!(found(true, &arguments), pairs(&expected));
        let arguments = [
            argument::<Sql>("sql", "").raw("for a test").spec,
            argument::<Sql>("query_sql", "").pattern("[a-z]+").spec,
            argument::<Sql>("command", "").one_of_json(r#"["start"]"#).spec,
            argument::<Vec<Text>>("path", "").pattern("[a-z]+").spec,
            argument::<SafePath>("file", "").spec,
            argument::<uuid::Uuid>("link", "").not_object("for a test").spec,
            argument::<Text>("tenant", "").not_identity("for a test").spec,
            argument::<Text>("id", "").called("user_id").not_identity("for a test").spec,
            argument::<Text>("target", "").called("path").raw("for a test").spec,
            argument::<uuid::Uuid>("after", "").called("document").spec,
            argument::<f64>("owner", "").spec,
            argument::<Text>("password", "").secret().spec,
            argument::<Text>("api_token", "").not_credential("for a test").spec,
            argument::<Secret<String>>("token", "").spec,
            argument::<u32>("pwd", "").spec,
        ];
        assert_eq!(found(true, &arguments), []);
    }

    #[test]
    fn a_pattern_that_refuses_no_sign_narrows_nothing() {
        for pattern in [
            "",
            "^",
            ".*",
            "^.+$",
            r"^[\s\S]*$",
            "^.*.*$",
            r"(.|\n)*",
            "^(?:a|.*)$",
            "[a-z]*",
            "[a-z]",
            "^.{2,40}$",
            "^[!-~]$",
            r"^\S+$",
        ] {
            assert!(!narrows(pattern), "{pattern}");
        }
        for pattern in ["a{3}", "^$", "^a.*$", "^[a-z]*$", r"^\.$", r"^[^;]+$", "^https://.*$", r"^[^\s/]+$"] {
            assert!(narrows(pattern), "{pattern}");
        }
    }
}
