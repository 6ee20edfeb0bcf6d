//! ST07: values that the person at the client gives.

use super::messages;

messages! {
    ST07 {
        ask_form():
            "`ask` takes a question",
            "write the question for the person at the client: `ask = \"Which account shall pay?\"`";
        asked_without_question(parameter):
            "`{parameter}` is `Asked<_>`, but has no question",
            "add a question: `#[arg(ask = \"Which account shall pay?\")]`";
        question_without_asked(parameter, ty):
            "`{parameter}` has a question, but the model gives its value",
            "write `{parameter}: Asked<{ty}>`, so that the person at the client gives it; or remove `ask`";
        asked_inside(parameter, ty):
            "`{ty}` contains an `Asked<_>`, but a person is always asked for all of `{parameter}`",
            "put `Asked<_>` around the whole type, by value: `{parameter}: Asked<_>`, or `{parameter}: Asked<Option<_>>` if it may be left empty";
        asked_for_secret(parameter):
            "`{parameter}` is a secret, but a form sends it in plain text through a client that may store it",
            "do not ask for secrets: rely on the caller's own credential instead; or, if `{parameter}` is not a credential, write `#[arg(not_credential(\"why it is not a credential\"))]`";
        asked_about_secret(parameter):
            "the question for `{parameter}` asks for a secret, but a form sends it in plain text through a client that may store it",
            "do not ask for secrets: rely on the caller's own credential instead; or, if `{parameter}` is not a credential, write `#[arg(not_credential(\"why it is not a credential\"))]`";
        described_as_secret(parameter):
            "the description of `{parameter}` says that it is a secret, but a form sends it in plain text through a client that may store it",
            "do not ask for secrets: rely on the caller's own credential instead; or, if `{parameter}` is not a credential, write `#[arg(not_credential(\"why it is not a credential\"))]`";
        asked_in_no_form(parameter, ty):
            "`{parameter}` is asked for, but a form cannot show `{ty}`",
            "ask for a string, a number, a `bool`, an enum without data or the key of an object; for several values, use a parameter for each";
        asked_of_no_tool(parameter, noun):
            "`{parameter}` is asked for, but a {noun} cannot ask a person",
            "remove `Asked<_>`, so that the client sends the value; or make the {noun} a tool";
        asked_in_struct(parameter):
            "`{parameter}` is a field, but a person can only be asked for parameters",
            "move it out of the struct: make `{parameter}` a separate parameter";
    }
}
