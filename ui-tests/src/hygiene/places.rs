//! Tools in places where a macro may stumble.

use secure_tool::{ServerBuilder, prelude::*};

use crate::Cabinet;

/// A tool of every visibility, of generic types, and with attributes.
#[derive(Clone, Copy, Debug)]
pub struct Places;

impl Places {
    /// For everybody.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    pub async fn everywhere(cabinet: &Cabinet, caller: &Caller) -> String {
        Self::join(cabinet, caller)
    }

    /// For the crate.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    pub(crate) async fn in_the_crate(cabinet: &Cabinet, caller: &Caller) -> String {
        Self::join(cabinet, caller)
    }

    /// For the folder.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    pub(in crate::hygiene) async fn in_the_folder(cabinet: &Cabinet, caller: &Caller) -> String {
        Self::join(cabinet, caller)
    }

    /// For this file, and with a name that is a keyword.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    fn r#move(
        cabinet: &Cabinet,
        caller: &Caller,
        /** Where from. */
        r#in: u32,
    ) -> String {
        Self::join(cabinet, caller) + &r#in.to_string()
    }

    fn join(cabinet: &Cabinet, caller: &Caller) -> String {
        format!("{} of {}", caller.subject(), cabinet.notes.len())
    }
}

impl Cabinet {
    /// Gone in this build.
    #[cfg(any())]
    #[secure_tool(scope = "notes:read", owner = caller, read_only)]
    async fn conditional(&self, caller: &Caller) -> Missing {
        caller.subject()
    }

    /// There in every build.
    #[cfg(not(any()))]
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn conditional(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// With lints of its own.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    #[allow(clippy::needless_return, reason = "it is what this tool shows")]
    async fn with_attributes(&self, caller: &Caller) -> String {
        return caller.subject().to_owned();
    }

    /// Not to be used any more.
    #[deprecated(note = "use another")]
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn with_a_deprecation(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// Parameters that are called like what the expansion uses.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn with_names_of_ours(
        &self,
        caller: &Caller,
        /// An entry.
        entry: u32,
        /// A tool.
        tool: u32,
        /// A state.
        state: u32,
        /// An output.
        output: u32,
        /// A value.
        value: u32,
    ) -> Json<u32> {
        let __tool = caller.subject().len();
        Json(entry + tool + state + output + value + u32::from(__tool > 0))
    }
}

macro_rules! counting {
    ($name:ident, $scope:literal, $doc:literal, $argument:ident: $ty:ty, $number:literal) => {
        #[doc = $doc]
        #[secure_tool(scope = $scope, owner = caller("its answer holds no rows"), read_only, rate = $number/minute)]
        async fn $name(
            _cabinet: &Cabinet,
            caller: &Caller,
            #[doc = $doc]
            #[arg(max = $number, default = $number)]
            $argument: $ty,
        ) -> Json<bool> {
            Json(caller.subject().len() > usize::try_from($argument).unwrap_or(usize::MAX))
        }
    };
}

counting!(by_a_macro, "notes:read", "Compare a number.", number: u32, 10);

pub(super) fn register(builder: ServerBuilder<Cabinet>) -> ServerBuilder<Cabinet> {
    /// Inside a function body.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn in_a_body(cabinet: &Cabinet, caller: &Caller) -> String {
        Places::join(cabinet, caller)
    }

    #[allow(deprecated, reason = "it is still served")]
    let deprecated = Cabinet::with_a_deprecation();
    builder
        .tool(Places::everywhere())
        .tool(Places::in_the_crate())
        .tool(Places::in_the_folder())
        .tool(Places::r#move())
        .tool(Cabinet::conditional())
        .tool(Cabinet::with_attributes())
        .tool(deprecated)
        .tool(Cabinet::with_names_of_ours())
        .tool(by_a_macro())
        .tool(in_a_body())
}
