//! Two processes of one server behind a round-robin load balancer, with one Redis.
//!
//! They need `redis-server`. If it is not installed, the tests say so and pass, unless the environment has `SECURE_TOOL_REDIS=required`.

mod cluster;
mod deaths;
mod older;
mod together;
