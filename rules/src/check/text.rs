//! ST10: texts that say nothing.

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;

/// ST10: `title`, `version` and `deprecated` are not empty.
pub(super) fn not_empty(tool: &Tool, sink: &Sink) {
    let attribute = &tool.attribute;
    for (key, text) in
        [("title", &attribute.title), ("version", &attribute.version), ("deprecated", &attribute.deprecated)]
    {
        if let Some(text) = text.given()
            && text.value().trim().is_empty()
        {
            sink.refuse(text, messages::empty_text(key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::not_empty;
    use crate::check::testing::cases;

    #[test]
    fn texts() {
        cases! { not_empty in #[secure_tool(_)] fn f() {};
            accepts: title = "T", version = "1.2", deprecated = "use `g`";
            refuses ST10 "`title`": title = " ";
            refuses ST10 "`version` takes a string": version = 1.2;
        }
    }

    #[test]
    fn one_attribute() {
        cases! { not_empty in #[secure_tool] _ fn f() {};
            refuses ST11 "`f` has `secure_tool` twice": #[secure_tool::secure_tool(owner = a)];
        }
    }

    #[test]
    fn keys() {
        cases! { not_empty in #[secure_tool(_)] fn f() {};
            refuses ST10 "did you mean `scope`?": scoep = "a";
            refuses ST11 "`title` is given twice": title = "a", title = "b";
            refuses ST10 "`read_only` takes no value": read_only = true;
            refuses ST10 "`crate`": crate = "secure_tool";
            refuses ST10 "write `scope = \"invoices:read\"`": "invoices:read";
            refuses ST10 "comma": title = "a" version = "b";
            refuses ST10 "expects a key": title = "a",, version = "b";
            refuses ST10 "`foo`", ST10 "`title`", ST14 "`5` is not a valid duration", ST13 "`x`": foo, title = 5, timeout = 5, rate = x;
        }
    }
}
