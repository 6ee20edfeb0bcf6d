//! ST50 to ST52: calls that are recognized when they are made again.

use super::messages;

messages! {
    ST50 {
        idempotent_form():
            "`idempotent` takes how a repeated call is recognized",
            "write `idempotent(key = request_id)` for a parameter that the model repeats with a retry, or `idempotent(within = 10m)` to recognize the same arguments of the same caller";
        idempotent_both():
            "`idempotent` takes either a `key` or `within`",
            "keep `key = request_id`, with `keep = 24h` for how long it is known; or keep `within = 10m`, and remove the parameter";
        keep_without_key():
            "`keep` belongs to a `key`",
            "write `idempotent(key = request_id, keep = 24h)`; with `within = 10m` that is the time for which a call is known";
        no_idempotency_parameter(given):
            "`{given}` names no parameter",
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
            "`{name}` is no parameter that could be the key",
            "did you mean `{nearest}`?";
        no_such_key(name):
            "`{name}` is no parameter that could be the key",
            "add it, with a doc comment: `/// The key of this operation.` above `{name}: String`";
        key_of_another_type(name, ty):
            "`{name}: {ty}` cannot be the key, which is one text that the model always sends",
            "take it as a value: `{name}: String`, `{name}: Bounded<16, 64>` or `{name}: Uuid`";
        key_of_person(name):
            "`{name}` is given by a person, who is not asked again when the call is repeated",
            "take a parameter that the model gives: `request_id: String`";
        key_is_secret(name):
            "`{name}` is secret, and a key is recorded and kept",
            "remove `secret`, and take what is secret as another parameter";
        key_with_default(name, setting):
            "`{setting}` on `{name}` gives different operations the same key",
            "remove `{setting}`: the model makes a new value for each operation";
        key_unbounded(name):
            "`{name}` may have any length, and is the key",
            "remove `unbounded`, or bound it: `#[arg(max_len = 64)]`";
    }

    ST52 {
        idempotent_yet_reads(tool):
            "`{tool}` is `read_only`, and can be repeated as it is",
            "remove `idempotent(…)`, or `read_only` if the tool changes something";
        hinted_and_enforced():
            "`idempotent(…)` tells clients already that a repeated call changes nothing more",
            "leave the hint `idempotent` out";
        idempotent_of_nobody(tool):
            "`{tool}` is public, so that nobody knows whose call is repeated",
            "ask for a scope, `scope = \"payments:write\"`, or remove `idempotent(…)`";
        idempotent_with_asked_owner(name):
            "`{name}` is an object that a person names, and a repeated call asks nobody whose it would be",
            "take `{name}` as a parameter that the model gives, `{name}: Owned<_>`, or remove `idempotent(…)`";
    }
}
