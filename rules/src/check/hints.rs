//! ST10, ST11: what clients are shown beside a tool.

use secure_tool_vocabulary::{icon_fault, meta_key_fault};

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;

/// So much is shown with every list.
const LONGEST_META: usize = 1024;

/// ST10: a hint that says what the tool says already.
pub(super) fn hints(tool: &Tool, sink: &Sink) {
    let Some(hints) = tool.attribute.hints.given() else { return };
    if let Some(hint) = hints.idempotent.as_ref().filter(|_| tool.attribute.read_only.is_given()) {
        sink.refuse(hint, messages::idempotent_yet_read_only(tool.ident()));
    }
}

/// ST10: an icon that a client should not load.
pub(super) fn icon(tool: &Tool, sink: &Sink) {
    let Some(icon) = tool.attribute.icon.given() else { return };
    if let Some(fault) = icon_fault(&icon.value()) {
        sink.refuse(icon, messages::bad_icon(fault));
    }
}

/// ST10 for a key of `_meta` that is not the application's, and for too much of it; ST11 for one that is there twice.
pub(super) fn meta(tool: &Tool, sink: &Sink) {
    let Some(members) = tool.attribute.meta.given() else { return };
    let mut seen = Vec::new();
    let mut bytes = 0;
    for member in members {
        let name = member.name.value();
        bytes += name.len() + member.value.to_json().len();
        if let Some(fault) = meta_key_fault(&name) {
            sink.refuse(&member.name, messages::bad_meta_key(&name.escape_debug(), fault));
        } else if seen.contains(&name) {
            sink.refuse(&member.name, messages::meta_twice(&name));
        } else if bytes > LONGEST_META {
            sink.refuse(&member.name, messages::meta_too_long());
            return;
        }
        seen.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::{hints, icon, meta};
    use crate::check::testing::cases;

    #[test]
    fn what_clients_are_told() {
        cases! { hints in #[secure_tool(_)] fn f() {};
            accepts: hints(idempotent);
            accepts: hints(closed_world, idempotent,);
            accepts: hints(closed_world), read_only;
            refuses ST10 "`f` is `read_only`": hints(idempotent), read_only;
            refuses ST10 "`hints` takes": hints();
            refuses ST10 "`hints` takes": hints = idempotent;
            refuses ST10 "`hints` takes": hints(open_world);
            refuses ST10 "`hints` takes": hints(idempotent = true);
            refuses ST11 "`hints` lists `idempotent` twice": hints(idempotent, idempotent);
        }
    }

    #[test]
    fn icons() {
        cases! { icon in #[secure_tool(_)] fn f() {};
            accepts: icon = "https://example.com/icon.png";
            accepts: icon = "data:image/png;base64,iVBORw0KGgo=";
            refuses ST10 "neither an https": icon = "http://example.com/icon.png";
            refuses ST10 "scripts": icon = "https://example.com/icon.svg";
            refuses ST10 "`icon` takes a string": icon = ICON;
        }
    }

    #[test]
    fn members_of_meta() {
        let long = "x".repeat(1024);
        cases! { meta in #[secure_tool(_)] fn f() {};
            accepts: meta("com.example/team" = "billing");
            accepts: meta("com.example/a" = true, "com.example/b" = -1, "com.example/c" = ["x", 2],);
            refuses ST10 "`meta` takes": meta();
            refuses ST10 "`meta` takes": meta = "a";
            refuses ST10 "`meta` takes": meta(team = "billing");
            refuses ST10 "`meta` takes": meta("com.example/a" = TEAM);
            refuses ST10 "`meta` takes": meta("com.example/a");
            refuses ST10 "has no prefix": meta("team" = 1);
            refuses ST10 "reserved for the protocol": meta("io.modelcontextprotocol/a" = 1);
            refuses ST10 "reserved for the guard": meta("secure-tool/scopes" = 1);
            refuses ST11 "twice": meta("com.example/a" = 1, "com.example/a" = 2);
            refuses ST10 "1024 bytes": meta("com.example/a" = #long);
        }
    }
}
