//! The store in memory keeps the contract of a shared one.

use secure_tool::store::MemoryStore;

secure_tool::store::contract!(async || MemoryStore::new().unwrap());
