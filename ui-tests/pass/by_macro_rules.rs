//! Made by `macro_rules!`, with everything handed in from outside.
use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, Note};

struct Tools;

macro_rules! tools {
    ($($name:ident($scope:expr, $owner:ident, $count:literal / $unit:ident, $size:tt): $param:ident: $ty:ty => $output:ty = $body:expr;)*) => {
        impl Tools {
            $(
                /// A tool by a macro.
                #[secure_tool(scope = $scope, owner = $owner, rate = $count / $unit, max_output = $size, read_only)]
                async fn $name(
                    _cabinet: &Cabinet,
                    /// A parameter by a macro.
                    $param: $ty,
                    /// How many at most.
                    #[arg(min = 1, max = $count, default = 5)]
                    limit: u32,
                ) -> $output {
                    let _: Option<Self> = None;
                    $body + &limit.to_string()
                }
            )*
        }
    };
}

tools! {
    read_note("notes:read", note, 60 / minute, 64KiB): note: Owned<Note> => String = note.text().to_owned();
    read_more("notes:read", other, 5 / hour, 1MiB): other: Owned<Note> => String = other.text().to_owned();
}

macro_rules! whole {
    ($item:item) => {
        $item
    };
}

whole! {
    /// Say who calls.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn whoami(caller: &Caller) -> String {
        caller.subject().to_owned()
    }
}

fn main() {
    let builder = SecureServer::builder(Cabinet::default()).tool(Tools::read_note()).tool(Tools::read_more());
    assert!(builder.tool(whoami()).build().is_ok());
}
