//! What a tool may return: texts, structured values, nothing, and errors of any kind.
use std::{fmt, io};

use secure_tool::{Output, prelude::*};

struct Desk;
struct Lines(Vec<String>);

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl std::error::Error for Own {}

impl ToolOutput for Lines {
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        self.0.into_iter().try_for_each(|line| output.text(line))
    }
}

type Answer<T> = Result<T, ToolError>;

macro_rules! returning {
    ($($name:ident -> $ty:ty = $value:expr;)*) => {
        impl Desk {
            $(
                /// Return something.
                #[secure_tool(scope = "notes:read", owner = unowned("there is nothing to own"), read_only)]
                async fn $name(&self) -> $ty {
                    $value
                }
            )*
        }

        fn main() {
            let builder = SecureServer::builder(Desk)$(.tool(Desk::$name()))*;
            assert!(builder.build().is_ok());
        }
    };
}

returning! {
    unit -> () = ();
    text -> String = String::new();
    words -> &'static str = "done";
    number -> Json<u32> = Json(1);
    list -> Json<Vec<Option<u32>>> = Json(vec![None]);
    lines -> Lines = Lines(Vec::new());
    result -> Result<(), ToolError> = Ok(());
    alias -> Answer<Json<u32>> = Ok(Json(1));
    input -> io::Result<String> = Ok(String::new());
    own -> Result<Json<u32>, Own> = Err(Own);
    parsed -> Result<Json<u32>, std::num::ParseIntError> = "7".parse().map(Json);
}
