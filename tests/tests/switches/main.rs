//! Switches while calls run and wait: the calls end or continue, and other callers are not affected. Also servers that exist for some callers only.

mod allowed;
mod cut;
mod scopes;
mod shop;
mod waiting;
