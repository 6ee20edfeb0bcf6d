//! What models and reviewers can read about an order.

use secure_tool_tests::clients::{close, connect_by_pipe, list};
use serde_json::json;

use crate::shop::{House, alice};

#[tokio::test]
async fn the_description_names_the_tool_to_call_first() {
    let house = House::new();
    let client = connect_by_pipe(&house.server, alice(), ()).await.unwrap();
    let tools = list(&client).await.unwrap();
    let description = |name: &str| {
        let tool = tools.iter().find(|tool| tool.name == name).unwrap();
        tool.description.clone().unwrap_or_default().into_owned()
    };
    for (tool, expected) in [
        ("pay", "Pay an invoice.\n\nCall `quote` first, for the same `invoice`, at most 10 minutes before."),
        ("pay_soon", "Pay an invoice at once.\n\nCall `quote` first, for the same `invoice`, at most 1 second before."),
        (
            "settle",
            "Pay from an account as it was offered.\n\nCall `offer` first, for the same `account` and `invoice`, at most 10 minutes before.",
        ),
        (
            "tell",
            "Say what was seen. It takes no object, and `browse` neither.\n\nCall `browse` first, at most 10 minutes before.",
        ),
        ("quote", "Show the total of an invoice."),
    ] {
        assert_eq!(description(tool), expected);
    }
    close(client).await.unwrap();
}

#[test]
fn the_manifest_lists_it() {
    let house = House::new();
    let manifest = house.server.policy();
    let json = serde_json::to_value(manifest).unwrap();
    let of = |name: &str| {
        let tools = json["tools"].as_array().unwrap();
        tools.iter().find(|tool| tool["name"] == name).unwrap()["after"].clone()
    };
    assert_eq!(of("pay"), json!({"tool": "quote", "within_ms": 600_000, "same": ["invoice"]}));
    assert_eq!(of("explain"), json!({"tool": "quote", "within_ms": 600_000, "same": ["bill"]}));
    assert_eq!(of("tell"), json!({"tool": "browse", "within_ms": 600_000, "same": []}));
    assert_eq!(of("quote"), json!(null));
    let shown = manifest.to_string();
    assert!(
        shown.contains("pay: runs only if quote has succeeded for the same invoice at most 600s before\n"),
        "{shown}"
    );
}
