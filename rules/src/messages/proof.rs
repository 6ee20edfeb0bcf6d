//! ST28: what a tool says to be its caller's, and does not prove to be.

use super::messages;

messages! {
    ST28 {
        needs_no_reason(name):
            "`owner = {name}` needs no reason in a tool that is not `read_only`",
            "write `owner = {name}`; only the answers of `read_only` tools have to be proven";
        proven_by_the_guard(name):
            "`{name}` is proven by the guard, before the body runs",
            "write `{name}` without a reason; the reason is for `caller`, whose rows only the body knows";
        owners_of_no_struct(name):
            "`{name}` is no struct, and `HasOwners` is derived on one",
            "derive it on the struct that leaves; for an enum write `impl HasOwners for {name} {{ fn owners(&self) -> impl Iterator<Item = Owner> {{ … }} }}`";
        nobodys_view(name):
            "`{name}` does not say whose it is",
            "put `#[owner(tenant)]` or `#[owner(subject)]` on the field that names the owner (with `#[serde(skip)]`, if nobody is to read it), or `#[owners]` on the field whose objects have owners";
        owner_of_what():
            "`owner` names the tenant or the subject that a view belongs to",
            "write `#[owner(tenant)]` or `#[owner(subject)]` on the field with its name, or `#[owner]` on a field that is an `Owner`";
        owner_part_twice(part):
            "`{part}` is named twice, and a view has one owner",
            "keep the field that names the owner; a list of objects with owners of their own has `#[owners]`";
        owners_with_words():
            "`owners` takes nothing",
            "write `#[owners]` on a field in which there are objects with owners, `#[owner(tenant)]` on one that names the owner itself";
        owner_on_struct():
            "`owner` stands on a field",
            "put `#[owner(tenant)]` on the field that names the owner; on the struct it takes the path of the crate `secure_tool` alone: `#[owner(crate = ::renamed)]`";
    }
}
