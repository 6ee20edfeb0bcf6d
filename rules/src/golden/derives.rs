//! What the derives become.

use quote::quote;

use super::{formatted, method_calls};

#[test]
fn derives_use_no_method_syntax() {
    let fields = quote! {
        struct Search {
            /// A word.
            #[arg(min_len = MIN, pattern = PATTERN, not_credential("a symbol"), default = word())]
            token: String,
            #[arg(flatten)]
            page: Page,
        }
    };
    let view = quote! {
        struct View {
            #[owner(tenant)]
            tenant: String,
            #[owner(subject)]
            subject: String,
            #[owner]
            given: Owner,
            #[owners]
            lines: Vec<Line>,
            total: u32,
        }
    };
    let failure = quote! {
        enum Failure {
            #[failure(not_found)]
            A,
            #[failure(conflict)]
            B,
            #[failure(invalid("{0} of {1}"))]
            C(u32, u32),
            #[failure(forbidden("{a}"))]
            D { a: u32, b: u32 },
            #[failure(unavailable(a))]
            E { a: Duration },
            #[failure(unavailable(30s))]
            F,
            G(Error),
        }
    };
    for expansion in
        [crate::derive_arguments(&fields), crate::derive_has_owners(&view), crate::derive_tool_failure(&failure)]
    {
        let likely = method_calls(expansion).into_iter().filter(|name| name != "__secure_tool_masked");
        assert_eq!(likely.collect::<Vec<_>>(), Vec::<String>::new());
    }
}

#[test]
fn derived_arguments() {
    let input = quote! {
        #[serde(rename_all = "camelCase")]
        struct Letter {
            /// What it says.
            #[arg(min_len = 2, example = "Dear")]
            full_text: String,
            /// Until when.
            until: Option<Date>,
            /// The number of the safe.
            #[arg(secret, name = "safe")]
            safe_number: Safe,
            #[serde(default = "Room::first")]
            /// Where.
            room: Room,
            #[arg(flatten)]
            page: Page,
        }
    };
    let expansion = formatted(crate::derive_arguments(&input));
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("derived_arguments", expansion);
    });
}
