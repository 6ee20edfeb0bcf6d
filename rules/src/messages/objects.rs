//! ST27: keys of objects that the policy leaves out.

use super::messages;

messages! {
    ST27 {
        bare_object_not_among(name, parameter, owned, all, ty, taken, key):
            "`{name}` names an object that `owner` does not name",
            "write `owner = {all}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`; or take the object, loaded and checked: `{parameter}: {owned}` with its type for `_`; or opt out with `#[arg(not_object(\"why it is nobody's\"))]`";
        object_not_among(name, parameter, owned, all):
            "`{name}` names an object that `owner` does not name",
            "write `owner = {all}`, so that its owner is compared with the caller; or take the object, loaded and checked: `{parameter}: {owned}` with its type for `_`; or opt out with `#[arg(not_object(\"why it is nobody's\"))]`";
    }
}
