//! Compiles a declaration into an item, with its schemas, validators and limits.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use secure_tool_vocabulary::LONGEST_TIMEOUT;
use serde_json::Value;

use super::{
    AskPolicy, ConfirmPolicy, Form, Item, ItemPolicy, Kind, Order, Repeated, RequiredScopes, Spec, Task, Who,
    completions::{self, Completed},
    declared, idempotent, rates,
    texts::Texts,
    uri::Uri,
};
use crate::{
    KeyRing,
    audit::{AuditOutput, output::OutputRecorder, redact::Redactor},
    breaker::Breaker,
    confirm::{self, Sealer},
    identity::{Hierarchy, Shares},
    output::{
        Inspectors, Rules, Schema,
        scan::{Scan, Scanner},
    },
    policy::{Budget, Confirm, Effect, Limits, Ownership, Piece, Rate, Scope},
    resource::Entries,
    schema::{self, argument::ArgumentSpec, classes, form, names, normalize::Normalizer, outcome, portable},
    validate::Validator,
};

/// What all items of a server share.
pub(crate) struct Shared<'b> {
    pub(crate) defaults: Limits,
    pub(crate) default_rate: Rate,
    pub(crate) budgets: &'b [Budget],
    pub(crate) audit_output: Option<AuditOutput>,
    pub(crate) environment: Option<&'b str>,
    pub(crate) override_scope: Option<&'b str>,
    pub(crate) hierarchy: &'b Hierarchy,
    pub(crate) scanner: Arc<Scanner>,
    pub(crate) inspectors: Arc<Inspectors>,
    pub(crate) sealer: Arc<Sealer>,
    /// The secrets of the server: configured ones, or random ones of this process.
    pub(crate) keys: KeyRing,
}

/// What runs an item.
pub(crate) struct Runs<R> {
    pub(crate) body: R,
    /// Which URIs there are.
    pub(crate) listing: Option<R>,
    /// The completions of arguments, by name.
    pub(crate) completions: Vec<(&'static str, R)>,
}

/// An item, and the schemas that clients are shown.
pub(crate) struct Compiled<R> {
    pub(crate) item: Item<R>,
    pub(crate) input: Value,
    pub(crate) output: Option<Value>,
}

/// Compiles one item. `offering` runs what offers these values.
///
/// # Errors
///
/// Every problem, each as the end of a sentence about the item.
pub(crate) fn compile<R>(
    index: usize,
    mut spec: Spec,
    runs: Runs<R>,
    offering: fn(Arc<[String]>) -> R,
    shared: &Shared<'_>,
) -> Result<Compiled<R>, Vec<String>> {
    let mut problems = [declared::problems(&spec), idempotent::mark(&mut spec)].concat();
    if spec.rates.is_empty() {
        spec.rates.push(shared.default_rate);
    }
    let limits = limits(&spec, &shared.defaults);
    let mut rates = None;
    if problems.is_empty() {
        problems.extend(bad_limits(&limits));
        let found = rates::limits(index, &spec, shared.budgets, &shared.keys);
        rates = found.map_err(|found| problems.extend(found)).ok();
    }
    let scan = scan(&spec, shared).map_err(|found| problems.extend(found)).ok();
    problems.extend(classes::problems(spec.output.as_ref(), &spec.classes, |name| shared.scanner.knows(name)));
    problems.extend(declared::media(&spec));
    if let Some(output) = &mut spec.output {
        portable::settle(output, &mut |problem| problems.push(format!("answers with a type that {problem}")));
    }
    let input = schema::input(of_model(&spec)).map_err(|found| problems.extend(found)).ok();
    let answer = schema::input(of_person(&spec)).map_err(|found| problems.extend(found)).ok();
    let has_owner =
        matches!(&spec.owner, Some(Ownership::Parameters(_))) && !spec.scope.as_ref().is_some_and(Scope::is_public);
    let all = input.as_ref().zip(answer.as_ref()).map(|(input, answer)| both(input, answer));
    if let (Some(input), Some(all)) = (&input, &all) {
        problems.extend(names::problems(names::ItemFacts { item: spec.name, owned: has_owner }, all, &spec.arguments));
        problems.extend(schema::undecided(input, of_model(&spec)));
        problems.extend(not_shown_whole(&spec, all).into_iter().chain(idempotent::unfit(&spec, input)));
    }
    let asked = answer.as_ref().and_then(|answer| asked(&spec, answer).map_err(|found| problems.extend(found)).ok());
    let uri = input.as_ref().and_then(|input| Uri::compile(&spec, input).map_err(|found| problems.extend(found)).ok());
    if runs.listing.is_some() {
        problems.extend(lists_nothing(&spec, uri.as_ref()));
    }
    let texts = input.as_ref().and_then(|of| Texts::compile(&spec, of).map_err(|found| problems.extend(found)).ok());
    problems.extend(completions::problems(&spec, runs.completions.iter().map(|(argument, _)| *argument)));
    let validator = input.as_ref().and_then(|input| {
        let compiled = Validator::compile(input);
        compiled.map_err(|error| problems.push(format!("has an input schema that cannot be compiled: {error}"))).ok()
    });
    let stated = (spec.scope.take(), spec.owner.take());
    let (
        Some(rates),
        Some(scan),
        Some((mut input, all)),
        Some(uri),
        Some(texts),
        Some(validator),
        Some(asked),
        (Some(scope), Some(owner)),
        true,
    ) = (rates, scan, input.zip(all), uri, texts, validator, asked, stated, problems.is_empty())
    else {
        return Err(problems);
    };
    let (output, wrap) = spec.output.take().map(|schema| outcome::publish(schema, &scan, &spec.classes)).unzip();
    let rules = Rules {
        limit: limits.max_output,
        // Only tools have structured content.
        schema: wrap.filter(|_| spec.kind == Kind::Tool).map(|wrap| if wrap { Schema::Wrapped } else { Schema::Value }),
        scan,
        classes: spec.classes.as_slice().into(),
        media: spec.media.as_slice().into(),
        inspectors: Arc::clone(&shared.inspectors),
    };
    let audit_output = spec.audit_output.or(shared.audit_output).unwrap_or(AuditOutput::by_default(spec.effect));
    let redactor = Redactor::new(&all, &spec.arguments);
    let (form, shown) = asked.unzip();
    portable::unmark(&mut input);
    let listing = runs.listing.map(|run| listing(run, entries(&spec, uri.as_ref()), &rules, places(&limits), shared));
    let listing = listing.transpose().map_err(|problem| vec![problem])?;
    let completed = Completed { spec: &spec, input: &input, rules: &rules, places: places(&limits) };
    let completions = completed.compile(runs.completions, offering, shared).map_err(|problem| vec![problem])?;
    let body = Task {
        normalizer: Normalizer::compile(&input),
        validator,
        redactor,
        form,
        policy: Arc::new(policy(&mut spec, owner, scope.is_public(), (rules, limits.timeout), (&input, shown), shared)),
        places: places(&limits),
        run: runs.body,
    };
    let item = Item {
        kind: spec.kind,
        name: spec.name.into(),
        index,
        scopes: RequiredScopes::new(&scope, shared.hierarchy),
        limits,
        rates,
        output: Arc::new(OutputRecorder::new(audit_output, output.as_ref())),
        uri,
        texts,
        body,
        listing,
        completions,
        here: spec.only_in.is_empty() || shared.environment.is_some_and(|here| spec.only_in.contains(&here)),
        disabled: AtomicBool::new(false),
        scope,
        spec,
    };
    Ok(Compiled { item, input, output })
}

fn scan(spec: &Spec, shared: &Shared<'_>) -> Result<Scan, Vec<String>> {
    let unknown = |kind| format!("releases `{kind}`, but there is no mask pattern of that name");
    Scan::new(&shared.scanner, &spec.releases).map_err(|kinds| kinds.into_iter().map(unknown).collect())
}

/// Why a resource cannot have a `list`.
fn lists_nothing(spec: &Spec, uri: Option<&Option<Uri>>) -> Vec<String> {
    let mut problems = Vec::new();
    if spec.scope.as_ref().is_some_and(Scope::is_public) {
        problems.push(
            "has a `list` although it is `public`: there is no caller whose objects could be listed [ST44]".into(),
        );
    }
    if let Some(Some(uri)) = uri
        && uri.template.variables().next().is_none()
    {
        problems
            .push("has a `list`, and a `uri` without variables, which is listed as it is: remove `list` [ST44]".into());
    }
    problems
}

fn entries(spec: &Spec, uri: Option<&Uri>) -> Option<Arc<Entries>> {
    let template = Arc::clone(&uri?.template);
    let Spec { name, description, .. } = *spec;
    Some(Arc::new(Entries { template, name, description, media_type: spec.media_type() }))
}

/// The places for concurrent requests. Each kind of request has its own.
fn places(Limits { concurrency, .. }: &Limits) -> Arc<Shares> {
    Shares::new(concurrency.calls as usize, concurrency.of_caller() as usize)
}

/// The listing of a resource takes no arguments and returns entries of the caller.
fn listing<R>(
    run: R,
    entries: Option<Arc<Entries>>,
    rules: &Rules,
    places: Arc<Shares>,
    shared: &Shared<'_>,
) -> Result<Task<R>, String> {
    let owner = Ownership::Parameters(Vec::new());
    side_task(&[], SideTask { owner, entries, rules: rules.clone(), places, run }, shared)
}

/// A request to an item other than its body.
pub(super) struct SideTask<R> {
    pub(super) owner: Ownership,
    pub(super) entries: Option<Arc<Entries>>,
    pub(super) rules: Rules,
    pub(super) places: Arc<Shares>,
    pub(super) run: R,
}

pub(super) fn side_task<R>(
    arguments: &[ArgumentSpec],
    of: SideTask<R>,
    shared: &Shared<'_>,
) -> Result<Task<R>, String> {
    let SideTask { owner, entries, rules, places, run } = of;
    let input = schema::input(arguments).map_err(|problems| problems.join(", "))?;
    let policy = ItemPolicy {
        names: arguments.iter().map(|argument| argument.name).collect(),
        defaults: arguments.iter().map(|_| None).collect(),
        // Values without an owner are shown to everybody.
        override_scope: shared.override_scope.filter(|_| matches!(owner, Ownership::Parameters(_))).map(Into::into),
        owner,
        checks: 0,
        asks: None,
        confirm: None,
        idempotent: None,
        rules,
        entries,
        effect: Effect::ReadOnly,
        writes: false,
        is_blocking: false,
        order: Order::default(),
        checks_of_model: 0,
        breaker: None,
    };
    Ok(Task {
        normalizer: Normalizer::compile(&input),
        validator: Validator::compile(&input)?,
        redactor: Redactor::new(&input, arguments),
        form: None,
        policy: Arc::new(policy),
        places,
        run,
    })
}

/// Checks the limits, after the server's defaults have been applied.
fn bad_limits(limits: &Limits) -> Vec<String> {
    let mut problems = Vec::new();
    if limits.timeout.is_zero() || limits.max_output == 0 || limits.concurrency.calls == 0 {
        problems.push("has a timeout, an output limit or a concurrency limit of zero".into());
    }
    if limits.timeout > LONGEST_TIMEOUT {
        problems.push(format!("has a timeout of more than {LONGEST_TIMEOUT:?}"));
    }
    problems
}

fn policy(
    spec: &mut Spec,
    owner: Ownership,
    is_public: bool,
    (rules, timeout): (Rules, Duration),
    (input, form): (&Value, Option<Value>),
    shared: &Shared<'_>,
) -> ItemPolicy {
    ItemPolicy {
        asks: form.map(|form| AskPolicy {
            questions: of_person(spec).filter_map(|asked| Some((asked.name, asked.asked?))).collect(),
            form,
            checks_before: spec.checks - spec.checks_of_asked,
            sealer: Arc::clone(&shared.sealer),
        }),
        names: spec.arguments.iter().map(|argument| argument.name).collect(),
        defaults: spec.arguments.iter_mut().map(|argument| argument.default.take()).collect(),
        owner,
        // A public item has no caller with scopes. They are never compared; if they were, nobody would pass.
        override_scope: shared.override_scope.filter(|_| !is_public).map(Into::into),
        checks: spec.checks,
        confirm: confirm_policy(spec, &shared.sealer),
        idempotent: spec.idempotent.map(|by| Repeated {
            by,
            is_uuid: idempotent::is_uuid(by, input),
            rules: rules.digest(spec.version),
        }),
        rules,
        effect: spec.effect,
        entries: None,
        writes: spec.effect != Effect::ReadOnly,
        is_blocking: spec.blocking,
        order: std::mem::take(&mut spec.order),
        checks_of_model: spec.checks - spec.checks_of_asked,
        breaker: spec.breaker.map(|policy| Arc::new(Breaker::new(spec.name, policy, timeout))),
    }
}

/// The arguments that the model sends.
fn of_model(spec: &Spec) -> impl Iterator<Item = &ArgumentSpec> + Clone {
    spec.arguments.iter().filter(|argument| argument.asked.is_none())
}

/// The arguments that the person at the client gives.
fn of_person(spec: &Spec) -> impl Iterator<Item = &ArgumentSpec> + Clone {
    spec.arguments.iter().filter(|argument| argument.asked.is_some())
}

/// The schema of all arguments, of the model and of the person.
fn both(input: &Value, answer: &Value) -> Value {
    let mut all = input.clone();
    for part in ["properties", "$defs"] {
        let Some(Value::Object(more)) = answer.get(part) else { continue };
        match all.get_mut(part) {
            Some(Value::Object(known)) => known.extend(more.clone()),
            _ => {
                if let Some(all) = all.as_object_mut() {
                    all.insert(part.to_owned(), more.clone().into());
                }
            }
        }
    }
    all
}

/// The form for a person: how the answer is read, and what clients show.
fn asked(spec: &Spec, answer: &Value) -> Result<Option<(Form, Value)>, Vec<String>> {
    let names: Box<[_]> = of_person(spec).map(|asked| asked.name).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let mut problems: Vec<String> = of_model(spec)
        .filter(|argument| names.contains(&argument.name))
        .map(|argument| format!("has two arguments called `{}`", argument.name))
        .collect();
    let shown = form::form(answer, of_person(spec)).map_err(|found| problems.extend(found)).ok();
    let mut answer = answer.clone();
    portable::unmark(&mut answer);
    let validator = Validator::compile(&answer)
        .map_err(|error| problems.push(format!("asks for values whose schema cannot be compiled: {error}")))
        .ok();
    match (shown, validator) {
        (Some(shown), Some(validator)) if problems.is_empty() => {
            Ok(Some((Form { names, normalizer: Normalizer::compile(&answer), validator }, shown)))
        }
        _ => Err(problems),
    }
}

/// ST16: arguments that a question cannot show in full.
fn not_shown_whole(spec: &Spec, input: &Value) -> Vec<String> {
    let confirmed = match spec.confirm {
        Some(Confirm::Client(pieces) | Confirm::Operator(pieces)) => Some(pieces),
        Some(Confirm::Never(_)) | None => None,
    };
    let questions: Vec<&[Piece]> = of_person(spec).filter_map(|asked| asked.asked).chain(confirmed).collect();
    let is_shown = |name| {
        questions.iter().copied().flatten().any(|piece| matches!(piece, Piece::Argument(shown) if *shown == name))
    };
    let schema =
        |name: &str| input.get("properties").and_then(|properties| properties.get(name)).unwrap_or(&Value::Null);
    let shown = spec.arguments.iter().filter(|argument| is_shown(argument.name));
    shown.filter_map(|argument| confirm::not_shown_whole(argument, schema(argument.name))).collect()
}

fn confirm_policy(spec: &Spec, sealer: &Arc<Sealer>) -> Option<ConfirmPolicy> {
    let (who, pieces) = match spec.confirm? {
        Confirm::Client(pieces) => (Who::Client, pieces),
        Confirm::Operator(pieces) => (Who::Operator, pieces),
        Confirm::Never(_) => return None,
    };
    Some(ConfirmPolicy { who, pieces, sealer: Arc::clone(sealer) })
}

fn limits(spec: &Spec, defaults: &Limits) -> Limits {
    Limits {
        timeout: spec.timeout.unwrap_or(defaults.timeout),
        max_output: spec.max_output.unwrap_or(defaults.max_output),
        concurrency: spec.concurrency.unwrap_or(defaults.concurrency),
    }
}
