//! Which resources `build()` refuses, and what the manifest lists.

use secure_tool::prelude::*;
use serde_json::json;

use crate::office::setup;

struct Shop;

impl Shop {
    /// By number.
    #[secure_resource(uri = "goods://{number}", scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn by_number(
        &self,
        /// Which.
        number: u32,
    ) -> String {
        number.to_string()
    }

    /// The first of them.
    #[secure_resource(uri = "goods://first", scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn first(&self) -> &'static str {
        "first"
    }

    /// By another name.
    #[secure_resource(uri = "names://{number}", name = "by_number", scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn by_name(
        &self,
        /// Which.
        number: u32,
    ) -> String {
        number.to_string()
    }

    /// With a list although there is one alone.
    #[secure_resource(uri = "fixed://one", scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn fixed(&self) -> &'static str {
        "one"
    }

    /// A tool of a name that a resource may have as well.
    #[secure_tool(scope = "goods:read", owner = unowned("goods are nobody's"), read_only)]
    async fn count(&self) -> &'static str {
        "3"
    }

    /// How many there are.
    #[secure_resource(uri = "goods://all/count", name = "count", scope = "goods:read", owner = unowned("goods are nobody's"))]
    async fn counted(&self) -> &'static str {
        "3"
    }
}

fn problems(builder: secure_tool::ServerBuilder<Shop>) -> String {
    builder.build().unwrap_err().problems().join("\n")
}

#[test]
fn build_refuses_uris_that_could_belong_to_two_resources() {
    let told = problems(SecureServer::builder(Shop).resource(Shop::by_number()).resource(Shop::first()));
    assert!(told.contains("`by_number`") && told.contains("`first`") && told.contains("overlap"), "{told}");
    assert!(SecureServer::builder(Shop).resource(Shop::first()).resource(Shop::fixed()).build().is_ok());
}

#[test]
fn two_resources_cannot_share_a_name_but_a_tool_and_a_resource_can() {
    let told = problems(SecureServer::builder(Shop).resource(Shop::by_number()).resource(Shop::by_name()));
    assert!(told.contains("two resources are called `by_number`"), "{told}");
    let server = SecureServer::builder(Shop).tool(Shop::count()).resource(Shop::counted()).build().unwrap();
    assert!(format!("{server:?}").contains("count"));
    // An operator who names them turns off both.
    assert!(server.switches().disable("count").is_ok());
}

#[tokio::test]
async fn the_manifest_lists_resources_with_their_policy() {
    let setup = setup().await;
    let manifest = serde_json::to_value(setup.server.policy()).unwrap();
    let resources = manifest["resources"].as_array().unwrap();
    let of = |name: &str| resources.iter().find(|resource| resource["name"] == name).unwrap();
    assert_eq!((&of("invoice")["uri"], &of("invoice")["lists"]), (&json!("invoices://{invoice}"), &json!(true)));
    assert_eq!((&of("note")["lists"], &of("note")["mime"]), (&json!(false), &json!("text/plain")));
    assert_eq!((&of("scan")["releases"], &of("scan")["mime"]), (&json!(["blob"]), &json!("application/pdf")));
    assert_eq!((&of("elsewhere")["exposed"], &of("invoice")["exposed"]), (&json!(false), &json!(true)));
    assert_eq!(of("invoice")["effect"], "read_only");
    let table = setup.server.policy().to_string();
    assert!(table.contains("invoice: a resource at invoices://{invoice}, and lists the caller's own"), "{table}");
    let names: Vec<_> = resources.iter().map(|resource| resource["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted());
}
