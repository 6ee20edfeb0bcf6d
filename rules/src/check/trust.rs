//! ST32 to ST34: what a model must not choose freely.
//!
//! A macro sees names only. A `bool` or a fraction is never meant, and a type that is not known may be an enum: what ST33 and ST34 would say about
//! it is left to the published schema, which is judged when the server is built. ST32 judges unknown types that are named like the key of an
//! identity (`user_id: Member`, `user: UserId`), as no enum is called so.

use proc_macro2::TokenStream;
use quote::ToTokens;
use secure_tool_vocabulary::{
    FreeText, free_text as free_text_name, is_ambiguous, is_credential as is_credential_name,
    is_identity as is_identity_name, is_identity_of, is_key, is_repository_owner as is_repository_owner_name,
};
use syn::Type;
use syn::ext::IdentExt;

use super::keys::Proposal;
use super::patterns;
use crate::errors::Sink;
use crate::messages::{self, Message};
use crate::model::{Param, Source, Tool};
use crate::syntax::types::{self, Shape};
use crate::syntax::{Stated, known};

/// A question to the vocabulary about a name.
type Names<'a> = &'a dyn Fn(&str) -> bool;

/// Whether a parameter is called so, in the source or on the wire.
pub(super) fn is_called(param: &Param, names: Names) -> bool {
    let ident = param.ident.unraw();
    names(&param.wire_name) || ident != param.wire_name && names(&ident.to_string())
}

/// Which of a parameter's names is called so, and where it is written.
pub(super) fn found(param: &Param, names: Names) -> (TokenStream, String) {
    match param.settings.name.given() {
        Some(name) if !names(&param.ident.unraw().to_string()) => (name.to_token_stream(), name.value()),
        _ => (param.ident.to_token_stream(), param.ident.to_string()),
    }
}

/// ST32
pub(super) fn identity(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let is_caller = || known::is_library_type(known::element(&param.ty), "Caller");
        if matches!(param.source, Source::Plain | Source::Key) && is_caller() {
            sink.refuse(&param.ty, messages::identity_by_value(&param.ident));
        } else if is_identity(tool, param) && param.settings.not_identity.is_absent() {
            let (tokens, name) = found(param, &is_identity_name);
            sink.refuse(tokens, chosen(tool, param, &name));
        }
    }
}

/// What to do about an identity: with a type for its keys, if it has none.
fn chosen(tool: &Tool, param: &Param, name: &str) -> Message {
    let parameter = &param.ident;
    let owner = tool.owner_with([parameter]);
    match (Proposal::of(param), is_ambiguous(name)) {
        _ if tool.is_struct && is_ambiguous(name) => messages::ambiguous_identity_in_struct(name, tool.noun()),
        _ if tool.is_struct => messages::chosen_identity_in_struct(name, tool.noun()),
        (Some(Proposal { bare, taken, key }), true) => {
            messages::ambiguous_identity(name, &owner, parameter, &types::show(bare), &taken, &key, tool.noun())
        }
        (Some(Proposal { bare, taken, key }), false) => {
            messages::chosen_identity(name, &owner, parameter, &types::show(bare), &taken, &key, tool.noun())
        }
        (None, true) => {
            messages::ambiguous_identity_of_type(name, &owner, &types::show(types::key(&param.ty)), tool.noun())
        }
        (None, false) => {
            messages::chosen_identity_of_type(name, &owner, &types::show(types::key(&param.ty)), tool.noun())
        }
    }
}

/// ST33
pub(super) fn free_text(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(meant) = meant(tool, param) else { continue };
        if is_narrowed(param) || !param.settings.raw.is_absent() {
            continue;
        }
        if let Some(pattern) = param.settings.pattern.given() {
            sink.refuse(pattern, messages::free_pattern(&param.ident, narrowed(meant.by)));
            continue;
        }
        if is_called(param, &|name| meaning(tool, name).is_some()) {
            let (tokens, name) = found(param, &|name| meaning(tool, name).is_some());
            sink.refuse(tokens, dangerous(&name, &meant, param));
        } else {
            sink.refuse(&param.ty, any_path_or_url(&meant, param));
        }
    }
}

/// ST34
pub(super) fn credentials(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        // ST07 refuses to ask for one.
        if param.asked || !is_credential(param) || !param.settings.not_credential.is_absent() {
            continue;
        }
        let (tokens, name) = found(param, &is_credential_name);
        let ty = known::text(&param.ty).map_or_else(String::new, |text| known::with(&param.ty, text, "Secret<String>"));
        let message = if is_ambiguous(&name) {
            messages::ambiguous_credential(&name, &param.ident, &ty)
        } else {
            messages::plain_credential(&name, &param.ident, &ty)
        };
        sink.refuse(tokens, message);
    }
}

/// Whether ST32 concerns a parameter. While `owner` is broken, nothing is known.
pub(super) fn is_identity(tool: &Tool, param: &Param) -> bool {
    if !matches!(param.source, Source::Plain)
        || matches!(tool.attribute.owner, Stated::Broken)
        || !is_called(param, &|name| is_identity_of(name, &tool.wire_name()))
        || is_repository_owner(tool, param)
    {
        return false;
    }
    let element = known::element(&param.ty);
    match Shape::of(element) {
        Shape::Bool | Shape::Float => false,
        Shape::Text | Shape::Integer { .. } => true,
        Shape::List(_) | Shape::Unknown => {
            known::text(&param.ty).is_some()
                || types::is_named(element, "Uuid")
                || is_called(param, &|name| is_identity_name(name) && is_key(name))
                || type_name(element).is_some_and(|name| is_identity_name(&name) && is_key(&name))
        }
    }
}

/// Whether a parameter is the `owner` beside a `repo`, which is the key of the repository together with it.
pub(super) fn is_repository_owner(tool: &Tool, param: &Param) -> bool {
    let is_chosen =
        known::text(&param.ty).is_some() || matches!(Shape::of(known::element(&param.ty)), Shape::Integer { .. });
    is_chosen
        && tool
            .params
            .iter()
            .any(|beside| is_called(beside, &|beside| is_called(param, &|name| is_repository_owner_name(name, beside))))
}

/// The name of a type, without its path.
pub(super) fn type_name(ty: &Type) -> Option<String> {
    types::last_segment(ty).map(|segment| segment.ident.to_string())
}

/// Whether ST33 concerns a parameter.
pub(super) fn is_free_text(tool: &Tool, param: &Param) -> bool {
    meant(tool, param).is_some()
}

/// Whether ST34 concerns a parameter.
pub(super) fn is_credential(param: &Param) -> bool {
    matches!(param.source, Source::Plain | Source::Key)
        && known::text(&param.ty).is_some()
        && !param.is_secret_type()
        && is_called(param, &is_credential_name)
}

/// Text that says what a server does.
struct DangerousText<'t> {
    by: FreeText,
    text: &'t Type,
}

/// What the text of a parameter is used for, by its name or by its type.
fn meant<'t>(tool: &Tool, param: &'t Param) -> Option<DangerousText<'t>> {
    if !matches!(param.source, Source::Plain | Source::Key) {
        return None;
    }
    let text = known::text(&param.ty)?;
    let ident = param.ident.unraw();
    let by_ident = || if ident == param.wire_name { None } else { meaning(tool, &ident.to_string()) };
    let by_name = meaning(tool, &param.wire_name).or_else(by_ident);
    let by_type = || match text {
        text if known::is_path(text) => Some(FreeText::File),
        text if known::is_url(text) => Some(FreeText::Url),
        _ => None,
    };
    Some(DangerousText { by: by_name.or_else(by_type)?, text })
}

/// What free text under a name would be used for.
fn meaning(tool: &Tool, name: &str) -> Option<FreeText> {
    free_text_name(name, &tool.wire_name())
}

/// Proposes the type that takes nothing else, where there is one for what the name means.
fn dangerous(name: &str, meant: &DangerousText, param: &Param) -> Message {
    let (parameter, narrowed) = (&param.ident, narrowed(meant.by));
    match meant.by {
        FreeText::Url => {
            messages::free_url(name, parameter, &known::with(&param.ty, meant.text, "PublicUrl"), narrowed)
        }
        FreeText::Directory | FreeText::File => {
            let ty = known::with(&param.ty, meant.text, "SafePath");
            if is_ambiguous(name) {
                messages::ambiguous_path(name, parameter, &ty, narrowed)
            } else {
                messages::free_path(name, parameter, &ty, narrowed)
            }
        }
        FreeText::Query | FreeText::Command | FreeText::Host if is_ambiguous(name) => {
            messages::ambiguous_text(name, narrowed)
        }
        FreeText::Query | FreeText::Command | FreeText::Host => messages::free_text(name, narrowed),
    }
}

/// What to say of a type that is a path or an address by itself.
fn any_path_or_url(meant: &DangerousText, param: &Param) -> Message {
    let (parameter, ty) = (&param.ident, types::show(&param.ty));
    if known::is_url(meant.text) {
        messages::any_url(parameter, &ty, &known::with(&param.ty, meant.text, "PublicUrl"))
    } else {
        messages::any_path(parameter, &ty, &known::with(&param.ty, meant.text, "SafePath"))
    }
}

/// What to paste, by what the name means.
fn narrowed(meaning: FreeText) -> &'static str {
    match meaning {
        FreeText::Query => r#"one_of = ["newest", "oldest"]"#,
        FreeText::Host => r#"pattern = r"^[a-z0-9-]+\.example\.com$""#,
        FreeText::Url => r#"pattern = r"^https://example\.com/[a-z0-9/-]*$""#,
        FreeText::Directory => r#"pattern = "^[a-z0-9_-]+$""#,
        FreeText::File => r#"pattern = r"^[a-z0-9_-]+\.txt$""#,
        FreeText::Command => r#"one_of = ["start", "stop"]"#,
    }
}

/// Whether the model can only send what the attribute lists or describes. A pattern that accepts everything describes nothing.
pub(super) fn is_narrowed(param: &Param) -> bool {
    let describes = match &param.settings.pattern {
        Stated::Absent => false,
        // What a constant holds, the server looks at when it is built.
        Stated::Broken | Stated::Constant(_) => true,
        Stated::Given(pattern) => !patterns::accepts_anything(&pattern.value()),
    };
    describes || !param.settings.one_of.is_absent()
}

#[cfg(test)]
mod tests {
    use super::{credentials, free_text, identity};
    use crate::check::testing::cases;

    #[test]
    fn identities() {
        cases! { identity in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: invoice_id: u32;
            accepts: user: &Caller;
            accepts: user: Owned<User>;
            accepts: owner: bool, owner_id: bool, subject: Option<f64>;
            accepts: owner: OwnerFilter, subject: Subject, user: User, users: Vec<User>;
            accepts: max_users: u32, user_prompt: String;
            accepts: workspace_id: u32, team_id: u32, project_id: u32;
            accepts: who: crm::Caller;
            accepts: #[arg(not_identity("a name to look up in a public list"))] username: String;
            refuses ST32 "lets the model choose": user_id: u32;
            refuses ST32 "lets the model choose": target_user_id: Option<u32>;
            refuses ST32 "lets the model choose": user_ids: Vec<Member>;
            refuses ST32 "lets the model choose": userid: HashSet<Box<str>>;
            refuses ST32 "lets the model choose": as_user: UserId;
            refuses ST32 "lets the model choose": tenants: Vec<Uuid>;
            refuses ST32 "lets the model choose": tenant: String;
            refuses ST32 "lets the model choose": #[arg(name = "userId")] id: u32;
            refuses ST32 "lets the model choose": who: Caller;
            refuses ST32 "lets the model choose": who: Option<secure_tool::Caller>;
            refuses ST32 "help: take it from the guard": user: String;
            refuses ST32 "help: if it is not an identity": subject: String;
            refuses ST32 "lets the model choose": owner: String;
            accepts: owner: String, repo: String;
            accepts: owner: String, #[arg(name = "repositoryName")] name: String;
        }
        cases! { identity in #[secure_tool(owner = caller, name = _)] fn f(&self, subject: String) {};
            accepts: "send_email";
            refuses ST32 "`subject`": "grant_role";
        }
        cases! { identity; accepts: #[secure_tool(owner = user_id)] fn f(&self, user_id: u32) {}; }
    }

    #[test]
    fn free_texts() {
        cases! { free_text in #[secure_tool] fn f(&self, _) {};
            accepts: query: String;
            accepts: code: u32, path: bool, url: f64;
            accepts: path: Vec<Segment>, code: Language, command: Option<Command>, file: char, url: web::Url;
            accepts: #[arg(pattern = "^[a-z]+$")] path: String;
            accepts: #[arg(one_of = ["a"])] command: Vec<String>;
            accepts: #[arg(raw("parsed by a sandboxed interpreter"))] script: String;
            accepts: path: SafePath, image_url: Vec<secure_tool::types::PublicUrl>, dir: Option<SafePath>;
            accepts: #[arg(pattern = "[a-z]+")] file: Bounded<1, 20>, note: Bounded<1, 80>;
            accepts: code: String;
            refuses ST33 "free text": sql: String;
            refuses ST33 "free text": path: Option<String>;
            refuses ST33 "free text": image_url: Vec<String>;
            refuses ST33 "free text": #[arg(format = "uri")] callback_uri: String;
            refuses ST33 "free text": #[arg(name = "filePath")] target: String;
            refuses ST33 "free text": command: Bounded<1, 80>;
            refuses ST33 "`paths`", ST33 "`file_path`": paths: Option<Vec<String>>, file_path: Vec<types::Bounded<1, { 2 * 40 }>>;
        }
        cases! { free_text in #[secure_tool(_)] fn f(&self, query: String) {};
            accepts: name = "search_notes";
            refuses ST33 "`query`": name = "run_sql";
        }
    }

    #[test]
    fn texts_of_other_types() {
        cases! { free_text in #[secure_tool] fn f(&self, _) {};
            refuses ST33 "`path`": path: PathBuf;
            refuses ST33 "`url`": url: url::Url;
            refuses ST33 "`command`": command: Box<str>;
            refuses ST33 "`sql`": sql: Cow<'_, str>;
            refuses ST33 "`script`": script: Option<Arc<str>>;
            refuses ST33 "`file`": file: OsString;
            refuses ST33 "`command`": command: Vec<char>;
            refuses ST33 "`paths`": paths: HashSet<String>;
            refuses ST33 "`urls`": urls: VecDeque<BTreeSet<String>>;
            refuses ST33 "`files`": files: HashMap<String, PathBuf>;
            // The type says it, whatever the parameter is called.
            refuses ST33 "accepts any path": target: Option<PathBuf>;
            refuses ST33 "accepts any address": page: Vec<Url>;
        }
    }

    #[test]
    fn patterns_that_accept_everything() {
        cases! { free_text in #[secure_tool] fn f(&self, _) {};
            accepts: #[arg(pattern = ".*")] note: String;
            accepts: #[arg(pattern = ".*", raw("opened below a root"))] path: String;
            accepts: #[arg(pattern = ".*", one_of = ["a"])] path: String;
            accepts: #[arg(pattern = "(")] path: String;
            refuses ST33 "this pattern accepts everything": #[arg(pattern = ".*")] path: String;
            refuses ST33 "so `path` still accepts free text": #[arg(pattern = "^.+$")] path: Option<PathBuf>;
        }
    }

    #[test]
    fn the_help_names_the_type_to_take() {
        cases! { free_text in #[secure_tool] fn f(_) {};
            refuses ST33 "write `path: SafePath`": path: String;
            refuses ST33 "write `path: Vec<SafePath>`": path: Vec<Box<str>>;
            refuses ST33 "write `paths: HashMap<String, SafePath>`": paths: HashMap<String, String>;
            refuses ST33 "write `target: Option<SafePath>`": target: Option<PathBuf>;
            refuses ST33 "write `page: PublicUrl`": page: url::Url;
            refuses ST33 "write `dir: Option<SafePath>`": dir: Option<std::string::String>;
            refuses ST33 "write `image_url: Vec<PublicUrl>` (feature `urls`)": image_url: Vec<String>;
            refuses ST33 "write `target: SafePath`": #[arg(name = "filePath")] target: Bounded<1, 80>;
            refuses ST33 "help: restrict the values": sql: String;
            refuses ST33 "help: if no file is opened with it": folder: String;
        }
        cases! { free_text in #[secure_tool] fn run_code(_) {};
            refuses ST33 "help: if nothing is run with it": code: String;
        }
    }

    #[test]
    fn credentials_are_secret() {
        cases! { credentials in #[secure_tool] fn f(&self, _) {};
            accepts: password: Secret<String>;
            accepts: token: Option<Secret<String>>;
            accepts: secret: bool, pwd: u32;
            accepts: next_token: String, secret_name: String;
            accepts: token: TokenKind, db_password: Password;
            accepts: #[arg(not_credential("the symbol of a coin"))] token: String;
            refuses ST34 "write `password: Secret<String>`": password: String;
            refuses ST34 "write `api_key: Option<Secret<String>>`": api_key: Option<String>;
            refuses ST34 "write `keys: Vec<Secret<String>>`": #[arg(name = "access_keys")] keys: Vec<Arc<str>>;
            refuses ST34 "credential": #[arg(name = "accessToken")] a: String;
            refuses ST34 "help: if it is not a credential": token: String;
            refuses ST34 "help: write": github_token: String;
            refuses ST34 "help: write": github_password: String;
        }
    }
}
