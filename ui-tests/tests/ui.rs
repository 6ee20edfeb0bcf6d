//! The compile errors that users get, word for word, and the tools that must compile.
//!
//! `TRYBUILD=overwrite cargo test -p secure-tool-ui-tests` rewrites the expected errors; read the difference as a newcomer would.

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

/// Far more than a build takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(1800);

/// Compiles the cases, which starts other processes. The waits of `secure-tool-testkit` are not used, as a dependency of this package is one
/// of each case as well.
fn compile(add: impl FnOnce(&trybuild::TestCases) + Send + 'static) {
    let (done, end) = channel::<()>();
    let cases = thread::spawn(move || {
        // Dropped, and so sent, when the cases were compiled, be it with a panic.
        let _done = done;
        add(&trybuild::TestCases::new());
    });
    let ended = end.recv_timeout(LIMIT);
    assert_eq!(ended, Err(RecvTimeoutError::Disconnected), "the cases take longer than {LIMIT:?} to compile");
    cases.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// Each file in `fail/` holds one mistake, and the `.stderr` beside it what the compiler says about it.
///
/// Compilers differ in how they print; the expected texts are those of one version.
#[rustversion::stable(1.95)]
#[test]
fn mistakes_are_refused() {
    compile(|cases| cases.compile_fail("fail/*/*.rs"));
}

/// A `TestCases` of its own: one that holds only `compile_fail` is checked and not built.
#[test]
fn tools_compile() {
    compile(|cases| cases.pass("pass/*.rs"));
}
