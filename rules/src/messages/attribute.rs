//! ST10 to ST17: keys and values that say nothing.

use super::messages;

messages! {
    ST10 {
        unknown_key_near(key, place, nearest):
            "unknown key `{key}` in `{place}`",
            "did you mean `{nearest}`?";
        unknown_key_among(key, place, known):
            "unknown key `{key}` in `{place}`",
            "the keys of `{place}` are {known}";
        described_by_docs(key):
            "unknown key `{key}`: the doc comment is the description",
            "write a doc comment: `/// Fetch one invoice of the caller.`";
        key_of_tools(key, noun):
            "`{key}` is a key of tools, but this is a {noun}",
            "remove `{key}`, because a {noun} only reads; or, if it changes something, make it a tool: `#[secure_tool(…)]`";
        hint_of_tools(key, noun):
            "`{key}` is a key of tools, but this is a {noun}",
            "remove `{key}`: it tells clients what a call changes, and a {noun} only reads";
        key_of_resources(key, noun):
            "`{key}` is a key of resources, but this is a {noun}",
            "remove `{key}`; or, if clients read it by a URI, make it a resource: `#[secure_resource(uri = \"invoices://{{invoice}}\", …)]`";
        completion_of_tool(key, noun):
            "`{key}` has no effect on a {noun}: clients complete only the arguments of resources and prompts",
            "list the allowed values, `one_of = [\"draft\", \"sent\"]`, or take an enum";
        structs_in_uri(key, noun):
            "`{key}` has no effect on a {noun}, whose arguments are the variables of its URI",
            "make each variable a separate parameter: `/// The year.` above `year: u16`";
        lists_in_text(key, noun):
            "`{key}` has no effect on a {noun}, whose arguments are single strings, numbers or `bool`s",
            "remove `{key}`";
        defaults_in_uri(key, noun):
            "`{key}` has no effect on a {noun}: a variable of its URI always has a value",
            "remove `{key}`; if the value may be left out, write a second {noun} with another URI";
        secrets_in_uri(key, noun):
            "`{key}` has no effect on a {noun}: clients show and log its URI",
            "take the secret as an argument of a tool instead: `#[secure_tool(…)]` and `pin: Secret<String>`";
        examples_without_schema(key, noun):
            "`{key}` has no effect on a {noun}: clients see no schema of its arguments",
            "put the example in the doc comment: `/// The invoice's number, such as \"inv_0042\".`";
        annotations_of_rmcp(key):
            "unknown key `{key}`: the annotations follow from the effect that the tool declares",
            "write `read_only` or `destructive`, or neither for a tool that writes; for the other annotations, write `hints(idempotent, closed_world)` and `title = \"…\"`";
        annotations_of_reader(key):
            "unknown key `{key}`: only tools have annotations",
            "remove `{key}`; for a title, write `title = \"…\"`";
        no_key(place, sample):
            "`{place}` expects a key here",
            "separate the keys with commas: `{sample}`";
        scope_without_key(text):
            "`{text}` is a value without a key",
            "write `scope = {text}`";
        missing_comma(key, next):
            "missing comma before `{next}`",
            "put a comma after `{key}` and its value";
        not_part_of(key):
            "unexpected tokens after `{key}`",
            "put a comma after `{key}` and its value";
        flag_with_value(key):
            "`{key}` takes no value",
            "write `{key}` without a value, or remove it";
        no_text(key):
            "`{key}` takes a string",
            "write `{key} = \"…\"`";
        empty_text(key):
            "`{key}` is empty",
            "write a text, or remove `{key}`";
        no_root():
            "`crate` takes the path of the crate `secure_tool`",
            "write `crate = ::path::to::secure_tool`";
        only_in_form():
            "`only_in` takes a list of environments",
            "write `only_in(\"staging\")` or `only_in(\"staging\", \"dev\")`";
        hints_form():
            "`hints` takes a list of hints for clients",
            "write `hints(idempotent)` if a second call with the same arguments changes nothing further, `hints(closed_world)` if the tool touches nothing outside this application, or both";
        idempotent_yet_read_only(tool):
            "`{tool}` is `read_only`, and therefore already idempotent",
            "remove the hint `idempotent`";
        bad_icon(fault):
            "this icon {fault}",
            "write an address on the server's own host, `icon = \"https://…\"`, or a data URI of at most 16 KiB with a PNG, JPEG or WebP, `icon = \"data:image/png;base64,…\"`";
        meta_form():
            "`meta` takes a list of keys, each with a literal value",
            "write `meta(\"com.example/team\" = \"billing\")`";
        bad_meta_key(key, fault):
            "the key `{key}` of `_meta` {fault}",
            "begin it with a domain of yours in reverse order: `\"com.example/team\"`";
        meta_too_long():
            "`meta` is longer than 1024 bytes, and is sent with every list",
            "shorten it to 1024 bytes at most, and return longer data from a tool";
        releases_form():
            "`releases` takes a list of the data to release",
            "write `releases(card)`, `releases(card, pii)`, `releases(image)`, `releases(\"employee_id\")` for a mask pattern of the server, or `releases(Salary)` for a type that implements `Class`";
        no_release_near(kind, nearest):
            "`{kind}` is not a kind of data that the guard withholds",
            "did you mean `{nearest}`? write a mask pattern as a string, `releases(\"{kind}\")`, and a class as its type";
        no_release_among(kind, known):
            "`{kind}` is not a kind of data that the guard withholds",
            "you can release {known}; write a mask pattern as a string, `releases(\"{kind}\")`, and a class as its type";
        release_as_text(kind):
            "`{kind}` is a built-in kind of data, not a mask pattern",
            "write `releases({kind})`";
        no_audit_output(given):
            "`{given}` is not a valid value of `audit_output`",
            "write `audit_output = none`, `audit_output = shape`, `audit_output = digest` or `audit_output = masked`";
        no_pattern_name(name):
            "`{name}` cannot be the name of a mask pattern",
            "use 1 to 64 characters of a-z, 0-9 and `_`, as in `.mask_pattern(\"employee_id\", r\"EMP-[0-9]{{6}}\")`";
    }

    ST11 {
        duplicate_key(key, place):
            "`{key}` is given twice in `{place}`",
            "keep one `{key}`";
        attribute_twice(item, attribute):
            "`{item}` has `{attribute}` twice",
            "put all keys into one `#[{attribute}(…)]`";
        two_kinds(item, noun, other):
            "`{item}` is both a {noun} and a {other}",
            "write a function for each, and let both call a third one without attributes";
        environment_twice(name):
            "`only_in` lists `\"{name}\"` twice",
            "keep one `\"{name}\"`";
        hint_twice(hint):
            "`hints` lists `{hint}` twice",
            "keep one `{hint}`";
        meta_twice(key):
            "`meta` has the key `{key}` twice",
            "keep one `\"{key}\"`";
        released_twice(kind):
            "`releases` lists `{kind}` twice",
            "keep one `{kind}`";
    }

    ST12 {
        scope_form():
            "`scope` takes a scope, a constant that holds one, or a list of them",
            "write `scope = \"invoices:read\"`, `scope = INVOICES_READ`, `scope = all(\"a\", \"b\")`, `scope = any(\"a\", \"b\")` or `scope = public(\"why anyone may call it\")`";
        scope_without_quotes(word, quoted):
            "`{word}` is neither a scope nor a constant that holds one",
            "write the scope as a string: `scope = \"{quoted}\"`";
        scope_in_brackets():
            "`scope` does not take a list in brackets",
            "say whether a caller needs all of these scopes or any one of them: `scope = all(\"notes:read\", \"notes:list\")` or `scope = any(\"notes:read\", \"notes:list\")`";
        scope_list_empty(form):
            "`{form}()` names no scope",
            "name at least one: `scope = {form}(\"invoices:read\")`";
        scope_empty():
            "`\"\"` is not a valid scope",
            "name a scope: `scope = \"invoices:read\"`, or opt out with `scope = public(\"why anyone may call it\")`";
        scope_constant(path):
            "the value of `{path}` is not a valid scope",
            "write one word of visible ASCII without quotes, backslashes or wildcards, such as `invoices:read`";
        scope_wildcard(scope):
            "`{scope}` contains a wildcard, which is not allowed in a scope",
            "name the scope in full: `scope = \"invoices:read\"`";
        scope_malformed(scope):
            "`{scope}` is not a valid scope (RFC 6749, section 3.3)",
            "use printable ASCII without spaces, quotes or backslashes, and one string for each scope: `scope = all(\"invoices:read\", \"invoices:list\")`";
        scope_twice(scope):
            "`{scope}` is listed twice",
            "name each scope once";
    }

    ST13 {
        no_rate(given, meant):
            "`{given}` is not a valid rate",
            "write a count and one of second, minute, hour, day: `rate = {meant}`, or `rate({meant}, burst = 10, per = caller)`; or a constant of the type `Rate`";
        rates_empty():
            "an empty list of rates limits nothing",
            "list the rates, all of which apply: `rate = [10/second, 200/hour]`; or remove `rate`";
        rates_many(most):
            "the list has more than {most} rates",
            "keep the {most} strictest rates";
        rates_repeated(unit, per):
            "two rates per {unit} count the same calls, per {per}",
            "keep the stricter one, or count one of them per `tenant`, `client` or `tool`";
        no_quota(given):
            "`{given}` is not a valid quota",
            "write how many calls are allowed in a day, which begins at midnight in UTC: `quota = 500/day`, or `quota(500/day, per = tenant)`; or a constant of the type `Quota`; for other periods, write `rate = 200/hour`";
        quota_range(count):
            "`{count}/day` is out of range",
            "write 1 to 4294967295: `quota = 500/day`";
        no_cost(key, given):
            "`{given}` is not a valid `{key}`",
            "write how many calls one call counts as: `cost = 5`; or a constant of the type `u32`";
        cost_range():
            "with a `cost` of zero, no call is counted",
            "write at least 1: `cost = 5`";
        cost_beyond(cost, limit, most):
            "a call that counts as {cost} can never pass `{limit}`, which allows {most} at once",
            "lower the `cost`, or raise the limit and its `burst` to at least {cost}";
        no_per(given):
            "`{given}` is not a valid value of `per`",
            "write `per = caller`, `per = tenant` or `per = client`; or, to count all calls of the item together, `per = tool`, `per = resource` or `per = prompt`";
        per_other(given, noun):
            "the rate of a {noun} cannot be counted per `{given}`",
            "write `per = {noun}` to count all calls of the {noun} together";
        no_burst(key, given):
            "`{given}` is not a valid `{key}`",
            "write a whole number: `burst = 10`";
        rate_range(count, unit):
            "`{count}/{unit}` is out of range",
            "write at least 1, at most 1000000 per second, and at most 4294967295 in total: `rate = 60/minute`";
        rate_constant(shown):
            "the value of `{shown}` is out of range",
            "write at least 1 and at most 1000000 per second, and a `burst` of 1 to 1000000: `const LOOKUPS: Rate = Rate::new(60, Unit::Minute);`";
        burst_range(burst):
            "a `burst` of `{burst}` is out of range",
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
            "`{given}` is not a valid `{key}`",
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
            "a `per_caller` of `{share}` is zero or more than the `{calls}` calls that all callers share",
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
            "the reason of `{opt_out}` is copied from the help of the error",
            "explain in your own words {why}";
    }

    ST16 {
        confirm_form():
            "`confirm` takes a question",
            "write `confirm = \"Delete {{invoice}} for good?\"`, `confirm = operator(\"Delete {{invoice}} for good?\")` to ask somebody outside the conversation, or `confirm = never(\"why nobody needs to be asked\")`";
        question_without_text(key):
            "`{key}` has no text",
            "write what the person has to decide: `{key} = \"Delete {{invoice}} for good?\"`";
        lone_brace(key):
            "`{key}` has an unmatched brace",
            "write `{{invoice}}` for the value of a parameter, `{{{{` and `}}}}` for literal braces";
        no_placeholder(key, given):
            "`{{{given}}}` is not a valid placeholder in `{key}`",
            "write the bare name of a parameter, such as `{{invoice}}`; write `{{{{` and `}}}}` for literal braces";
        asks_for_no_parameter_near(key, name, nearest):
            "`{{{name}}}` in `{key}` is not a parameter that the model gives",
            "did you mean `{{{nearest}}}`?";
        asks_for_no_parameter_among(key, name, candidates):
            "`{{{name}}}` in `{key}` is not a parameter that the model gives",
            "`{key}` can name {candidates}";
        asks_without_parameters(key, name):
            "`{{{name}}}` in `{key}` is not a parameter that the model gives",
            "the model gives this tool no arguments: ask without a placeholder";
        asks_with_secret(key, name):
            "`{{{name}}}` in `{key}` would show a secret",
            "remove `{{{name}}}` from the question";
        shows_too_long_a_text(key, name, most):
            "`{key}` shows `{name}`, which may be longer than the {most} characters that a question shows",
            "bound its length: `#[arg(max_len = {most})]`; or remove `{{{name}}}` from the question";
        shows_too_many_items(key, name, most):
            "`{key}` shows `{name}`, which may have more than the {most} items that a question shows",
            "bound its length: `#[arg(max_items = {most})]`; or remove `{{{name}}}` from the question";
    }

    ST17 {
        no_name(key):
            "`{key}` takes a string",
            "write `{key} = \"…\"`";
        wire_name_near(shown, near):
            "`{shown}` is not a valid name on the wire",
            "use 1 to 64 characters of A-Z, a-z, 0-9, `_`, `-` and `.`: `name = \"{near}\"`";
        unused_argument(name, used):
            "`{name}` would be an argument that the model has to give and the body does not read",
            "remove it; or, if clients send it anyway, rename it to `{used}` and write `let _ = {used};` in the body";
        underscored_name(name, used):
            "`{name}` begins with `_`, which marks an unused argument",
            "remove the `_`: `name = \"{used}\"`";
    }
}
