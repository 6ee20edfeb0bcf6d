//! ST36, ST37, ST19: what a tool must not answer with, and what it cannot.

use secure_tool_vocabulary::Media;
use syn::visit::{self, Visit};
use syn::{PathSegment, ReturnType, Type, TypeParamBound};

use crate::errors::Sink;
use crate::kind::Kind;
use crate::messages;
use crate::model::Tool;
use crate::syntax::releases::Release;
use crate::syntax::{Stated, known, types};

/// ST37: no `Secret` anywhere in the return type.
pub(super) fn secrets(tool: &Tool, sink: &Sink) {
    if let Some(found) = returned(tool, |ty| known::is_library_type(ty, "Secret")) {
        sink.refuse(found, messages::secret_returned(tool.ident()));
    }
}

/// ST36: no answer that is already in the terms of the protocol. What else is no answer, the compiler says.
pub(super) fn of_rmcp(tool: &Tool, sink: &Sink) {
    let of_this_kind = tool.kind.grammar().answer_of_rmcp;
    if let Some(found) = returned(tool, |ty| known::is_from(ty, of_this_kind, &["rmcp", "model"])) {
        let message = match tool.kind {
            Kind::Tool => messages::answer_of_rmcp(tool.ident(), &found.ident),
            Kind::Resource => messages::answer_of_rmcp_to_read(tool.ident(), &found.ident),
            Kind::Prompt => messages::answer_of_rmcp_to_prompt(tool.ident(), &found.ident),
        };
        sink.refuse(found, message);
    }
}

/// ST36: a proof ends with its call; what it was about may leave.
pub(super) fn proofs(tool: &Tool, sink: &Sink) {
    if let Some(found) = returned(tool, |ty| known::is_library_type(ty, "Owned")) {
        sink.refuse(found, messages::proof_returned(tool.ident()));
    }
}

/// Where such a type stands in the return type.
fn returned(tool: &Tool, is_sought: impl Fn(&Type) -> bool) -> Option<&PathSegment> {
    struct Find<'ast, F>(F, Option<&'ast PathSegment>);
    impl<'ast, F: Fn(&Type) -> bool> Visit<'ast> for Find<'ast, F> {
        fn visit_type(&mut self, found: &'ast Type) {
            match types::last_segment(found) {
                Some(segment) if (self.0)(found) => self.1 = self.1.or(Some(segment)),
                _ => visit::visit_type(self, found),
            }
        }
    }
    let ReturnType::Type(_, ty) = &tool.function.signature.output else { return None };
    let mut find = Find(is_sought, None);
    find.visit_type(ty);
    find.1
}

/// ST36: the protocol's own error type says to the client whatever the body put in it; an error of one thread does not reach the guard.
pub(super) fn errors(tool: &Tool, sink: &Sink) {
    let ReturnType::Type(_, ty) = &tool.function.signature.output else { return };
    if !types::is_named(ty, "Result") {
        return;
    }
    let Some(error) = types::arguments(ty).into_iter().nth(1) else { return };
    if ["ErrorData", "McpError"].iter().any(|name| types::is_named(error, name)) {
        sink.refuse(error, messages::protocol_error(tool.ident(), &types::show(error)));
    } else if types::inside(error, "Box").is_some_and(stays_on_its_thread) {
        sink.refuse(error, messages::error_of_one_thread(tool.ident(), &types::show(error)));
    }
}

/// Whether it is a `dyn Error` without `Send` and `Sync`.
fn stays_on_its_thread(ty: &Type) -> bool {
    let Type::TraitObject(object) = types::peel(ty) else { return false };
    let has = |name: &str| {
        object.bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == name),
            _ => false,
        })
    };
    has("Error") && !(has("Send") && has("Sync"))
}

/// ST19: nothing is released that the answer cannot hold, and a picture or a recording is.
pub(super) fn releases(tool: &Tool, sink: &Sink) {
    let releases = match &tool.attribute.releases {
        Stated::Given(releases) => releases.as_slice(),
        Stated::Absent => &[],
        // What could not be read may have named it.
        Stated::Broken | Stated::Constant(_) => return,
    };
    let (found, answer) = match &tool.function.signature.output {
        ReturnType::Default => (None, Answer::Nothing),
        ReturnType::Type(_, ty) => {
            let ty = types::inside(ty, "Result").unwrap_or_else(|| types::peel(ty));
            (Some(ty), Answer::of(ty, tool.kind))
        }
    };
    for release in releases {
        let name = release.name();
        match release {
            Release::Kind(_) | Release::Pattern(_) => {}
            Release::Class { .. } | Release::Type(_) if answer.may_be_classified(tool.kind) => {}
            Release::Media(_, media) if answer.may_hold(*media, tool.kind) => {}
            Release::Class { .. } | Release::Type(_) if tool.kind == Kind::Prompt => {
                sink.refuse(release, messages::nothing_classified_in_messages(tool.ident(), &name));
            }
            Release::Class { .. } | Release::Type(_) => {
                sink.refuse(release, messages::nothing_classified(tool.ident(), &name, &answer.called(tool.kind)));
            }
            Release::Media(..) => {
                sink.refuse(release, messages::no_such_media(tool.ident(), &name, &answer.called(tool.kind)));
            }
        }
    }
    // A resource answers with bytes as a `Blob`, which ST36 says.
    if let (Some(found), Answer::Media(media)) = (found, answer)
        && tool.kind != Kind::Resource
        && !releases.iter().any(|release| matches!(release, Release::Media(_, held) if *held == media))
    {
        sink.refuse(found, messages::media_not_released(tool.ident(), &answer.called(tool.kind), &media.name()));
    }
}

/// What an answer is, as far as the name of its type tells.
#[derive(Clone, Copy)]
enum Answer {
    Nothing,
    Text,
    /// `bool` or a number.
    Scalar,
    Structured,
    Media(Media),
    Unknown,
}

impl Answer {
    fn of(ty: &Type, kind: Kind) -> Self {
        const SCALARS: &[&str] =
            &["bool", "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64"];
        let is = |name: &str| types::is_named(ty, name);
        let is_text = |ty: &Type| types::is_named(ty, "String") || types::is_named(ty, "str");
        match types::peel(ty) {
            Type::Tuple(tuple) if tuple.elems.is_empty() => Self::Nothing,
            Type::Reference(reference) if is_text(&reference.elem) => Self::Text,
            _ if is_text(ty) || types::inside(ty, "Cow").is_some_and(is_text) => Self::Text,
            _ if types::inside(ty, "Vec").is_some_and(is_text) => Self::Text,
            _ if SCALARS.iter().any(|name| is(name)) => Self::Scalar,
            _ if known::is_library_type(ty, "Image") => Self::Media(Media::Image),
            _ if known::is_library_type(ty, "Audio") => Self::Media(Media::Audio),
            _ if known::is_library_type(ty, "Json") => Self::Structured,
            // In a resource it may be `Mine<Proven<Blob>>`, and in a prompt `Mine<Proven<Prompt>>`.
            _ if known::is_library_type(ty, "Mine") && kind == Kind::Tool => Self::Structured,
            _ => Self::Unknown,
        }
    }

    /// Messages are no structured content, which is where classes are.
    fn may_be_classified(self, kind: Kind) -> bool {
        matches!(self, Self::Structured | Self::Unknown) && kind != Kind::Prompt
    }

    fn may_hold(self, media: Media, kind: Kind) -> bool {
        match self {
            Self::Nothing | Self::Text | Self::Scalar | Self::Structured => false,
            Self::Media(held) => held == media,
            // What a resource holds that is no text are bytes, whatever they show.
            Self::Unknown => media == Media::Blob || kind != Kind::Resource,
        }
    }

    fn called(self, kind: Kind) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text => "text",
            Self::Scalar => "one value",
            Self::Structured => "structured content",
            Self::Media(Media::Image) => "an image",
            Self::Media(Media::Audio) => "an audio recording",
            Self::Media(Media::Blob) => "bytes",
            Self::Unknown if kind == Kind::Resource => "text or bytes",
            Self::Unknown if kind == Kind::Prompt => "messages",
            Self::Unknown => "something else",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{errors, of_rmcp, proofs, releases, secrets};
    use crate::check::testing::cases;

    #[test]
    fn errors_are_ours() {
        cases! { errors in #[secure_tool] fn f(&self) -> _ {};
            accepts: Result<Json<ErrorData>, ToolError>;
            accepts: McpError;
            accepts: Result<(), Box<dyn Error + Send + Sync>>;
            accepts: Result<(), Box<dyn std::error::Error + Sync + Send + 'static>>;
            refuses ST36 "cannot be sent between threads": Result<(), Box<dyn Error>>;
            refuses ST36 "cannot be sent between threads": Result<(), Box<dyn std::error::Error + Send>>;
            refuses ST36 "fails with `ErrorData`": Result<Json<View>, ErrorData>;
            refuses ST36 "fails with `rmcp::ErrorData`": Result<(), rmcp::ErrorData>;
            refuses ST36 "fails with `McpError`": Result<(), McpError>;
        }
    }

    #[test]
    fn secrets_stay() {
        cases! { secrets in #[secure_tool] fn f(&self, token: Secret<String>) _ {};
            accepts: ;
            accepts: -> Result<Json<SecretName>, ToolError>;
        }
        cases! { secrets in #[secure_tool] fn f(&self) -> _ {};
            refuses ST37 "`f` returns a `Secret`": Secret<String>;
            refuses ST37 "`f` returns a `Secret`": secure_tool::Secret<String>;
            refuses ST37 "`f` returns a `Secret`": Result<Json<Vec<Secret<String>>>, ToolError>;
            refuses ST37 "`f` returns a `Secret`": Json<(u32, [Secret<String>; 2])>;
            refuses ST37 "`f` returns a `Secret`": Json<Box<dyn Fn() -> Secret<String>>>;
        }
    }

    #[test]
    fn answers_of_rmcp_are_refused() {
        cases! { of_rmcp in #[secure_tool] fn f(&self) -> _ {};
            accepts: Json<View>;
            refuses ST36 "`f` returns `CallToolResult`": CallToolResult;
            refuses ST36 "`f` returns `CallToolResult`": Result<rmcp::model::CallToolResult, ErrorData>;
        }
    }

    #[test]
    fn proofs_end_with_their_call() {
        cases! { proofs in #[secure_tool] fn f(&self, note: Owned<Note>) -> _ {};
            accepts: Mine<Note>;
            accepts: Json<deeds::Owned>;
            refuses ST36 "`f` returns an `Owned<_>`": Owned<Note>;
            refuses ST36 "`f` returns an `Owned<_>`": Result<Mine<Vec<secure_tool::Owned<'_, Note>>>, ToolError>;
        }
    }

    #[test]
    fn only_binary_answers_release_bytes() {
        cases! { releases in #[secure_resource(releases(blob))] fn f(&self) -> _ {};
            accepts: Blob;
            accepts: Result<Mine<Proven<Blob>>, ToolError>;
            refuses ST19 "answers with text": String;
            refuses ST19 "answers with nothing": ();
        }
        cases! { releases in #[secure_resource(releases(image))] fn f(&self) -> _ {};
            refuses ST19 "answers with text or bytes": Blob;
            refuses ST19 "answers with text": String;
        }
        cases! { releases in #[secure_prompt(releases(image, card))] fn f(&self) -> _ {};
            accepts: Prompt;
            accepts: Result<Mine<Proven<Prompt>>, ToolError>;
        }
        cases! { releases in #[secure_prompt(releases(pii))] fn f(&self) -> _ {};
            refuses ST19 "`f` releases `pii`, but answers with messages": Prompt;
            refuses ST19 "answers with messages": Result<ProvenPrompt, ToolError>;
        }
        cases! { releases in #[secure_tool(releases(blob))] fn f(&self) -> _ {};
            accepts: Answer;
            accepts: Embedded;
            refuses ST19 "answers with structured content": Json<View>;
            refuses ST19 "answers with an image", ST19 "add `releases(image)`": Image;
        }
    }

    #[test]
    fn what_is_released_can_be_there() {
        cases! { releases in #[secure_tool(releases(pii, Salary))] fn f(&self) -> _ {};
            accepts: Json<View>;
            accepts: Result<Mine<Vec<View>>, ToolError>;
            accepts: Lines;
        }
        cases! { releases in #[secure_tool(releases(card, "employee_id"))] fn f(&self) _ {};
            accepts: ;
            accepts: -> String;
            accepts: -> Result<(), ToolError>;
        }
        cases! { releases in #[secure_tool(releases(card, pii))] fn f(&self) _ {};
            refuses ST19 "`f` releases `pii`, but answers with nothing": ;
            refuses ST19 "answers with nothing": -> ();
            refuses ST19 "`f` releases `pii`, but answers with text": -> String;
            refuses ST19 "answers with text": -> &'static str;
            refuses ST19 "answers with text": -> Result<std::string::String, ToolError>;
            refuses ST19 "answers with nothing": -> Result<(), Box<dyn Error>>;
        }
        cases! { releases in #[secure_tool(releases(pii))] fn f(&self) -> _ {};
            refuses ST19 "answers with text": Cow<'static, str>;
            refuses ST19 "answers with text": Vec<String>;
            refuses ST19 "answers with one value": Result<bool, ToolError>;
            refuses ST19 "answers with one value": u64;
            refuses ST19 "answers with an image", ST19 "add `releases(image)`": Image;
        }
        cases! { releases in #[secure_tool(_)] fn f(&self) {};
            refuses ST19 "releases `pii`", ST19 "releases `crate::Salary`": releases(pii, crate::Salary);
        }
    }
    #[test]
    fn what_the_scan_cannot_read_is_released() {
        cases! { releases in #[secure_tool] fn f(&self) -> _ {};
            accepts: Json<Image>;
            accepts: draw::Image;
            accepts: Answer;
            refuses ST19 "`f` answers with an image": Image;
            refuses ST19 "`f` answers with an image": secure_tool::Image;
            refuses ST19 "`f` answers with an audio recording": Result<Audio, ToolError>;
        }
        cases! { releases in #[secure_tool(releases(image))] fn f(&self) -> _ {};
            accepts: Image;
            accepts: Result<Image, ToolError>;
            accepts: Answer<Json<View>>;
            accepts: Chart;
            refuses ST19 "releases `image`, but answers with an audio recording", ST19 "add `releases(audio)`": Audio;
            refuses ST19 "answers with structured content, which contains none": Json<View>;
            refuses ST19 "answers with structured content": Result<Mine<Vec<View>>, ToolError>;
            refuses ST19 "answers with text": String;
            refuses ST19 "answers with one value": bool;
        }
        cases! { releases in #[secure_tool(releases(audio, image))] fn f(&self) _ {};
            accepts: -> ProvenAnswer<Mine<View>>;
            refuses ST19 "releases `audio`", ST19 "releases `image`": ;
            refuses ST19 "releases `audio`": -> Image;
        }
    }
}
