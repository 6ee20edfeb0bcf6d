//! Without the prelude of the standard library, and with names in scope that are not what they seem.
#![no_implicit_prelude]

use ::secure_tool::{
    Caller, Json, ListedResource, Mine, Owned, SecureServer, ToolError, secure_resource, secure_tool,
};
use ::secure_tool_ui_tests::{Cabinet, Note};

#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}
#[allow(dead_code, non_camel_case_types)]
struct Result;
#[allow(dead_code)]
struct Option;
#[allow(dead_code)]
struct Tool;
#[allow(dead_code)]
struct GuardedResource;

struct Tools;

impl Tools {
    /// Read a note.
    #[secure_tool(scope = all("notes:read", READ), owner = note, rate = 60/minute, timeout = 5s, read_only)]
    async fn read_note(
        _cabinet: &Cabinet,
        /// Which note.
        note: Owned<Note>,
        /// How many at most.
        #[arg(max = 50, default)]
        limit: u32,
    ) -> ::core::result::Result<Json<(usize, u32)>, ToolError> {
        let _ = Self;
        ::core::result::Result::Ok(Json((note.text().len(), limit)))
    }
}

/// Say who calls.
#[secure_tool(scope = "notes:read", owner = caller)]
fn whoami(caller: &Caller, #[doc = "What to say before."] #[arg(default = "hello", example = "hi")] word: ::std::string::String) -> ::std::string::String {
    ::std::format!("{word}, {}", caller.subject())
}

/// A note.
#[secure_resource(
    uri = "notes://{note}/{limit}", scope = all("notes:read", READ), owner = note, rate = 60/minute, mime = "text/plain", list = my_notes,
)]
async fn note(
    _cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// How many at most.
    #[arg(max = 50)]
    limit: u32,
) -> ::core::result::Result<::std::string::String, ToolError> {
    ::core::result::Result::Ok(::std::format!("{} {limit}", note.text()))
}

async fn my_notes(_: &Cabinet, _: &Caller) -> Mine<::std::vec::Vec<ListedResource>> {
    Mine(::std::vec::Vec::new())
}

const READ: &str = "notes:list";

fn main() {
    let cabinet = <Cabinet as ::core::default::Default>::default();
    let server = SecureServer::builder(cabinet).tool(Tools::read_note()).tool(whoami()).resource(note()).allow_writes().build();
    ::core::assert!(server.is_ok());
}
