//! Commands of a server's administrator.

use secure_tool_testkit::{LIMIT, RedisServer};

pub(crate) const ACL_PASSWORD: &str = "correct-horse";

pub(crate) trait Administration {
    /// Adds the user `tools` with the line of the docs; `channels` follows `secure-tool` in the names of channels.
    fn add_user(&self, channels: &str);

    /// Runs a command.
    fn command<T: redis::FromRedisValue>(&self, command: &str) -> T;
}

impl Administration for RedisServer {
    fn add_user(&self, channels: &str) {
        let docs = include_str!("../../src/lib.rs");
        let line =
            docs.lines().find_map(|line| line.strip_prefix("//! ").filter(|line| line.starts_with("ACL "))).unwrap();
        assert!(line.contains("PASSWORD") && line.contains("&secure-tool:bell"));
        let line =
            line.replace("PASSWORD", ACL_PASSWORD).replace("&secure-tool:bell", &format!("&secure-tool{channels}"));
        self.command::<()>(&line);
    }

    fn command<T: redis::FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut cmd = redis::cmd(words.next().unwrap());
        cmd.arg(words.collect::<Vec<_>>());
        let client = redis::Client::open(self.url()).unwrap();
        cmd.query(&mut client.get_connection_with_timeout(LIMIT).unwrap()).unwrap_or_else(|e| panic!("{command}: {e}"))
    }
}
