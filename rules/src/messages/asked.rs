//! ST07: values that the person at the client gives.

use super::messages;

messages! {
    ST07 {
        ask_form():
            "`ask` takes a question",
            "write what the person at the client is asked: `ask = \"Which account shall pay?\"`";
        asked_without_question(parameter):
            "`{parameter}` is `Asked<_>`, and nobody is asked",
            "write the question: `#[arg(ask = \"Which account shall pay?\")]`";
        question_without_asked(parameter, ty):
            "`{parameter}` has a question, and the model gives its value",
            "write `{parameter}: Asked<{ty}>`, so that the person at the client gives it; or remove `ask`";
        asked_inside(parameter, ty):
            "`{ty}` has an `Asked<_>` inside, and the person is asked for `{parameter}` as a whole",
            "write `{parameter}: Asked<_>`, by value; `Asked<Option<_>>` if it may be left empty";
        asked_for_secret(parameter):
            "`{parameter}` is a secret, and a form sends it in plain text through a client that may keep it",
            "do not ask for secrets: let the caller's credential say what the caller may do; if it is none, `#[arg(not_credential(\"why it is no credential\"))]`";
        asked_about_secret(parameter):
            "the question for `{parameter}` asks for a secret, and a form sends it in plain text through a client that may keep it",
            "do not ask for secrets: let the caller's credential say what the caller may do; if it is none, `#[arg(not_credential(\"why it is no credential\"))]`";
        described_as_secret(parameter):
            "the description of `{parameter}` says that it is a secret, and a form sends it in plain text through a client that may keep it",
            "do not ask for secrets: let the caller's credential say what the caller may do; if it is none, `#[arg(not_credential(\"why it is no credential\"))]`";
        asked_in_no_form(parameter, ty):
            "`{parameter}` is asked for, and no form can show `{ty}`",
            "ask for a text, a number, a `bool`, an enum without data or the key of an object; for several values, ask for each of them";
        asked_of_no_tool(parameter, noun):
            "`{parameter}` is asked for, and a {noun} asks nobody",
            "take it from the client, by value; or make it a tool";
        asked_in_struct(parameter):
            "`{parameter}` is a field, and a person is asked for parameters",
            "take it out of the struct: `{parameter}` as a parameter of its own";
    }
}
