use secure_tool::prelude::*;
use secure_tool_ui_tests::Folder;

struct Desk;

impl Desk {
    /// Read a folder.
    #[secure_tool(scope = "notes:read", owner = folder)]
    async fn read_folder(
        &self,
        /// Which folder.
        folder: Owned<Folder>,
    ) -> String {
        folder.title().to_owned()
    }
}

fn main() {}
