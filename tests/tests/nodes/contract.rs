//! The in-memory store fulfils the contract of a shared store.

use secure_tool::store::MemoryStore;

secure_tool::store::contract!(async || MemoryStore::new().unwrap());
