//! ST27: keys of objects that the policy leaves out.

use super::messages;

messages! {
    ST27 {
        bare_object_not_among(name, parameter, owned, all, ty, taken, key):
            "`{name}` is the key of an object, but `owner` does not name it",
            "write `owner = {all}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`; or let the guard load and check the object: `{parameter}: {owned}`, with the type of the object for `_`; or opt out with `#[arg(not_object(\"why it has no owner\"))]`";
        object_not_among(name, parameter, owned, all):
            "`{name}` is the key of an object, but `owner` does not name it",
            "write `owner = {all}`, so that its owner is compared with the caller; or let the guard load and check the object: `{parameter}: {owned}`, with the type of the object for `_`; or opt out with `#[arg(not_object(\"why it has no owner\"))]`";
    }
}
