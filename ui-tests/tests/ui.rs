//! The compile errors that users get, word for word, and the tools that must compile.
//!
//! `TRYBUILD=overwrite cargo test -p secure-tool-ui-tests` rewrites the expected errors; read the difference as a newcomer would.

/// Each file in `fail/` holds one mistake, and the `.stderr` beside it what the compiler says about it.
///
/// Compilers differ in how they print; the expected texts are those of one version.
#[rustversion::stable(1.95)]
#[test]
fn mistakes_are_refused() {
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}

/// A `TestCases` of its own: one that holds only `compile_fail` is checked and not built.
#[test]
fn tools_compile() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
