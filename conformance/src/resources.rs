//! Resources: fixed ones, one with a variable, and those that answers and prompts embed.

use schemars::JsonSchema;
use secure_tool::prelude::*;
use serde::Serialize;

use crate::{PIXEL, Suite};

/// What a URI with a variable leads to.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Data {
    id: u32,
    data: String,
}

impl Suite {
    /// A text.
    #[secure_resource(uri = "test://static-text", scope = public("the suite has no credential"), owner = unowned("a fixed text"))]
    pub(crate) async fn static_text(&self) -> &'static str {
        "This is the content of the static text resource."
    }

    /// Bytes.
    #[secure_resource(uri = "test://static-binary", scope = public("the suite has no credential"), owner = unowned("a fixed picture"), releases(blob))]
    pub(crate) async fn static_binary(&self) -> Blob {
        Blob::new("image/png", PIXEL)
    }

    /// What has a number.
    #[secure_resource(uri = "test://template/{id}/data", scope = public("the suite has no credential"), owner = unowned("made of the number"))]
    pub(crate) async fn template(
        &self,
        /// The number.
        id: u32,
    ) -> Json<Data> {
        Json(Data { id, data: format!("Data for {id}") })
    }

    /// What an answer embeds.
    #[secure_resource(uri = "test://embedded-resource", scope = public("the suite has no credential"), owner = unowned("a fixed text"))]
    pub(crate) async fn embedded_resource(&self) -> &'static str {
        "This is an embedded resource content."
    }

    /// What a mixed answer embeds.
    #[secure_resource(uri = "test://mixed-content-resource", scope = public("the suite has no credential"), owner = unowned("a fixed text"), mime = "application/json")]
    pub(crate) async fn mixed_content_resource(&self) -> &'static str {
        r#"{"test":"data","value":123}"#
    }

    /// What a prompt embeds.
    #[secure_resource(uri = "test://example-resource", scope = public("the suite has no credential"), owner = unowned("a fixed text"))]
    pub(crate) async fn example_resource(&self) -> &'static str {
        "Embedded resource content for testing."
    }
}
