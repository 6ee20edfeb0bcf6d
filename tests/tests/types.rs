//! Typed arguments and secrets from a client's point of view: the published schema refuses invalid ones before a body runs, and secrets do not leave.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use secure_tool::{MemorySink, SecureServer, http::HttpOptions, prelude::*, types::Resolve};
use secure_tool_tests::{
    CANARY,
    clients::{ALICE, HttpServer, call, code, list, text},
};
use serde_json::{Value, json};

struct Office {
    root: Root,
    ran: AtomicUsize,
}

/// Names that lead where their owner wants them to.
struct Names;

impl Resolve for Names {
    async fn resolve(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        let address: [u8; 4] = match name {
            "good.example.org" => [93, 184, 215, 14],
            "rebound.example.org" => [169, 254, 169, 254],
            _ => [127, 0, 0, 1],
        };
        Ok(vec![address.into()])
    }
}

impl Office {
    /// Read a file.
    #[secure_tool(scope = "desk:test", owner = unowned("the files of a test are nobody's"), rate = 1000000/minute, read_only)]
    fn read_file(
        &self,
        /// Which.
        path: SafePath,
    ) -> Result<String, ToolError> {
        self.ran.fetch_add(1, Ordering::SeqCst);
        path.read_to_string(&self.root, 1024).map_err(|_| ToolError::not_found())
    }

    /// Write a new file.
    #[secure_tool(scope = "desk:test", owner = unowned("the files of a test are nobody's"), rate = 1000000/minute)]
    fn write_file(
        &self,
        permit: &Permit<Write>,
        /// Where to.
        path: SafePath,
    ) -> Result<(), ToolError> {
        self.ran.fetch_add(1, Ordering::SeqCst);
        path.write_new(permit, &self.root, b"new")
            .map_err(|_| ToolError::conflict("it is there already, or not within"))
    }

    /// Fetch a page, or one that it leads to.
    #[secure_tool(scope = "desk:test", owner = unowned("the web is everybody's"), rate = 1000000/minute, read_only)]
    async fn fetch(
        &self,
        /// Which page.
        url: PublicUrl,
        /// Where it leads to.
        redirect: Option<String>,
    ) -> Result<Json<Vec<String>>, ToolError> {
        self.ran.fetch_add(1, Ordering::SeqCst);
        let url = redirect.map_or(Ok(url.clone()), |location| url.redirect(&location))?;
        let addresses = url.resolve_with(&Names).await?;
        Ok(Json(addresses.iter().map(ToString::to_string).collect()))
    }

    /// Take down who somebody is.
    #[secure_tool(scope = "desk:test", owner = unowned("the guests of a test are nobody's"), rate = 1000000/minute, read_only)]
    async fn sign_in(
        &self,
        /// The name of the room.
        room: Slug,
        /// How to reach the guest.
        email: Email,
        /// What the guest wants.
        wish: Bounded<2, 20>,
        /// The guest's PIN.
        password: Secret<String>,
    ) -> String {
        self.ran.fetch_add(1, Ordering::SeqCst);
        format!("{} {} {} {}", room.as_str(), email.domain(), wish.as_str(), password.expose().len())
    }
}

struct Setup {
    office: Arc<Office>,
    audit: Arc<MemorySink>,
    http: HttpServer,
    directory: tempfile::TempDir,
}

async fn setup() -> Setup {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("plan.txt"), "the plan").unwrap();
    std::fs::write(directory.path().join("outside.txt"), CANARY).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside.txt", inside.join("link.txt")).unwrap();
    let office = Arc::new(Office { root: Root::new(inside).unwrap(), ran: AtomicUsize::new(0) });
    let audit = Arc::new(MemorySink::new(1000));
    let server = SecureServer::builder_shared(Arc::clone(&office))
        .rate_cells(1 << 10)
        .refusals_recorded(100)
        .tool(Office::read_file())
        .tool(Office::write_file())
        .tool(Office::fetch())
        .tool(Office::sign_in())
        .allow_writes()
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    Setup { office, audit, http, directory }
}

#[tokio::test]
async fn paths_cannot_leave_their_root() {
    let Setup { office, audit, http, directory } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    let read = call(&client, "read_file", json!({"path": "plan.txt"})).await.unwrap();
    assert_eq!(text(&read), "the plan");
    assert_eq!(code(&call(&client, "write_file", json!({"path": "new.txt"})).await.unwrap()), "ok");
    assert_eq!(std::fs::read(directory.path().join("inside/new.txt")).unwrap(), b"new");
    let ran = office.ran.load(Ordering::SeqCst);
    for path in [
        "../outside.txt",
        "..",
        "a/../../outside.txt",
        "/etc/passwd",
        "//etc/passwd",
        "~/x",
        "C:\\x",
        "c:x",
        "\\\\host\\share",
        "..\\outside.txt",
        "%2e%2e/outside.txt",
        "..%2foutside.txt",
        "plan.txt\u{0}",
        "con",
        "nul.txt",
        "plan.txt:stream",
        "．．/outside.txt",
        "a//b",
        "file:///etc/passwd",
        "",
        "plan.txt ",
        "x\u{202e}txt",
    ] {
        for tool in ["read_file", "write_file"] {
            let refused = call(&client, tool, json!({"path": path})).await.unwrap();
            assert_eq!(code(&refused), "invalid_arguments", "{path:?}");
            assert!(text(&refused).contains("/path"), "{path:?}: {}", text(&refused));
        }
    }
    assert_eq!(office.ran.load(Ordering::SeqCst), ran, "no body ran");
    // What a schema cannot know is refused where the path is opened.
    #[cfg(unix)]
    for (tool, expected) in [("read_file", "not_found"), ("write_file", "conflict")] {
        let refused = call(&client, tool, json!({"path": "link.txt"})).await.unwrap();
        assert_eq!(code(&refused), expected);
        assert!(!text(&refused).contains(CANARY));
    }
    assert_eq!(std::fs::read_to_string(directory.path().join("outside.txt")).unwrap(), CANARY);
    assert!(!format!("{:?}", audit.take()).contains(CANARY));
}

#[tokio::test]
async fn addresses_lead_to_the_public_internet() {
    let Setup { office, http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    for url in ["https://good.example.org/page?q=1", "http://good.example.org:8080", "HTTPS://GOOD.example.org"] {
        let fetched = call(&client, "fetch", json!({"url": url})).await.unwrap();
        assert_eq!(code(&fetched), "ok", "{url}: {}", text(&fetched));
        assert!(text(&fetched).contains("93.184.215.14:"), "{url}");
    }
    let ran = office.ran.load(Ordering::SeqCst);
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://100.64.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://localhost/",
        "http://localhost./",
        "http://good.example.org./",
        "http://metadata.google.internal/",
        "http://printer/",
        "ftp://good.example.org/",
        "file:///etc/passwd",
        "http://user:pass@good.example.org/",
        "http://good.example.org@127.0.0.1/",
        "http://good.example.org\\@127.0.0.1/",
        "http://１２７.０.０.１/",
        "http://①②⑦.⓪.⓪.①/",
        "javascript:alert(1)",
        "http://good.example.org:22/",
        "//good.example.org",
        " http://good.example.org",
        "",
    ] {
        let refused = call(&client, "fetch", json!({"url": url})).await.unwrap();
        assert_eq!(code(&refused), "invalid_arguments", "{url:?}");
    }
    assert_eq!(office.ran.load(Ordering::SeqCst), ran, "no body ran");
    // A name decides late where it leads: refused where it is resolved, also after a redirect.
    let good = "https://good.example.org/";
    for (url, redirect) in [
        ("https://rebound.example.org/", None),
        ("https://loopback.example.org/", None),
        (good, Some("https://rebound.example.org/")),
        (good, Some("http://127.0.0.1:8080/")),
        (good, Some("//169.254.169.254/latest")),
        (good, Some("file:///etc/passwd")),
    ] {
        let arguments = redirect.map_or(json!({"url": url}), |redirect| json!({"url": url, "redirect": redirect}));
        let refused = call(&client, "fetch", arguments).await.unwrap();
        assert_ne!(code(&refused), "ok", "{url} {redirect:?}");
        assert!(!text(&refused).contains("169.254") && !text(&refused).contains("127.0"), "{}", text(&refused));
    }
    let next = call(&client, "fetch", json!({"url": good, "redirect": "/next"})).await.unwrap();
    assert_eq!(code(&next), "ok");
}

#[tokio::test]
async fn names_are_validated_and_secrets_do_not_leave() {
    let Setup { office, audit, http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    let guest = json!({"room": "blue-room", "email": "ada@example.org", "wish": "tea", "password": CANARY});
    let signed = call(&client, "sign_in", guest.clone()).await.unwrap();
    assert_eq!(text(&signed), format!("blue-room example.org tea {}", CANARY.len()));
    for (name, value) in [
        ("room", json!("Blue Room")),
        ("room", json!("../blue")),
        ("room", json!("")),
        ("email", json!("ada@example.org\r\nBcc: eve@example.org")),
        ("email", json!("Ada <ada@example.org>")),
        ("email", json!("ada@example.org,eve@example.org")),
        ("email", json!("ada")),
        ("wish", json!("x")),
        ("wish", json!("x".repeat(21))),
        ("wish", json!("tea\u{0}")),
        ("password", json!({"of": CANARY})),
        ("password", Value::Null),
    ] {
        let mut guest = guest.clone();
        guest[name] = value.clone();
        let refused = call(&client, "sign_in", guest).await.unwrap();
        assert_eq!(code(&refused), "invalid_arguments", "{name}: {value}");
        assert!(!serde_json::to_string(&refused).unwrap().contains(CANARY));
    }
    assert_eq!(office.ran.load(Ordering::SeqCst), 1);
    let records = audit.take();
    assert_eq!(records.len(), 13);
    let written = serde_json::to_string(&records).unwrap() + &format!("{records:?}");
    assert!(!written.contains(CANARY) && !written.contains("ada@example.org"), "{written}");
}

#[tokio::test]
async fn the_schema_describes_the_types() {
    let Setup { http, .. } = setup().await;
    let client = http.connect(ALICE).await.unwrap();
    let tools = list(&client).await.unwrap();
    let property = |tool: &str, name: &str| {
        let tool = tools.iter().find(|found| found.name == tool).unwrap();
        tool.input_schema["properties"][name].clone()
    };
    for (tool, name, keyword) in [
        ("read_file", "path", "pattern"),
        ("fetch", "url", "pattern"),
        ("sign_in", "room", "pattern"),
        ("sign_in", "email", "pattern"),
        ("sign_in", "wish", "maxLength"),
        ("sign_in", "password", "writeOnly"),
    ] {
        assert!(!property(tool, name)[keyword].is_null(), "{tool} {name}: {}", property(tool, name));
    }
}
