//! Several processes of one server, each played by a server of its own: what one of them made is good at the others.

mod company;
mod contract;
mod counts;
mod down;
mod facts;
mod faulty;
mod keys;
mod routed;
