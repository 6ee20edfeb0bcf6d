//! ST27: the keys of objects are named by `owner`.
//!
//! A key among the arguments is how a caller reaches an object of somebody else. `owner` binds it, or the source says why nothing has to be bound.

use secure_tool_vocabulary::{is_identity, is_object_key, is_of_no_object};

use super::keys::{self, Proposal};
use super::owner::skips_unnamed;
use super::trust::{found, is_called, is_repository_owner, type_name};
use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Source, Tool};
use crate::syntax::idempotent::Idempotent;
use crate::syntax::known;
use crate::syntax::owner::Owner;
use crate::syntax::scope::Scope;
use crate::syntax::types::{self, Shape};

/// ST27
pub(super) fn named(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| param.settings.not_object.is_absent()) {
        if is_left_out(tool, param) {
            let (tokens, name) = found(param, &is_object_key);
            let all = tool.owner_with([&param.ident]);
            let owned = keys::owned(param);
            let message = match Proposal::of(param) {
                Some(Proposal { bare, taken, key }) => {
                    messages::bare_object_not_among(&name, &param.ident, &owned, &all, &types::show(bare), &taken, &key)
                }
                None => messages::object_not_among(&name, &param.ident, &owned, &all),
            };
            sink.refuse(tokens, message);
        }
    }
}

/// Whether a parameter is the key of an object that `owner` leaves out. A tool that is `unowned` or `public` binds nothing.
fn is_left_out(tool: &Tool, param: &Param) -> bool {
    // If a list has `skip_foreign`, ST18 reports that `owner` has to name it.
    // An idempotency key is made up by the model and names no existing object.
    let is_new = tool.attribute.idempotent.given().and_then(Idempotent::parameter) == Some(&param.ident);
    tool.attribute.owner.is_given() && !is_new && could_be_left_out(tool, param) && !skips_unnamed(tool, param)
}

/// Whether a parameter may need the opt-out. Nobody knows as long as `owner` cannot be read, and the fields of a struct have none.
pub(super) fn could_be_left_out(tool: &Tool, param: &Param) -> bool {
    !matches!(tool.attribute.owner.given(), Some(Owner::Unowned { .. }))
        && !matches!(tool.attribute.scope.given(), Some(Scope::Public { .. }))
        && is_key_of_object(tool, param)
}

/// Whether a parameter is named like a key and not, by its other name, like an identity, which is ST32's; or has a type that is one: `folder_id: u32`, `folder: Uuid`, `folder: FolderId`.
///
/// The `owner` beside a `repo` is half of a key.
pub(crate) fn is_key_of_object(tool: &Tool, param: &Param) -> bool {
    let element = known::element(&param.ty);
    let is_half = is_repository_owner(tool, param);
    let has_key_type = || {
        type_name(element).is_some_and(|name| name == "Uuid" || is_object_key(&name))
            && !is_called(param, &is_of_no_object)
    };
    matches!(param.source, Source::Plain)
        && !matches!(Shape::of(element), Shape::Bool | Shape::Float)
        && (is_half || !is_called(param, &is_identity))
        && (is_half || is_called(param, &is_object_key) || has_key_type())
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::check::testing::cases;

    #[test]
    fn keys_are_named() {
        cases! { named in #[secure_tool(scope = "a", owner = note)] fn f(&self, note: Owned<Note>, _) {};
            accepts: limit: u32, text: String, key: String;
            accepts: request_id: String, idempotency_key: Uuid, sort_key: String, trace: Uuid;
            accepts: has_id: bool, user_id: u32, api_key: String;
            accepts: folder: Folder;
            accepts: #[arg(not_object("a category that everybody sees"))] category_id: u32;
            refuses ST27 "`owner = (note, folder_id)`": folder_id: u32;
            accepts: #[arg(name = "userId")] id: String;
            refuses ST27 "`other_note_ids: Vec<Owned<_>>`": other_note_ids: Vec<u32>;
            refuses ST27 "`folder_id: Option<Owned<_>>`": folder_id: Option<u32>;
            refuses ST27 "`other_note_ids` is the key of an object": other_note_ids: Vec<u32>;
            refuses ST27 "`folder: Owned<_>`": folder: Uuid;
            refuses ST27 "`folders`": folders: Option<Vec<uuid::Uuid>>;
            refuses ST27 "`folder`": folder: FolderId;
            refuses ST27 "`id`": id: String;
            refuses ST27 "`folder_id: FolderId`, where": folder_id: u32;
            refuses ST27 "write `owner = (note, folder)`, so that": folder: FolderId;
            accepts: #[arg(skip_foreign)] other_ids: Vec<NoteKey>;
            refuses ST27 "`issue_key`": issue_key: Option<String>;
            refuses ST27 "`folderId` is the key of an object": #[arg(name = "folderId")] folder: String;
            refuses ST27 "`uids` is the key of an object": uids: Vec<u32>;
            refuses ST27 "`owner` is the key of an object": owner: String, repo: String;
            accepts: owner: Owner, repo: String;
            accepts: #[arg(not_object("every repository is public"))] owner: String, repo: String;
            refuses ST27 "`workspace_id`", ST27 "`team_id`": workspace_id: String, team_id: String;
        }
    }

    #[test]
    fn where_nothing_is_bound() {
        cases! { named in #[secure_tool(_)] fn f(&self, caller: &Caller, folder_id: u32) {};
            accepts: scope = "a", owner = unowned("folders are everybody's");
            accepts: scope = public("everybody may look"), owner = caller;
            accepts: scope = "a", owner = folder_id;
            accepts: scope = "a", owner = (caller, folder_id);
            accepts: scope = "a";
            refuses ST21 "bare name": scope = "a", owner = 5;
            refuses ST27 "`owner = (caller, folder_id)`": scope = "a", owner = caller;
        }
    }
}
