//! ST28: what a tool says to be its caller's, and does not prove to be.

use super::messages;

messages! {
    ST28 {
        needs_no_reason(name):
            "`owner = {name}` needs no reason in a tool that is not `read_only`",
            "write `owner = {name}`; only the answers of `read_only` tools have to be proven";
        proven_by_the_guard(name):
            "`{name}` needs no reason, because the guard checks it before the body runs",
            "write `{name}` without a reason; only `caller` takes one, because only the body knows what it reads for the caller";
        owners_of_no_struct(name):
            "`{name}` is not a struct, but `HasOwners` can only be derived on one",
            "derive it on the struct that the item returns; for an enum, write `impl HasOwners for {name} {{ fn owners(&self) -> impl Iterator<Item = Owner> {{ … }} }}`";
        view_without_owner(name):
            "`{name}` does not say who owns it",
            "put `#[owner(tenant)]` or `#[owner(subject)]` on the field that names the owner (with `#[serde(skip)]`, if it should not be in the answer), or `#[owners]` on the field whose objects have owners";
        owner_without_kind():
            "`owner` has to say whether a field names a tenant or a subject",
            "write `#[owner(tenant)]` or `#[owner(subject)]` on the field with its name, or `#[owner]` on a field that is an `Owner`";
        owner_part_twice(part):
            "`{part}` is named twice, but a view has only one owner",
            "keep only the field that names the owner; put `#[owners]` on a list of objects that have owners";
        owners_with_value():
            "`owners` takes no value",
            "write `#[owners]` on a field that contains objects with owners, or `#[owner(tenant)]` on a field that names the owner itself";
        owner_on_struct():
            "`owner` belongs on a field",
            "put `#[owner(tenant)]` on the field that names the owner; on the struct, it takes only the path of the crate `secure_tool`: `#[owner(crate = ::renamed)]`";
    }
}
