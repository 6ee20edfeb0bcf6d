//! Checks the declarations of an item again when the server is built: values that only the finished program knows, such as constants of a generic
//! `impl`, and what the expansion promises about itself.

use std::borrow::Cow;

use secure_tool_vocabulary::{LARGEST_OUTPUT, LONGEST_TIMEOUT, MOST_A_SECOND, MOST_AT_ONCE, MOST_RATES, is_media_type};
use serde_json::Value;

use super::{Kind, Spec};
use crate::{
    AllowList,
    constants::is_described,
    policy::{Concurrency, Ownership, Rate},
    schema::argument::ArgumentSpec,
};

/// The problems of a declaration, each as the end of a sentence about the item. The wording follows the compile-time rules.
pub(super) fn problems(spec: &Spec) -> Vec<String> {
    let mut problems: Vec<String> = spec.only_for.iter().filter_map(AllowList::problem).collect();
    match &spec.scope {
        None => problems.push(
            "declares no `scope` [ST01]: say which OAuth scope a caller needs, `scope = \"invoices:read\"`, or opt out with \
             `scope = public(\"why anyone may call it\")`"
                .to_owned(),
        ),
        Some(scope) => problems.extend(scope.problem()),
    }
    match &spec.owner {
        None => problems.push(
            "declares no `owner` [ST02]: name the parameter that says whose objects it touches, `owner = caller`, or opt out with \
             `owner = unowned(\"why it has no owner\")`"
                .to_owned(),
        ),
        Some(Ownership::Parameters(names)) => problems.extend(owners(names, spec)),
        Some(Ownership::Unowned(_)) => {}
    }
    for (key, text) in [("title", spec.title), ("version", spec.version), ("deprecated", spec.deprecated)] {
        if text.is_some_and(|text| !is_described(text)) {
            problems.push(format!("has an empty `{key}` [ST10]: give it a text, or remove `{key}`"));
        }
    }
    if let Some(mime) = spec.mime
        && !is_media_type(mime)
    {
        problems.push(format!(
            "has the `mime` \"{}\", which is not a valid media type [ST45]: write a type and a subtype, `mime = \"application/json\"`",
            mime.escape_debug()
        ));
    }
    problems.extend(rates(spec));
    problems.extend(spec.rates.iter().flat_map(rate));
    if spec.timeout.is_some_and(|timeout| timeout.is_zero() || timeout > LONGEST_TIMEOUT) {
        problems
            .push("has a `timeout` that is zero or longer than an hour [ST14]: write 1ms to 1h, `timeout = 5s`".into());
    }
    if spec.max_output.is_some_and(|bytes| bytes == 0 || bytes > LARGEST_OUTPUT) {
        problems.push(
            "has a `max_output` that is zero or larger than 64 MiB [ST14]: write 1KiB to 64MiB, `max_output = 64KiB`"
                .into(),
        );
    }
    problems.extend(spec.concurrency.and_then(concurrency));
    problems.extend(spec.arguments.iter().flat_map(crossed_bounds));
    problems.extend(spec.arguments.iter().filter_map(nothing_listed));
    problems.extend(asked_of_nobody(spec));
    if spec.breaker.is_some_and(|breaker| !breaker.is_sound()) {
        problems.push(
            "has a `breaker` that never opens or never closes [ST57]: write 1 to 1000 failures and a cooldown of 1s to 1h, \
             `breaker(failures = 5, cooldown = 30s)`"
                .into(),
        );
    }
    problems
}

/// Every parameter that `owner` names is compared with the caller, or is the caller.
fn owners(names: &[Cow<'static, str>], spec: &Spec) -> Vec<String> {
    let mut problems = Vec::new();
    let (mut compared, mut provided) = (0, 0);
    for name in names {
        match spec.arguments.iter().find(|argument| argument.name == &**name) {
            Some(argument) if argument.checked => compared += 1,
            Some(_) => {
                problems.push(format!("names `{name}` as its owner, but nothing compares it with the caller [ST21]"));
            }
            // A parameter that `owner` names and the model does not send is the caller.
            None => provided += 1,
        }
    }
    if names.is_empty() {
        problems.push("names no owner [ST02]".into());
    }
    if provided > 1 || spec.checks < compared {
        problems.push("has fewer ownership checks than `owner` names parameters [ST21]".into());
    }
    problems
}

/// ST07, ST24
fn asked_of_nobody(spec: &Spec) -> Option<String> {
    let is_public = spec.scope.as_ref().is_some_and(crate::policy::Scope::is_public);
    let asked = spec.arguments.iter().find(|argument| argument.asked.is_some())?;
    if spec.kind != Kind::Tool {
        return Some(format!(
            "asks a person for `{}`, which only a tool can do [ST07]: take the value from the client instead",
            asked.name
        ));
    }
    is_public.then(|| {
        format!(
            "asks a person for `{}`, but a public tool has no caller to whom the answer could belong [ST24]: require a scope",
            asked.name
        )
    })
}

/// ST13
fn rates(spec: &Spec) -> Vec<String> {
    let mut problems = Vec::new();
    if spec.rates.len() > MOST_RATES {
        problems.push(format!("has more than {MOST_RATES} rates [ST13]: keep the strictest"));
    }
    let is_repeated = |index: usize, rate: &Rate| {
        spec.rates.iter().take(index).any(|earlier| (earlier.unit, earlier.per) == (rate.unit, rate.per))
    };
    if let Some((_, rate)) = spec.rates.iter().enumerate().find(|(index, rate)| is_repeated(*index, rate)) {
        problems.push(format!(
            "has two rates per {} that count the same calls [ST13]: keep the stricter one",
            rate.unit.name()
        ));
    }
    if spec.quota.is_some_and(|quota| quota.count == 0) {
        problems.push("has a quota of 0 per day [ST13]: write at least 1, `quota = 500/day`".into());
    }
    if spec.cost == 0 {
        problems.push("has a `cost` of `0` [ST13]: write at least 1, `cost = 5`".into());
    }
    problems
}

/// ST13
fn rate(rate: &Rate) -> Vec<String> {
    let most = u64::from(MOST_A_SECOND).saturating_mul(rate.unit.period().as_secs());
    let mut problems = Vec::new();
    if rate.count == 0 || u64::from(rate.count) > most {
        problems.push(format!(
            "has a rate of `{}/{}`, which is not a valid rate [ST13]: write at least 1 and at most 1000000 per second, \
             `rate = 60/minute`",
            rate.count,
            rate.unit.name()
        ));
    } else if rate.burst != rate.count && (rate.burst == 0 || rate.burst > MOST_A_SECOND) {
        problems.push(format!(
            "has a `burst` of `{}`, which is not a valid burst [ST13]: write 1 to 1000000, `burst = 10`",
            rate.burst
        ));
    }
    problems
}

/// ST14
fn concurrency(Concurrency { calls, per_caller }: Concurrency) -> Option<String> {
    if calls == 0 || calls > MOST_AT_ONCE {
        return Some(
            "has a `concurrency` that is zero or larger than 65535 [ST14]: write 1 to 65535, `concurrency = 8`".into(),
        );
    }
    per_caller.filter(|share| *share == 0 || *share > calls).map(|share| {
        format!(
            "has a `per_caller` of `{share}` with a concurrency of {calls} [ST14]: write 1 to {calls}, \
             `concurrency({calls}, per_caller = 1)`"
        )
    })
}

/// ST18
fn crossed_bounds(argument: &ArgumentSpec) -> Vec<String> {
    let bound = |keyword: &str| {
        let constraint = argument.constraints.iter().find(|constraint| constraint.keyword == keyword)?;
        constraint.value.as_number().cloned()
    };
    let pairs = [
        ("minimum", "maximum", "min", "max"),
        ("minLength", "maxLength", "min_len", "max_len"),
        ("minItems", "maxItems", "min_items", "max_items"),
    ];
    let cross = |low: &str, high: &str| match (bound(low), bound(high)) {
        (Some(low), Some(high)) => exceeds(&Value::Number(low), &Value::Number(high)),
        _ => false,
    };
    pairs
        .into_iter()
        .filter(|(low, high, ..)| cross(low, high))
        .map(|(_, _, low, high)| {
            format!(
                "argument `{}` has a `{low}` that is greater than its `{high}`, so no value fits [ST18]",
                argument.name
            )
        })
        .collect()
}

/// ST18
fn nothing_listed(argument: &ArgumentSpec) -> Option<String> {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    let lists = argument.constraints.iter().find(|constraint| constraint.keyword == "enum");
    lists
        .filter(|constraint| is_empty(&constraint.value))
        .map(|_| format!("argument `{}` has an empty `one_of`, so no value fits [ST18]", argument.name))
}

/// ST19: media that the scan cannot read must be released exactly where they occur.
pub(super) fn media(spec: &Spec) -> Vec<String> {
    let Some(held) = spec.held else { return Vec::new() };
    let undeclared = held.iter().filter(|media| !spec.media.contains(media)).map(|media| {
        let name = media.name();
        format!(
            "returns content that the release scan cannot read, and does not declare it [ST19]: add `releases({name})`"
        )
    });
    let unheld = spec.media.iter().filter(|media| !held.contains(media)).map(|media| {
        let name = media.name();
        format!("releases `{name}`, but its answer contains none [ST19]: remove it")
    });
    undeclared.chain(unheld).collect()
}

fn exceeds(low: &Value, high: &Value) -> bool {
    let whole = |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    match (whole(low), whole(high)) {
        (Some(low), Some(high)) => low > high,
        _ => low.as_f64() > high.as_f64(),
    }
}
