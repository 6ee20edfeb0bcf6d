//! ST11, ST25: where a tool exists.

use secure_tool_vocabulary::is_environment;

use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;
use crate::syntax::only_in::OnlyIn;

/// ST25 for an empty list and for names that no server can have, ST11 for one that is there twice.
pub(super) fn only_in(tool: &Tool, sink: &Sink) {
    let Some(OnlyIn { key, names }) = tool.attribute.only_in.given() else { return };
    if names.is_empty() {
        sink.refuse(key, messages::in_no_environment(tool.ident(), tool.noun()));
    }
    let mut seen = Vec::new();
    for name in names {
        let value = name.value();
        if !is_environment(&value) {
            sink.refuse(name, messages::no_environment(&value.escape_debug()));
        } else if seen.contains(&value) {
            sink.refuse(name, messages::environment_twice(&value));
        }
        seen.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::only_in;
    use crate::check::testing::cases;

    #[test]
    fn environments() {
        let (longest, long) = ("x".repeat(32), "x".repeat(33));
        cases! { only_in in #[secure_tool(_)] fn f() {};
            accepts: ;
            accepts: only_in("staging", "dev");
            accepts: only_in("eu-west_1", "x");
            accepts: only_in(#longest);
            refuses ST25 "`f` exists in no environment": only_in();
            refuses ST25 "`\"\"` is not a valid name": only_in("");
            refuses ST25 "`\"Staging\"`": only_in("Staging");
            refuses ST25 "`\"1st\"`": only_in("dev", "1st");
            refuses ST25 "`\"my dev\"`": only_in("my dev");
            refuses ST25 "`\"größe\"`": only_in("größe");
            refuses ST25 "environment": only_in(#long);
            refuses ST11 "`\"dev\"`": only_in("dev", "staging", "dev");
        }
    }
}
