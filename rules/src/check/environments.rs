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
        sink.refuse(key, messages::in_no_environment(tool.ident()));
    }
    let mut seen = Vec::new();
    for name in names {
        let value = name.value();
        if !is_environment(&value) {
            sink.refuse(name, messages::no_environment(&value));
        } else if seen.contains(&value) {
            sink.refuse(name, messages::environment_twice(&value));
        }
        seen.push(value);
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::only_in;
    use crate::check::testing::{accepts, refuses};

    #[test]
    fn environments() {
        let longest = "x".repeat(32);
        for attribute in
            [quote!(), quote!(only_in("staging", "dev")), quote!(only_in("eu-west_1", "x")), quote!(only_in(#longest))]
        {
            accepts(
                only_in,
                attribute,
                quote!(
                    fn f() {}
                ),
            );
        }
        let long = "x".repeat(33);
        for (attribute, code, names) in [
            (quote!(only_in()), "ST25", "`f` exists in no environment"),
            (quote!(only_in("")), "ST25", "`\"\"` cannot be"),
            (quote!(only_in("Staging")), "ST25", "`\"Staging\"`"),
            (quote!(only_in("dev", "1st")), "ST25", "`\"1st\"`"),
            (quote!(only_in("my dev")), "ST25", "`\"my dev\"`"),
            (quote!(only_in("größe")), "ST25", "`\"größe\"`"),
            (quote!(only_in(#long)), "ST25", "environment"),
            (quote!(only_in("dev", "staging", "dev")), "ST11", "`\"dev\"`"),
        ] {
            refuses(
                only_in,
                attribute,
                quote!(
                    fn f() {}
                ),
                code,
                names,
            );
        }
    }
}
