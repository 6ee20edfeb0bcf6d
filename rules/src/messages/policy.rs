//! ST19 to ST25: policies that contradict themselves or the function.

use super::messages;

messages! {
    ST19 {
        nothing_classified(tool, class, output):
            "`{tool}` releases `{class}`, but answers with {output}, which contains nothing of that class",
            "remove `{class}`, or answer with `Json<View>`, where `View` has a field of the type `Classified<_, _>`";
        nothing_classified_in_messages(tool, class):
            "`{tool}` releases `{class}`, but answers with messages, which contain nothing of that class",
            "remove `{class}`";
        no_such_media(tool, media, output):
            "`{tool}` releases `{media}`, but answers with {output}, which contains none",
            "remove `{media}`";
        media_not_released(tool, output, media):
            "`{tool}` answers with {output}, which the release scan cannot read, but does not release it",
            "add `releases({media})`, which is shown in the docs of the tool and in the manifest";
    }

    ST20 {
        reads_yet_deletes(tool, verb):
            "`{tool}` is `read_only`, but named like a deletion (`{verb}`)",
            "remove `read_only`; or rename the tool after what it reads; or write `read_only(\"why the name misleads\")`";
        reason_not_needed_to_read(tool):
            "`read_only` has a reason, but nothing in the name `{tool}` contradicts it",
            "write `read_only` without a reason";
        reads_yet_destroys():
            "`destructive` contradicts `read_only`",
            "keep the one that is true";
        reads_yet_asks():
            "`confirm` contradicts `read_only`",
            "remove `read_only` if the tool changes something, otherwise remove `confirm`";
    }

    ST21 {
        owner_form():
            "`owner` takes the bare name of a parameter",
            "write `owner = invoice`, `owner = (invoice, customer)` or `owner = unowned(\"why it has no owner\")`";
        no_such_owner_near(name, nearest, candidates):
            "`{name}` is not a parameter that `owner` can name",
            "did you mean `owner = {nearest}`? it can name {candidates}";
        no_such_owner_among(name, candidates):
            "`{name}` is not a parameter that `owner` can name",
            "`owner` can name {candidates}";
        no_such_owner_at_all(name):
            "`{name}` is not a parameter that `owner` can name",
            "add a parameter that it can name: `caller: &Caller`";
        owner_names_a_field(name):
            "`{name}` is a field of a struct, but `owner` can name only parameters",
            "move it out of the struct: make `{name}` a separate parameter, of the type `Owned<_>` or of a key type for which the state implements `OwnerOf`";
        owner_twice(name):
            "`owner` names `{name}` twice",
            "name each parameter once";
    }

    ST22 {
        owner_unused(name):
            "`{name}` is named by `owner`, but the body ignores it",
            "use `{name}` to select what the body reads and writes, or name the parameter that does this";
        owner_with_underscore(name, used):
            "`{name}` is named by `owner`, but the body ignores it",
            "rename it to `{used}`, and use it to select what the body reads and writes";
    }

    ST23 {
        unowned_yet_owned(name, noun):
            "`{name}` is owned, but the {noun} is `unowned`",
            "write `owner = {name}`";
        owned_not_among(name, all):
            "`{name}` is owned, but `owner` does not name it",
            "write `owner = ({all})`";
    }

    ST24 {
        public_yet(key):
            "`{key}` requires a caller, but a public tool has none",
            "require a scope: `scope = \"invoices:delete\"`";
        public_with_caller(name, noun):
            "`{name}` is the caller, but a public {noun} has none",
            "remove `{name}`, or require a scope: `scope = \"invoices:read\"`";
        public_with_owned(name, noun):
            "`{name}` has an owner, but a public {noun} has no caller to compare it with",
            "require a scope: `scope = \"invoices:read\"`";
        public_with_key(name, noun):
            "`{name}` has an owner, but a public {noun} has no caller to compare it with",
            "require a scope: `scope = \"invoices:read\"`; or write `owner = unowned(\"why it has no owner\")`";
    }

    ST25 {
        in_no_environment(tool, noun):
            "`{tool}` exists in no environment",
            "name an environment, `only_in(\"staging\")`, or remove `only_in` for a {noun} that exists everywhere";
        no_environment(name):
            "`\"{name}\"` is not a valid name of an environment",
            "use 1 to 32 characters of a-z, 0-9, `-` and `_`, beginning with a letter, as in `.environment(\"staging\")` of the server's builder";
    }
}
