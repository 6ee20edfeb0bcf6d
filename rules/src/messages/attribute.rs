//! ST10 to ST17: keys and values that say nothing.

use super::messages;

messages! {
    ST10 {
        unknown_key_near(key, place, nearest):
            "`{key}` is no key of `{place}`",
            "did you mean `{nearest}`?";
        unknown_key_among(key, place, known):
            "`{key}` is no key of `{place}`",
            "the keys are {known}";
        described_by_docs(key):
            "`{key}` is not a key here: the doc comment is the description",
            "write a doc comment: `/// Fetch one invoice of the caller.`";
        key_of_tools(key, noun):
            "`{key}` is a key of tools, and this is a {noun}",
            "remove `{key}`; a {noun} only reads, and what changes something is a tool: `#[secure_tool(…)]`";
        hint_of_tools(key, noun):
            "`{key}` is a key of tools, and this is a {noun}",
            "remove `{key}`; it tells clients what a call does, and a {noun} only reads";
        key_of_resources(key, noun):
            "`{key}` is a key of resources, and this is a {noun}",
            "remove `{key}`; what is read by a URI is a resource: `#[secure_resource(uri = \"invoices://{{invoice}}\", …)]`";
        completion_of_tool(key, noun):
            "`{key}` has no effect on a {noun}, as clients complete the arguments of resources and prompts alone",
            "list what may stand there: `one_of = [\"draft\", \"sent\"]`, or take an enum";
        structs_in_uri(key, noun):
            "`{key}` has no effect on a {noun}, whose arguments are the variables of its URI",
            "take each variable as a parameter of its own: `/// The year.` above `year: u16`";
        lists_in_text(key, noun):
            "`{key}` has no effect on a {noun}, whose arguments are one text, number or `bool` each",
            "remove `{key}`";
        defaults_in_uri(key, noun):
            "`{key}` has no effect on a {noun}, as a variable of its URI is always there",
            "remove `{key}`; for what may be left out write a second {noun} with a URI of its own";
        secrets_in_uri(key, noun):
            "`{key}` cannot be kept in a {noun}, whose URI is shown and logged by every client",
            "take what is secret as an argument of a tool: `#[secure_tool(…)]` and `pin: Secret<String>`";
        examples_without_schema(key, noun):
            "`{key}` is shown nowhere for a {noun}, whose arguments have no schema for clients",
            "put it into the doc comment: `/// The invoice's number, such as \"inv_0042\".`";
        annotations_of_rmcp(key):
            "`{key}` is not a key here: clients read the annotations from what the tool says it does",
            "write `read_only` or `destructive`, or neither for a tool that writes; `hints(idempotent, closed_world)` and `title = \"…\"` are keys as well";
        annotations_of_reader(key):
            "`{key}` is not a key here: what is no tool only reads, and has no annotations",
            "remove `{key}`; `title = \"…\"` is a key";
        no_key(place, sample):
            "`{place}` expects a key here",
            "separate the keys with commas: `{sample}`";
        scope_without_key(text):
            "`{text}` is a value without a key",
            "write `scope = {text}`";
        missing_comma(key, next):
            "`{next}` needs a comma before it",
            "put one after `{key}` and its value";
        not_part_of(key):
            "`{key}` is followed by something that is not part of it",
            "put a comma after `{key}` and its value";
        flag_with_value(key):
            "`{key}` takes no value",
            "write `{key}` alone, or leave it out";
        no_text(key):
            "`{key}` takes a string",
            "write `{key} = \"…\"`";
        empty_text(key):
            "`{key}` is empty",
            "give it a text, or leave `{key}` out";
        no_root():
            "`crate` takes the path of the crate `secure_tool`",
            "write `crate = ::path::to::secure_tool`";
        only_in_form():
            "`only_in` takes a list of environments",
            "write `only_in(\"staging\")` or `only_in(\"staging\", \"dev\")`";
        hints_form():
            "`hints` takes a list of what clients are told",
            "write `hints(idempotent)` if a second call with the same arguments changes nothing more, `hints(closed_world)` if it touches nothing outside of this application, or both";
        idempotent_yet_read_only(tool):
            "`{tool}` is `read_only`, and so idempotent already",
            "leave the hint `idempotent` out";
        bad_icon(fault):
            "this icon {fault}",
            "write `icon = \"https://…\"` of the server's own host, or a data URI of PNG, JPEG or WebP of at most 16 KiB: `icon = \"data:image/png;base64,…\"`";
        meta_form():
            "`meta` takes a list of keys, each with a literal",
            "write `meta(\"com.example/team\" = \"billing\")`";
        bad_meta_key(key, fault):
            "the key `{key}` of `_meta` {fault}",
            "give it a prefix of your own, in reverse: `\"com.example/team\"`";
        meta_too_long():
            "`meta` is longer than 1024 bytes, which go out with every list",
            "say less: a client asks a tool for what is long";
        releases_form():
            "`releases` takes a list of what may leave",
            "write `releases(card)`, `releases(card, pii)`, `releases(image)`, `releases(\"employee_id\")` for a pattern of your own, or `releases(Salary)` for a class of your own";
        no_release_near(kind, nearest):
            "`{kind}` is nothing that the guard keeps back",
            "did you mean `{nearest}`? a pattern of your own is named as text, `releases(\"{kind}\")`, and a class by its type";
        no_release_among(kind, known):
            "`{kind}` is nothing that the guard keeps back",
            "it can release {known}; a pattern of your own is named as text, `releases(\"{kind}\")`, and a class by its type";
        release_as_text(kind):
            "`{kind}` is built in and no pattern of yours",
            "write `releases({kind})`";
        no_audit_output(given):
            "`{given}` is no way to audit an answer",
            "write `audit_output = none`, `audit_output = shape`, `audit_output = digest` or `audit_output = masked`";
        no_pattern_name(name):
            "`{name}` cannot be the name of a mask pattern",
            "use 1 to 64 of a-z, 0-9, `_`, as in `.mask_pattern(\"employee_id\", r\"EMP-[0-9]{{6}}\")`";
    }

    ST11 {
        duplicate_key(key, place):
            "`{key}` is given twice in `{place}`",
            "keep one `{key}`";
        attribute_twice(item, attribute):
            "`{item}` has `{attribute}` twice",
            "put all keys into one `#[{attribute}(…)]`";
        two_kinds(item, noun, other):
            "`{item}` is a {noun} and a {other} at once",
            "write a function for each; both may call a third that is neither";
        environment_twice(name):
            "`\"{name}\"` is in `only_in` twice",
            "keep one `\"{name}\"`";
        hint_twice(hint):
            "`{hint}` is hinted twice",
            "keep one `{hint}`";
        meta_twice(key):
            "`{key}` is in `meta` twice",
            "keep one `\"{key}\"`";
        released_twice(kind):
            "`{kind}` is released twice",
            "keep one `{kind}`";
    }

    ST12 {
        scope_form():
            "`scope` takes a scope, a constant that holds one, or a list of them",
            "write `scope = \"invoices:read\"`, `scope = INVOICES_READ`, `scope = all(\"a\", \"b\")`, `scope = any(\"a\", \"b\")` or `scope = public(\"why anyone may call it\")`";
        scope_without_quotes(word, quoted):
            "`{word}` is neither a scope nor a constant that holds one",
            "write the scope as a text: `scope = \"{quoted}\"`";
        scope_in_brackets():
            "`scope` takes no list in brackets",
            "say whether a caller needs all of them or one: `scope = all(\"notes:read\", \"notes:list\")`, `scope = any(\"notes:read\", \"notes:list\")`";
        scope_list_empty(form):
            "`{form}()` names no scope",
            "name at least one: `scope = {form}(\"invoices:read\")`";
        scope_empty():
            "`\"\"` is no scope",
            "name one: `scope = \"invoices:read\"`, or opt out with `scope = public(\"why anyone may call it\")`";
        scope_constant(path):
            "the value of `{path}` is no scope",
            "a scope is one word of visible ASCII without quotes, backslashes and wildcards, such as `invoices:read`";
        scope_wildcard(scope):
            "`{scope}` is a wildcard, which no scope can be",
            "name the scope itself: `scope = \"invoices:read\"`";
        scope_malformed(scope):
            "`{scope}` is no scope token of RFC 6749, section 3.3",
            "use printable ASCII without spaces, quotes and backslashes, one scope a string: `scope = all(\"invoices:read\", \"invoices:list\")`";
        scope_twice(scope):
            "`{scope}` is listed twice",
            "name each scope once";
    }

    ST13 {
        no_rate(given, meant):
            "`{given}` is not a valid rate",
            "write a count and one of second, minute, hour, day: `rate = {meant}`, or `rate({meant}, burst = 10, per = caller)`; or a constant of the type `Rate`";
        rates_empty():
            "a list of rates that is empty limits nothing",
            "name the rates, all of which hold: `rate = [10/second, 200/hour]`; or leave `rate` out";
        rates_many(most):
            "more than {most} rates are in the list",
            "keep the strictest";
        rates_repeated(unit, per):
            "two rates a {unit} count the same calls, per {per}",
            "keep the stricter one, or count one of them per `tenant`, `client` or `tool`";
        no_quota(given):
            "`{given}` is not a valid quota",
            "write how many calls there may be in a day, which begins at midnight in UTC: `quota = 500/day`, or `quota(500/day, per = tenant)`; or a constant of the type `Quota`; for other times there is `rate = 200/hour`";
        quota_range(count):
            "`{count}/day` is no limit that means anything",
            "write 1 to 4294967295: `quota = 500/day`";
        no_cost(key, given):
            "`{given}` is no `{key}`",
            "write as how many calls one counts: `cost = 5`; or a constant of the type `u32`";
        cost_range():
            "a `cost` of zero means that nothing is counted",
            "write at least 1: `cost = 5`";
        cost_beyond(cost, limit, most):
            "a call that counts as {cost} never passes `{limit}`, which lets {most} come at once",
            "lower the `cost`, or raise the limit to at least {cost}, with a `burst` of as many";
        no_per(given):
            "`{given}` is nothing that a rate can count by",
            "write `per = caller`, `per = tenant`, `per = client`, or for all calls of the item `per = tool`, `per = resource` or `per = prompt`";
        per_other(given, noun):
            "`{given}` is nothing that the rate of a {noun} can count by",
            "write `per = {noun}` to count all calls of the {noun} together";
        no_burst(key, given):
            "`{given}` is no `{key}`",
            "write a whole number: `burst = 10`";
        rate_range(count, unit):
            "`{count}/{unit}` is no limit that means anything",
            "write at least 1 and at most 1000000 a second, and at most 4294967295 in all: `rate = 60/minute`";
        rate_constant(shown):
            "the value of `{shown}` is no limit that means anything",
            "write at least 1 and at most 1000000 a second, and a `burst` of 1 to 1000000: `const LOOKUPS: Rate = Rate::new(60, Unit::Minute);`";
        burst_range(burst):
            "a `burst` of `{burst}` is no limit that means anything",
            "write 1 to 1000000: `burst = 10`";
    }

    ST14 {
        no_duration(key, given, meant):
            "`{given}` is not a valid duration",
            "write a whole number with one of ms, s, m, h: `{key} = {meant}`; or a constant of the type `Duration`";
        no_size(key, given, meant):
            "`{given}` is not a valid size",
            "write a whole number with KiB or MiB: `{key} = {meant}`; or a constant of the type `usize`, in bytes";
        no_concurrency(key, given):
            "`{given}` is not a number of calls",
            "write a whole number, `{key} = 8` or `{key}(8, per_caller = 2)`, or a constant of the type `u32`";
        no_share(key, given):
            "`{given}` is no `{key}`",
            "write a whole number: `per_caller = 2`";
        timeout_range():
            "`timeout` is zero or longer than an hour",
            "write 1ms to 1h: `timeout = 5s`";
        output_range():
            "`max_output` is zero or larger than 64 MiB",
            "write 1KiB to 64MiB: `max_output = 64KiB`";
        concurrency_range():
            "`concurrency` is zero or larger than 65535",
            "write 1 to 65535: `concurrency = 8`";
        share_range(calls, share):
            "a `per_caller` of `{share}` is zero or more than the `{calls}` calls of all callers",
            "write 1 to {calls}: `concurrency({calls}, per_caller = 1)`";
    }

    ST15 {
        no_reason_for(opt_out, why):
            "`{opt_out}` gives no reason",
            "say why in the source: `{opt_out}(\"{why}\")`";
        weak_reason_for(opt_out, why):
            "`{opt_out}` gives no real reason",
            "say why, in 10 characters or more: `{opt_out}(\"{why}\")`";
        placeholder_reason(opt_out, why):
            "`{opt_out}` repeats the question of the help instead of answering it",
            "say in your own words {why}";
    }

    ST16 {
        confirm_form():
            "`confirm` takes a question",
            "write `confirm = \"Delete {{invoice}} for good?\"`, `confirm = operator(\"Delete {{invoice}} for good?\")` for somebody outside of the conversation, or `confirm = never(\"why nobody needs to be asked\")`";
        asks_nothing(key):
            "`{key}` asks nothing",
            "say what a person is to decide: `{key} = \"Delete {{invoice}} for good?\"`";
        lone_brace(key):
            "`{key}` has a brace without its other half",
            "write `{{invoice}}` for the value of a parameter, `{{{{` and `}}}}` for braces";
        no_placeholder(key, given):
            "`{{{given}}}` is no placeholder of `{key}`",
            "write the bare name of a parameter, such as `{{invoice}}`; `{{{{` and `}}}}` are braces";
        asks_for_no_parameter_near(key, name, nearest):
            "`{{{name}}}` in `{key}` is no parameter that the model gives",
            "did you mean `{{{nearest}}}`?";
        asks_for_no_parameter_among(key, name, candidates):
            "`{{{name}}}` in `{key}` is no parameter that the model gives",
            "`{key}` can name {candidates}";
        asks_without_parameters(key, name):
            "`{{{name}}}` in `{key}` is no parameter that the model gives",
            "the model gives this tool nothing: ask without a placeholder";
        asks_with_secret(key, name):
            "`{{{name}}}` in `{key}` would show a secret",
            "ask without `{{{name}}}`";
        shows_too_long_a_text(key, name, most):
            "`{key}` shows `{name}`, which may be longer than the {most} characters that a question shows",
            "bound it: `#[arg(max_len = {most})]`; or ask without `{{{name}}}`";
        shows_too_many_items(key, name, most):
            "`{key}` shows `{name}`, which may have more than the {most} items that a question shows",
            "bound it: `#[arg(max_items = {most})]`; or ask without `{{{name}}}`";
    }

    ST17 {
        no_name(key):
            "`{key}` takes a string",
            "write `{key} = \"…\"`";
        wire_name_near(shown, near):
            "`{shown}` cannot be a name on the wire",
            "use 1 to 64 of A-Z, a-z, 0-9, `_`, `-`, `.`: `name = \"{near}\"`";
        unused_argument(name, used):
            "`{name}` would be an argument that the model is asked for and nothing reads",
            "call it `{used}`, and write `let _ = {used};` in the body if clients send it all the same; or remove it";
        underscored_name(name, used):
            "`{name}` begins with `_`, as if nothing read it",
            "leave the `_` out: `name = \"{used}\"`";
    }
}
