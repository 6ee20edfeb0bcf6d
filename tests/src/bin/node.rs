//! One node of a server with several nodes: `node REDIS EFFECTS`. It serves over HTTP on a free port of this machine, and writes each effect of
//! its tools as a line to the file `EFFECTS`.
//!
//! It prints its address and reads commands from its standard input, one in a line: `revoke SUBJECT`, `halt`, `resume`, `halt-tenant TENANT`,
//! `resume-tenant TENANT`, `halt-client CLIENT`, `resume-client CLIENT`, `read-only`, `read-write`, `disable TOOL`, `enable TOOL`. It answers each with
//! `done`. It exits at the end of its input.
//!
//! Both callers have the tenant `acme`; the client of each has the caller's name, with `-app` after it.

use std::{
    fs::OpenOptions,
    io::{Write as _, stdin},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use secure_tool::{HaltScope, JsonLines, KeyRing, http::HttpOptions, prelude::*, store::WhenDown};
use secure_tool_redis::RedisStore;
use secure_tool_tests::clients::Names;
use tokio::net::TcpListener;

struct Company {
    effects: PathBuf,
}

impl Company {
    /// Say hello.
    #[secure_tool(scope = "company", owner = unowned("a greeting"), rate = 1000/minute, read_only)]
    async fn greet(&self) -> &'static str {
        "hello"
    }

    /// Ring the bell.
    #[secure_tool(scope = "company", owner = unowned("it is the company's"), rate = 5/hour, read_only)]
    async fn ring(&self) {}

    /// Write a letter.
    #[secure_tool(scope = "company", owner = unowned("nothing but paper"), rate = 1000/minute)]
    async fn write_letter(&self) -> Result<(), ToolError> {
        self.happened("letter")
    }

    /// Post the letters, and take for ever to say so.
    #[secure_tool(scope = "company", owner = unowned("nothing but paper"), rate = 1000/minute, timeout = 3s, idempotent(within = 10m))]
    async fn post_slowly(&self) -> Result<(), ToolError> {
        self.happened("posted")?;
        std::future::pending().await
    }

    /// Wait for long.
    #[secure_tool(scope = "company", owner = unowned("nothing but time"), rate = 1000/minute, read_only, timeout = 5m)]
    async fn wait(&self) -> Result<(), ToolError> {
        self.happened("waiting")?;
        std::future::pending().await
    }

    /// Burn the letters.
    #[secure_tool(scope = "company", owner = unowned("they are the company's"), rate = 1000/minute, destructive, confirm = "Burn them?")]
    async fn burn_letters(&self) -> Result<(), ToolError> {
        self.happened("burnt")
    }

    /// Burn the letters, and take for ever to say so.
    #[secure_tool(scope = "company", owner = unowned("they are the company's"), rate = 1000/minute, destructive, confirm = "Burn them?", timeout = 5m)]
    async fn burn_slowly(&self) -> Result<(), ToolError> {
        self.happened("burnt")?;
        std::future::pending().await
    }

    /// One line at a time, whichever process writes it.
    fn happened(&self, what: &str) -> Result<(), ToolError> {
        let line = format!("{what}\n");
        let written = OpenOptions::new().create(true).append(true).open(&self.effects);
        let written = written.and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|_| ToolError::unavailable(Duration::from_secs(1)))
    }
}

fn principal(name: &str) -> Option<Caller> {
    ["alice", "bob"]
        .contains(&name)
        .then(|| Caller::new(name).with_tenant("acme").with_client(format!("{name}-app")).with_scopes(["company"]))
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let redis = arguments.next().ok_or("where is Redis?")?;
    let effects = arguments.next().ok_or("where do effects go?")?.into();
    let secret: Vec<u8> = (0..32).collect();
    let store = RedisStore::connect(&redis).await.map_err(|error| error.to_string())?;
    let server = SecureServer::builder(Company { effects })
        .tool(Company::greet())
        .tool(Company::ring())
        .tool(Company::write_letter())
        .tool(Company::post_slowly())
        .tool(Company::wait())
        .tool(Company::burn_letters())
        .tool(Company::burn_slowly())
        .allow_writes()
        .audit(JsonLines::append("/dev/null")?)
        .keys(KeyRing::new(&secret)?)
        .shared(store, WhenDown::Refuse)
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    let (revocations, switches) = (server.revocations(), server.switches());
    std::thread::spawn(move || {
        for line in stdin().lines().map_while(Result::ok) {
            let (command, what) = line.split_once(' ').unwrap_or((&line, ""));
            let until = SystemTime::now() + Duration::from_secs(3600);
            let known = match command {
                "revoke" => revocations.revoke_subject(Some("acme"), what, until).is_ok(),
                "halt" => {
                    switches.halt();
                    true
                }
                "resume" => {
                    switches.resume();
                    true
                }
                "halt-tenant" => switches.halt_for(HaltScope::tenant(what)).is_ok(),
                "resume-tenant" => {
                    switches.resume_for(HaltScope::tenant(what));
                    true
                }
                "halt-client" => switches.halt_for(HaltScope::client(what)).is_ok(),
                "resume-client" => {
                    switches.resume_for(HaltScope::client(what));
                    true
                }
                "read-only" | "read-write" => {
                    switches.set_read_only(command == "read-only");
                    true
                }
                "disable" => switches.disable(what).is_ok(),
                "enable" => switches.enable(what).is_ok(),
                _ => false,
            };
            println!("{}", if known { "done" } else { "what?" });
        }
        std::process::exit(0);
    });
    server.serve_http(listener, Names(principal), HttpOptions::default()).await?;
    Ok(())
}
