//! What an operator turns off while calls run and wait: they end, or go on, and nobody else notices. And for whom a server exists at all.

mod allowed;
mod cut;
mod scopes;
mod shop;
mod waiting;
