//! Every form of `scope`, and every other key.

use secure_tool::{ServerBuilder, prelude::*};

use crate::Cabinet;

/// The scopes.
pub(super) mod scopes {
    /// To read.
    pub(in super::super) const READ: &str = "notes:read";
}

impl Cabinet {
    const LIST: &str = "notes:list";

    /// A constant.
    #[secure_tool(scope = scopes::READ, owner = caller("its answer holds no rows"), read_only)]
    async fn scope_constant(&self, caller: &Caller) -> usize_text::Text {
        usize_text::text(caller.subject().len())
    }

    /// All of two.
    #[secure_tool(scope = all(scopes::READ, "notes:list"), owner = caller("its answer holds no rows"), rate = 60/minute, read_only)]
    async fn scope_all(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// Any of two, one of them of this `impl` block.
    #[secure_tool(scope = any(scopes::READ, Self::LIST), owner = caller("its answer holds no rows"), rate = 5/second, read_only)]
    async fn scope_any(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// For anyone.
    #[secure_tool(scope = public("the size of the cabinet is on the door"), owner = unowned("it is one cabinet"), read_only)]
    async fn scope_public(&self) -> Json<usize> {
        Json(self.notes.len())
    }

    /// Every other key.
    ///
    /// With a second paragraph.
    #[secure_tool(
        scope = "notes:write",
        owner = caller,
        rate(60/hour, burst = 10, per = tenant),
        after(Self::scope_all, within = 10m),
        breaker(failures = 5, cooldown = 30s),
        timeout = 5s,
        max_output = 64KiB,
        concurrency = 8,
        releases(card, ssn, private_key, api_key, jwt, bearer, pii, confidential, usize_text::Salary),
        name = "every.key",
        title = "Every key",
        version = "1.2",
        deprecated = "use another",
    )]
    async fn every_key(&self, caller: &Caller) -> Result<Json<usize_text::Everything>, ToolError> {
        if caller.subject().is_empty() { Err(ToolError::not_found()) } else { Ok(Json((1.into(), 2.into(), 3.into()))) }
    }
}

/// A return type by path.
mod usize_text {
    use secure_tool::{Classified, Confidential, Pii};

    pub(super) type Text = String;

    /// A class by path.
    pub(super) struct Salary;

    impl secure_tool::Class for Salary {
        const NAME: &'static str = "salary";
    }

    pub(super) type Everything = (Classified<Pii, u8>, Classified<Confidential, u8>, Classified<Salary, u8>);

    pub(super) fn text(number: usize) -> Text {
        number.to_string()
    }
}

pub(super) fn register(builder: ServerBuilder<Cabinet>) -> ServerBuilder<Cabinet> {
    builder
        .tool(Cabinet::scope_constant())
        .tool(Cabinet::scope_all())
        .tool(Cabinet::scope_any())
        .tool(Cabinet::scope_public())
        .tool(Cabinet::every_key())
}
