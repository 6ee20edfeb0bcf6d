//! ST38: the keys of each kind of object have a type of their own; and the type that help proposes for a key.

use syn::Type;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::messages;
use crate::model::{Param, Source, Tool};
use crate::syntax::known;
use crate::syntax::types::{self, Shape};

/// Types of the standard library, and of `uuid`, whose values may name anything.
const BARE: &[&str] = &[
    "char",
    "u128",
    "i128",
    "OsString",
    "PathBuf",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "NonZeroU8",
    "NonZeroU16",
    "NonZeroU32",
    "NonZeroU64",
    "NonZeroU128",
    "NonZeroUsize",
    "NonZeroI8",
    "NonZeroI16",
    "NonZeroI32",
    "NonZeroI64",
    "NonZeroI128",
    "NonZeroIsize",
];

/// ST38: what `owner` names by its key tells the kind of object. What an alias stands for, the compiler says.
pub(super) fn of_one_kind(tool: &Tool, sink: &Sink) {
    for param in tool.params.iter().filter(|param| matches!(param.source, Source::Key)) {
        if let Some(Proposal { bare, taken, key }) = Proposal::of(param) {
            let owned = owned(param);
            sink.refuse(bare, messages::bare_key(&param.ident, &owned, &types::show(bare), &taken, &key));
        }
    }
}

/// How a parameter is written if the guard loads its objects, such as `Vec<Owned<_>>`.
pub(super) fn owned(param: &Param) -> String {
    let owned = known::with(&param.ty, known::element(&param.ty), "Owned<_>");
    if param.asked { format!("Asked<{owned}>") } else { owned }
}

/// The type to write for a key that is a bare value.
pub(super) struct Proposal<'t> {
    /// The bare type, such as `String`.
    pub(super) bare: &'t Type,
    /// How the parameter is written then, such as `Vec<NoteKey>`.
    pub(super) taken: String,
    /// The name of the new type, such as `NoteKey`.
    pub(super) key: String,
}

impl<'t> Proposal<'t> {
    pub(super) fn of(param: &'t Param) -> Option<Self> {
        let bare = types::key(&param.ty);
        let key = key_name(&param.ident.unraw().to_string(), types::is_named(&param.ty, "Vec"));
        let taken = known::with(&param.ty, bare, &key);
        let taken = if param.asked { format!("Asked<{taken}>") } else { taken };
        is_bare(bare).then_some(Self { bare, taken, key })
    }
}

/// Whether a type is known to hold bare values. A name that an application may have given a type of its own is not.
pub(super) fn is_bare(ty: &Type) -> bool {
    let is_unsized = |inner: &Type| ["str", "Path", "OsStr"].iter().any(|name| types::is_named(inner, name));
    match types::peel(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().all(is_bare),
        Type::Array(array) => is_bare(&array.elem),
        Type::Path(_) if known::is_from(ty, "Uuid", &["uuid"]) => true,
        Type::Path(_) => match Shape::of(ty) {
            Shape::Text | Shape::Bool | Shape::Integer { .. } | Shape::Float => true,
            Shape::List(_) | Shape::Unknown => {
                let held = ["Vec", "Box", "Arc", "Cow"].iter().find_map(|name| types::inside(ty, name));
                held.is_some_and(|held| is_unsized(held) || is_bare(held))
                    || BARE.iter().any(|name| types::is_named(ty, name))
            }
        },
        _ => false,
    }
}

/// `note` and `notes` have a `NoteKey`, `note_id` and `note_ids` a `NoteId`.
fn key_name(parameter: &str, is_list: bool) -> String {
    const HEADS: &[&str] = &["id", "key", "uuid", "uid"];
    let singular = |word: &str| match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && (is_list || HEADS.contains(&stem)) => stem.to_owned(),
        _ => word.to_owned(),
    };
    let mut words: Vec<String> = parameter.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    if !words.last().is_some_and(|last| HEADS.contains(&last.as_str())) {
        words.push("key".to_owned());
    } else if words.len() == 1 {
        words.insert(0, "object".to_owned());
    }
    let capital = |word: &String| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    words.iter().map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::{key_name, of_one_kind};
    use crate::check::testing::cases;

    #[test]
    fn keys_name_one_kind() {
        cases! { of_one_kind in #[secure_tool(owner = note)] fn f(&self, _) {};
            accepts: note: NoteKey;
            accepts: note: Vec<NoteKey>;
            accepts: note: (NoteKey, u32);
            accepts: note: Slug;
            accepts: note: model::Uuid;
            accepts: note: Owned<Note>;
            accepts: other: String;
            refuses ST38 "struct NoteKey(String);": note: String;
            refuses ST38 "take `note: Option<NoteKey>`": note: Option<u64>;
            refuses ST38 "take `note: Vec<NoteKey>`": note: Vec<std::string::String>;
            refuses ST38 "`Box<str>` can be the key of any kind of object": note: Box<str>;
            refuses ST38 "struct NoteKey((String, u32));": note: (String, u32);
            refuses ST38 "`Uuid`": note: Uuid;
            refuses ST38 "`std::num::NonZeroU32`": note: std::num::NonZeroU32;
        }
    }

    #[test]
    fn names_of_keys() {
        for (parameter, is_list, name) in [
            ("note", false, "NoteKey"),
            ("notes", true, "NoteKey"),
            ("note_id", false, "NoteId"),
            ("other_note_ids", true, "OtherNoteId"),
            ("status", false, "StatusKey"),
            ("id", false, "ObjectId"),
            ("ids", true, "ObjectId"),
            ("issue_key", false, "IssueKey"),
        ] {
            assert_eq!(key_name(parameter, is_list), name);
        }
    }
}
