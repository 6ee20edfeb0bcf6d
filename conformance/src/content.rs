//! Tools that answer at once, with each kind of content.

use std::time::Duration;

use secure_tool::prelude::*;

use crate::{PIXEL, SILENCE, Suite};

impl Suite {
    /// Answer with a text.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only)]
    pub(crate) async fn test_simple_text(&self) -> &'static str {
        "This is a simple text response for testing."
    }

    /// Answer with a picture.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed picture"), read_only, releases(image))]
    pub(crate) async fn test_image_content(&self) -> Image {
        Image::png(PIXEL)
    }

    /// Answer with a recording.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed recording"), read_only, releases(audio))]
    pub(crate) async fn test_audio_content(&self) -> Audio {
        Audio::wav(SILENCE)
    }

    /// Answer with the contents of a resource.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only)]
    pub(crate) async fn test_embedded_resource(&self) -> Embedded {
        Embedded::text(Link::to_fixed("test://embedded-resource"), "This is an embedded resource content.")
    }

    /// Answer with a text, a picture and the contents of a resource.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("fixed contents"), read_only, releases(image))]
    pub(crate) async fn test_multiple_content_types(&self) -> Answer {
        let resource = Link::to_fixed("test://mixed-content-resource");
        Answer::new()
            .block("Multiple content types test:")
            .block(Image::png(PIXEL))
            .block(Embedded::text(resource, r#"{"test":"data","value":123}"#))
    }

    /// Fail.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only)]
    pub(crate) async fn test_error_handling(&self) -> Result<(), ToolError> {
        Err(ToolError::invalid("This tool intentionally returns an error for testing"))
    }

    /// Do something that other servers log.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only)]
    pub(crate) async fn test_logging_tool(&self) -> &'static str {
        "done, and nothing was logged to the client"
    }

    /// Report how far it is, in three steps.
    #[secure_tool(scope = public("the suite has no credential"), owner = unowned("a fixed text"), read_only)]
    pub(crate) async fn test_tool_with_progress(&self, progress: &Progress) -> &'static str {
        for done in [0, 50, 100] {
            progress.report(done, 100, "working");
            // More often than ten times a second, the suite would not be told of each.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        "done"
    }
}
