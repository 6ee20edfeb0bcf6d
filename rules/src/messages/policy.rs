//! ST19 to ST25: policies that contradict themselves or the function.

use super::messages;

messages! {
    ST19 {
        nothing_classified(tool, class, output):
            "`{tool}` releases `{class}` and answers with {output}, which holds nothing of that class",
            "leave `{class}` out, or answer with `Json<View>`, where `View` has a field of the type `Classified<_, _>`";
        nothing_classified_in_messages(tool, class):
            "`{tool}` releases `{class}` and answers with messages, which hold nothing of that class",
            "leave `{class}` out";
        no_such_media(tool, media, output):
            "`{tool}` releases `{media}` and answers with {output}, in which there is none",
            "leave `{media}` out";
        media_not_released(tool, output, media):
            "`{tool}` answers with {output}, which the release scan cannot read, and does not say so",
            "add `releases({media})`: it is in the docs of the tool and in the manifest";
    }

    ST20 {
        reads_yet_deletes(tool, verb):
            "`{tool}` is `read_only` yet named like a deletion (`{verb}`)",
            "remove `read_only`; or name the tool after what it reads; or say `read_only(\"why the name misleads\")`";
        reads_without_doubt(tool):
            "`read_only` has a reason, but nothing in the name `{tool}` contradicts it",
            "write `read_only`";
        reads_yet_destroys():
            "`destructive` contradicts `read_only`",
            "keep the one that is true";
        reads_yet_asks():
            "`confirm` contradicts `read_only`",
            "remove `read_only` if the tool changes something, or else `confirm`";
    }

    ST21 {
        owner_form():
            "`owner` takes the bare name of a parameter",
            "write `owner = invoice`, `owner = (invoice, customer)` or `owner = unowned(\"why it is nobody's\")`";
        no_such_owner_near(name, nearest, candidates):
            "`{name}` is no parameter that `owner` can name",
            "did you mean `owner = {nearest}`? it can name {candidates}";
        no_such_owner_among(name, candidates):
            "`{name}` is no parameter that `owner` can name",
            "`owner` can name {candidates}";
        no_such_owner_at_all(name):
            "`{name}` is no parameter that `owner` can name",
            "add a parameter that it can name: `caller: &Caller`";
        owner_names_a_field(name):
            "`{name}` is no parameter that `owner` can name, and fields of structs are none",
            "take it out of the struct: `{name}` as a parameter of its own, of type `Owned<_>` or of a key that `OwnerOf` knows";
        owner_twice(name):
            "`owner` names `{name}` twice",
            "name each parameter once";
    }

    ST22 {
        owner_unused(name):
            "`{name}` is named by `owner`, but the body ignores it",
            "bind what the body reads and writes to `{name}`, or name the parameter that does";
        owner_with_underscore(name, used):
            "`{name}` is named by `owner`, but the body ignores it",
            "call it `{used}`, and bind what the body reads and writes to it";
    }

    ST23 {
        unowned_yet_owned(name, noun):
            "`{name}` is owned, yet the {noun} is `unowned`",
            "write `owner = {name}`";
        owned_not_among(name, all):
            "`{name}` is owned, but `owner` does not name it",
            "write `owner = ({all})`";
    }

    ST24 {
        public_yet(key):
            "`{key}` needs a caller who answers for it, and a public tool has none",
            "ask for a scope: `scope = \"invoices:delete\"`";
        public_with_caller(name, noun):
            "`{name}` is the caller, and a public {noun} has none",
            "remove `{name}`, or ask for a scope: `scope = \"invoices:read\"`";
        public_with_owned(name, noun):
            "`{name}` has an owner, and a public {noun} has no caller to compare with",
            "ask for a scope: `scope = \"invoices:read\"`";
        public_with_key(name, noun):
            "`{name}` has an owner, and a public {noun} has no caller to compare with",
            "ask for a scope: `scope = \"invoices:read\"`; or write `owner = unowned(\"why it is nobody's\")`";
    }

    ST25 {
        in_no_environment(tool, noun):
            "`{tool}` exists in no environment",
            "name one, `only_in(\"staging\")`, or leave `only_in` out for a {noun} that exists everywhere";
        no_environment(name):
            "`\"{name}\"` cannot be the name of an environment",
            "use 1 to 32 of a-z, 0-9, `-`, `_`, a letter first, as in `.environment(\"staging\")` of the server's builder";
    }
}
