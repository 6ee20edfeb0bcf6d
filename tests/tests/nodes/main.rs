//! Several processes of one server, each simulated by a separate server: what one of them seals is valid at the others.

mod company;
mod contract;
mod counts;
mod down;
mod facts;
mod faulty;
mod keys;
mod routed;
