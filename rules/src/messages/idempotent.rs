//! ST50 to ST52: calls that are recognized when they are made again.

use super::messages;

messages! {
    ST50 {
        idempotent_form():
            "`idempotent` needs a rule for how a repeated call is recognized",
            "write `idempotent(key = request_id)` to recognize it by a parameter that the model repeats in a retry, or `idempotent(within = 10m)` to recognize it by the caller and the arguments";
        idempotent_both():
            "`idempotent` takes either `key` or `within`, not both",
            "write `key = request_id`, with `keep = 24h` for how long it is remembered; or write only `within = 10m`, and remove the parameter";
        keep_without_key():
            "`keep` requires a `key`",
            "write `idempotent(key = request_id, keep = 24h)`; or write `idempotent(within = 10m)`, which already says how long a call is remembered";
        no_idempotency_parameter(given):
            "`{given}` is not the name of a parameter",
            "write the bare name of a parameter: `idempotent(key = request_id)`";
        no_span(key, given, meant):
            "`{given}` is not a valid duration",
            "write a whole number with one of ms, s, m, h: `{key} = {meant}`";
        span_range(key):
            "`{key}` is less than 1 second or more than 7 days",
            "write 1s to 168h: `{key} = 24h`";
    }

    ST51 {
        no_such_key_near(name, nearest):
            "`{name}` is not a parameter that can be the key",
            "did you mean `{nearest}`?";
        no_such_key(name):
            "`{name}` is not a parameter that can be the key",
            "add it, with a doc comment: `/// The key of this operation.` above `{name}: String`";
        key_of_another_type(name, ty):
            "`{name}: {ty}` cannot be the key, which is one string that the model always sends",
            "write `{name}: String`, `{name}: Bounded<16, 64>` or `{name}: Uuid`";
        key_of_person(name):
            "`{name}` is given by a person, who is not asked again when the call is repeated",
            "take a parameter that the model gives: `request_id: String`";
        key_is_secret(name):
            "`{name}` is secret, but a key is recorded and stored",
            "remove `secret`, and take the secret as another parameter";
        key_with_default(name, setting):
            "`{setting}` on `{name}` gives different operations the same key",
            "remove `{setting}`: the model makes a new value for each operation";
        key_unbounded(name):
            "`{name}` is the key, but may have any length",
            "remove `unbounded`, or bound it: `#[arg(max_len = 64)]`";
    }

    ST52 {
        idempotent_yet_reads(tool):
            "`{tool}` is `read_only`, so its calls can be repeated anyway",
            "remove `idempotent(…)`, or `read_only` if the tool changes something";
        hinted_and_enforced():
            "`idempotent(…)` already tells clients that a repeated call changes nothing further",
            "remove the hint `idempotent`";
        idempotent_public_tool(tool):
            "`{tool}` is public, so the guard cannot tell whose call is repeated",
            "require a scope, `scope = \"payments:write\"`, or remove `idempotent(…)`";
        idempotent_with_asked_owner(name):
            "`{name}` is an object that a person names, but nobody is asked when a call is repeated",
            "let the model give `{name}`, as `{name}: Owned<_>`, or remove `idempotent(…)`";
    }
}
