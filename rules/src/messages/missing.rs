//! ST01 to ST06: what an item must declare.

use super::messages;

messages! {
    ST01 {
        no_scope(tool):
            "`{tool}` declares no `scope`",
            "say which OAuth scope a caller needs: `scope = \"invoices:read\"`, or opt out with `scope = public(\"why anyone may call it\")`";
    }

    ST02 {
        no_owner_but(tool, candidate):
            "`{tool}` declares no `owner`",
            "name the parameter that says whose objects it touches: `owner = {candidate}`; or opt out with `owner = unowned(\"why it has no owner\")`";
        no_owner_but_key(tool, candidate, parameter, ty, taken, key):
            "`{tool}` declares no `owner`",
            "name the parameter that says whose objects it touches: `owner = {candidate}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`; or opt out with `owner = unowned(\"why it has no owner\")`";
        no_owner_of_public(tool, noun):
            "`{tool}` declares no `owner`",
            "a public {noun} has no caller who could own anything: write `owner = unowned(\"why it has no owner\")`";
        no_owner_at_all(tool):
            "`{tool}` declares no `owner`",
            "name the parameter that says whose objects it touches: `caller: &Caller` and `owner = caller`, or `invoice: Owned<Invoice>` and `owner = invoice`; or opt out with `owner = unowned(\"why it has no owner\")`";
    }

    ST03 {
        no_docs(tool, noun):
            "`{tool}` has no doc comment",
            "tell the model what the {noun} is for: `/// Fetch one invoice of the caller.`";
    }

    ST04 {
        no_parameter_docs(parameter, ty):
            "`{parameter}` has no doc comment",
            "tell the model what to put there: `/// The invoice's number, such as \"inv_0042\".` above `{parameter}: {ty}`";
        no_parameter_docs_of_struct(parameter, ty):
            "`{parameter}` has no doc comment",
            "tell the model what to put there: `/// Which orders to find.` above `{parameter}: {ty}`; or, if `{ty}` is a struct that derives `Arguments`, write `#[arg(flatten)] {parameter}: {ty}`, which makes its fields the arguments";
        no_parameter_docs_of_state(parameter, ty, state, noun):
            "`{parameter}` has no doc comment",
            "if the {noun} runs on it, borrow it from the guard: `{parameter}: &{state}`; if the model sends it, tell the model what to put there: `/// Which orders to find.` above `{parameter}: {ty}`, or write `#[arg(flatten)] {parameter}: {ty}`, if `{ty}` is a struct that derives `Arguments`";
        no_parameter_docs_of_shared(parameter, ty, state, noun):
            "`{parameter}: {ty}` is taken by value, as if the model sent it",
            "if the {noun} runs on it, borrow it from the guard: `{parameter}: &{state}`; if the model sends it, tell the model what to put there: `/// Which orders to find.` above `{parameter}: {ty}`";
    }

    ST05 {
        unconfirmed(tool, question):
            "`{tool}` is `destructive`, but nobody is asked to confirm it",
            "ask a person: `confirm = \"{question}\"`; or opt out with `confirm = never(\"why nobody needs to be asked\")`";
        unconfirmed_by_name(tool, prefix, question):
            "`{tool}` is named like a deletion (`{prefix}`), but nobody is asked to confirm it",
            "write `destructive`, and ask a person: `confirm = \"{question}\"`; or opt out with `confirm = never(\"why nobody needs to be asked\")`";
    }

    ST06 {
        no_uri_at_all(resource, sample):
            "`{resource}` declares no `uri`",
            "write the URI by which clients read it: `uri = \"{sample}\"`";
    }
}
