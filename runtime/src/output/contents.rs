//! The types that a resource can return.

use std::{borrow::Cow, fmt};

use base64::{Engine, encoded_len, prelude::BASE64_STANDARD};
use schemars::JsonSchema;
use secure_tool_vocabulary::{Media, is_media_type};
use serde::Serialize;
use serde_json::Value;

use super::{
    HasOwners, Inspecting, Json, Mine, Outlet, Output, Proven, Released, Rules, Shape, ToolOutput, Untrusted,
    media::readable,
    returned::{Direct, Failure, Masked, returned_as},
};
use crate::{Owner, ToolError};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

/// Bytes with a media type, as returned by a resource: `Blob::new("application/pdf", bytes)`.
///
/// The release scan reads text. Bytes that are UTF-8 without control characters (other than tab, line feed, carriage return and form feed), such as a
/// CSV table, are scanned and masked like any text; all others, including text in UTF-16, require `releases(blob)`. Without it the call fails as
/// `internal`. They are sent in base64, whose length counts towards `max_output`.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    media_type: Cow<'static, str>,
    bytes: Vec<u8>,
}

impl Blob {
    /// Creates a blob with this media type, `type/subtype`.
    #[must_use]
    pub fn new(media_type: impl Into<Cow<'static, str>>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { media_type: media_type.into(), bytes: bytes.into() }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn release(self, rules: &Rules, inspection: &mut Inspecting<'_>) -> Result<Released, ToolError> {
        if !is_media_type(&self.media_type) {
            return Err(ToolError::content("the media type of a `Blob` must have the form `type/subtype`"));
        }
        if encoded_len(self.bytes.len(), true).is_none_or(|length| length > rules.limit) {
            return Err(ToolError::too_large());
        }
        let (mut released, bytes) = match readable(self.bytes) {
            Ok(text) => {
                let mut output = Output::within(rules);
                output.text(text)?;
                let mut released = output.release(&rules.scan, inspection)?;
                let text =
                    released.content.drain(..).filter_map(|content| content.as_text().map(str::to_owned)).collect();
                (released, String::into_bytes(text))
            }
            Err(_) if !rules.media.contains(&Media::Blob) => {
                return Err(ToolError::content(
                    "the bytes of a `Blob` are not text, so the release scan cannot read them: declare `releases(blob)`",
                ));
            }
            Err(binary) => (Output::within(rules).release(&rules.scan, inspection)?, binary),
        };
        let base64 = BASE64_STANDARD.encode(bytes);
        // A mask can be longer than the text that it hides.
        if base64.len() > rules.limit {
            return Err(ToolError::too_large());
        }
        released.bytes = base64.len();
        released.file = Some(ReleasedFile { media_type: self.media_type, base64 });
        Ok(released)
    }
}

/// Does not show the bytes.
impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// A file that may be sent.
#[derive(Debug)]
pub(crate) struct ReleasedFile {
    pub(crate) media_type: Cow<'static, str>,
    pub(crate) base64: String,
}

/// What a resource can return: [`Json<T>`] and [`Mine<T>`] (JSON), `String` and `&'static str` (text), [`Untrusted<String>`](Untrusted) (text from an
/// external source), [`Blob`] and `Mine<Proven<Blob>>` (bytes), and `Result<T, E>` of these.
#[diagnostic::on_unimplemented(
    message = "a resource cannot return `{Self}` [ST36]",
    label = "is not a `ResourceOutput`",
    note = "help: return `String` for text, `Blob` for bytes such as an image (with `releases(blob)`), `Json<_>` for a type with `Serialize` and `JsonSchema`, or a `Result` of these"
)]
pub trait ResourceOutput: Send + 'static {
    /// The media type, if it follows from the type.
    #[doc(hidden)]
    const MEDIA_TYPE: Option<&'static str>;

    #[doc(hidden)]
    #[must_use]
    fn schema() -> Option<Value> {
        None
    }

    #[doc(hidden)]
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        let _ = passes;
        true
    }

    /// Writes texts, or returns bytes.
    #[doc(hidden)]
    fn write(self, output: &mut Output) -> Result<Option<Blob>, ToolError>;
}

/// Answers that are written like those of tools.
macro_rules! texts {
    ($($media:expr => $answer:ty $(, [$($generics:tt)*])?;)*) => {$(
        impl $(<$($generics)*>)? ResourceOutput for $answer {
            const MEDIA_TYPE: Option<&'static str> = Some($media);

            fn schema() -> Option<Value> {
                <Self as ToolOutput>::output_schema()
            }

            fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
                ToolOutput::check_owners(self, passes)
            }

            fn write(self, output: &mut Output) -> Result<Option<Blob>, ToolError> {
                ToolOutput::write(self, output).map(|()| None)
            }
        }
    )*};
}

texts! {
    JSON => Json<T>, [T: Serialize + JsonSchema + Send + 'static];
    JSON => Mine<T>, [T: HasOwners + Serialize + JsonSchema + Send + 'static];
    TEXT => String;
    TEXT => &'static str;
    TEXT => Untrusted<String>;
}

impl ResourceOutput for Blob {
    const MEDIA_TYPE: Option<&'static str> = None;

    fn write(self, _: &mut Output) -> Result<Option<Self>, ToolError> {
        Ok(Some(self))
    }
}

impl ResourceOutput for Mine<Proven<Blob>> {
    const MEDIA_TYPE: Option<&'static str> = None;

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.0.owners().all(|owner| passes(&owner))
    }

    fn write(self, _: &mut Output) -> Result<Option<Blob>, ToolError> {
        Ok(Some(self.0.into_inner()))
    }
}

impl<T: ResourceOutput, E: Failure> ResourceOutput for Result<T, E> {
    const MEDIA_TYPE: Option<&'static str> = T::MEDIA_TYPE;

    fn schema() -> Option<Value> {
        T::schema()
    }

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.as_ref().map_or(true, |value| value.check_owners(passes))
    }

    fn write(self, output: &mut Output) -> Result<Option<Blob>, ToolError> {
        self.map_err(Failure::into_tool_error)?.write(output)
    }
}

/// The types that the body of a resource can return; see [`Returned`](super::returned::Returned) for the markers.
#[diagnostic::on_unimplemented(
    message = "a resource cannot return `{Self}` [ST36]",
    label = "is not a `ResourceOutput`",
    note = "help: return `String` for text, `Blob` for bytes such as an image (with `releases(blob)`), `Json<_>` for a type with `Serialize` and `JsonSchema`, or a `Result` of these"
)]
pub trait Contents<How>: Sized + Send + 'static {
    /// The [`ResourceOutput`] that it converts to.
    type Output: ResourceOutput;

    /// Checks its owners before it leaves.
    fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool;

    /// Converts it, with a masked error.
    ///
    /// # Errors
    ///
    /// If it is one.
    fn masked(self) -> Result<Self::Output, ToolError>;
}

/// A type that shows every object in it to the guard before it leaves: what a resource with `owner = caller` returns (ST28).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove who owns it, but the resource has `owner = caller` [ST28]",
    label = "may contain objects of somebody else",
    note = "help: return `Mine<_>`, in which the guard checks every object (a `Resource` has an owner already; for a view, derive `HasOwners`); or say why it cannot be checked: `owner = caller(\"why it cannot contain objects of somebody else\")`"
)]
pub trait ProvesContents: ResourceOutput {}

impl<T> ProvesContents for Mine<T> where Self: ResourceOutput {}
#[diagnostic::do_not_recommend]
impl ProvesContents for &'static str {}
impl<T: ProvesContents, E: Failure> ProvesContents for Result<T, E> {}

/// [`Contents`] that are proven to belong to the caller.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove who owns it, but the resource has `owner = caller` [ST28]",
    label = "may contain objects of somebody else",
    note = "help: return `Mine<_>`, in which the guard checks every object (a `Resource` has an owner already; for a view, derive `HasOwners`); or say why it cannot be checked: `owner = caller(\"why it cannot contain objects of somebody else\")`"
)]
pub trait ProvenContents<How>: Contents<How> {}

returned_as!(Contents of ResourceOutput, ProvenContents of ProvesContents);

fn release(value: impl ResourceOutput, rules: &Rules, inspection: &mut Inspecting<'_>) -> Result<Released, ToolError> {
    let mut output = Output::within(rules);
    match value.write(&mut output) {
        Ok(None) => {}
        Ok(Some(blob)) => return blob.release(rules, inspection),
        Err(error) => {
            output.record_withheld(&rules.scan, inspection);
            return Err(error);
        }
    }
    let mut released = output.release(&rules.scan, inspection)?;
    // The text is sufficient: a resource has no structured form.
    released.structured = None;
    released.copied = 0;
    Ok(released)
}

/// The shape and the outlet of a resource that returns `R`.
#[must_use]
pub fn resource_output<R: Contents<How>, How>() -> (Shape, Outlet<R>) {
    let outlet = Outlet {
        check_owners: R::check,
        write: |value, rules, inspection| release(value.masked()?, rules, inspection),
        media_type: <R::Output as ResourceOutput>::MEDIA_TYPE,
    };
    (Shape { schema: <R::Output as ResourceOutput>::schema(), media: None }, outlet)
}

/// The same for a resource that has to prove the ownership of its answers.
#[must_use]
pub fn proven_resource_output<R: ProvenContents<How>, How>() -> (Shape, Outlet<R>) {
    resource_output::<R, How>()
}
