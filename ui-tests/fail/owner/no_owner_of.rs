use secure_tool::prelude::*;
use secure_tool_ui_tests::FolderKey;

struct Desk;

impl Desk {
    /// Read a folder.
    #[secure_tool(scope = "notes:read", owner = folder)]
    async fn read_folder(
        &self,
        /// Which folder.
        folder: FolderKey,
    ) -> String {
        format!("{}", folder.0)
    }
}

fn main() {}
