//! ST01 to ST05: what a tool must state.

use super::messages;

messages! {
    ST01 {
        no_scope(tool):
            "`{tool}` states no `scope`",
            "say which OAuth scope a caller needs: `scope = \"invoices:read\"`, or opt out with `scope = public(\"why anyone may call it\")`";
    }

    ST02 {
        no_owner_but(tool, candidate):
            "`{tool}` states no `owner`",
            "name the parameter that says whose objects it touches: `owner = {candidate}`; or opt out with `owner = unowned(\"why it is nobody's\")`";
        no_owner_at_all(tool):
            "`{tool}` states no `owner`",
            "name the parameter that says whose objects it touches: `caller: &Caller` and `owner = caller`, or `invoice: Owned<Invoice>` and `owner = invoice`; or opt out with `owner = unowned(\"why it is nobody's\")`";
    }

    ST03 {
        no_docs(tool):
            "`{tool}` has no doc comment",
            "tell the model what the tool does: `/// Fetch one invoice of the caller.`";
    }

    ST04 {
        no_parameter_docs(parameter, ty):
            "`{parameter}` has no doc comment",
            "tell the model what to put there: `/// The invoice's number, such as \"inv_0042\".` above `{parameter}: {ty}`";
    }

    ST05 {
        unconfirmed(tool, question):
            "`{tool}` is `destructive`, and nobody is asked",
            "ask a person: `confirm = \"{question}\"`; or opt out with `confirm = never(\"why nobody needs to be asked\")`";
        unconfirmed_by_name(tool, prefix, question):
            "`{tool}` is named like a deletion (`{prefix}`), and nobody is asked",
            "write `destructive`, and ask a person: `confirm = \"{question}\"`; or opt out with `confirm = never(\"why nobody needs to be asked\")`";
    }
}
