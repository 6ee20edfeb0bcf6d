//! Mutual TLS with certificates on both sides, over loopback.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use reqwest::{Certificate, Client, Identity, Response, tls::Version};
use secure_tool::{
    Approvals, Caller, Decision, MemorySink, Revocations, SecureServer,
    http::{
        Algorithm, ApiKeys, Authenticator, CancellationToken, ClientCertificates, HttpOptions, JwtAuthenticator, Key,
        TlsOptions,
    },
    secure_tool,
};
use secure_tool_testkit::{LIMIT, until, within};
use secure_tool_tests::{
    Desk, Vault,
    clients::{ALICE, http_client, keys, message},
    ends,
    raw::call_modern,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, ClientConfig, RootCertStore},
};

const HOST: &str = "mcp.test";
const ROBOT: &str = "spiffe://test/robot";
const ISSUER: &str = "https://id.test";
const AUDIENCE: &str = "https://mcp.test/mcp";
/// Enough for a client on a busy machine, and less than the default of ten seconds.
const HANDSHAKE: Duration = Duration::from_secs(3);
const SECRET: &[u8] = b"a secret of the test, longer than 32 bytes";

struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key, in PEM.
struct Paper {
    certificate: String,
    key: String,
    thumbprint: String,
    fingerprint: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(&self, names: Vec<SanType>, change: impl FnOnce(&mut CertificateParams)) -> Paper {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.subject_alt_names = names;
        params.distinguished_name.push(DnType::CommonName, ROBOT);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let fingerprint = {
            use sha2::{Digest, Sha256};
            Sha256::digest(certificate.der()).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
        };
        let thumbprint = thumbprint(certificate.der());
        Paper { certificate: certificate.pem(), key: key.serialize_pem(), thumbprint, fingerprint }
    }
}

/// As RFC 8705, section 3.1 has it.
fn thumbprint(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use sha2::{Digest, Sha256};
    URL_SAFE_NO_PAD.encode(Sha256::digest(der))
}

fn uri(name: &str) -> SanType {
    SanType::URI(name.try_into().unwrap())
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

fn email(name: &str) -> SanType {
    SanType::Rfc822Name(name.try_into().unwrap())
}

struct Running {
    address: SocketAddr,
    server_root: Certificate,
    audit: Arc<MemorySink>,
    revocations: Revocations,
    desk: Arc<Desk>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(roots: Option<&Authority>, authenticator: impl Authenticator, options: HttpOptions) -> Self {
        let (desk, audit, server) = secure_tool_tests::setup();
        Self::serve(server, (desk, audit), roots, authenticator, options).await
    }

    async fn serve<S: Send + Sync + 'static>(
        server: SecureServer<S>,
        (desk, audit): (Arc<Desk>, Arc<MemorySink>),
        roots: Option<&Authority>,
        authenticator: impl Authenticator,
        options: HttpOptions,
    ) -> Self {
        let revocations = server.revocations();
        let home = Authority::new();
        let paper = home.issue(vec![dns(HOST)], |_| {});
        let mut tls = TlsOptions::pem(&paper.certificate, &paper.key).unwrap();
        if let Some(roots) = roots {
            tls = tls.client_roots(roots.pem()).unwrap();
        }
        let tls = tls.handshake_timeout(HANDSHAKE);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let options = options.hosts([HOST]).stop_with(stop.clone());
        let task =
            tokio::spawn(async move { server.serve_https(listener, tls, authenticator, options).await.unwrap() });
        let server_root = Certificate::from_pem(home.pem().as_bytes()).unwrap();
        Self { address, server_root, audit, revocations, desk, stop, task }
    }

    fn client(&self, paper: Option<&Paper>) -> Client {
        self.client_up_to(paper, Version::TLS_1_3)
    }

    fn client_up_to(&self, paper: Option<&Paper>, version: Version) -> Client {
        let mut client = Client::builder()
            .tls_certs_only([self.server_root.clone()])
            .tls_version_max(version)
            .resolve(HOST, self.address)
            .timeout(LIMIT);
        if let Some(paper) = paper {
            let pem = format!("{}{}", paper.certificate, paper.key);
            client = client.identity(Identity::from_pem(pem.as_bytes()).unwrap());
        }
        client.build().unwrap()
    }

    /// What became of a call of `whoami`.
    async fn whoami(&self, client: &Client, token: Option<&str>) -> Result<Response, reqwest::Error> {
        self.call(client, token, "whoami", &json!({})).await
    }

    async fn call(
        &self,
        client: &Client,
        token: Option<&str>,
        tool: &str,
        arguments: &Value,
    ) -> Result<Response, reqwest::Error> {
        let request = client
            .post(format!("https://{HOST}:{}/mcp", self.address.port()))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", "2025-11-25")
            // Nobody listens to what proxies say of certificates.
            .header("x-client-cert", ROBOT)
            .header("x-forwarded-client-cert", format!("URI={ROBOT}"))
            .body(message(tool, arguments));
        match token {
            Some(token) => request.bearer_auth(token).send().await,
            None => request.send().await,
        }
    }

    async fn status(&self, client: &Client, token: Option<&str>) -> u16 {
        self.whoami(client, token).await.map_or(0, |response| response.status().as_u16())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn robot(name: &str, known: &'static str) -> Option<Arc<Caller>> {
    (name == known).then(|| Arc::new(Caller::new("robot").with_scopes(["desk:test", "notes:read"])))
}

fn robots() -> impl Authenticator {
    ClientCertificates::uri(|name| robot(name, ROBOT))
}

#[tokio::test]
async fn a_certificate_of_the_authority_identifies_its_caller() {
    let authority = Authority::new();
    let server = Running::start(Some(&authority), robots(), HttpOptions::default()).await;
    let paper = authority.issue(vec![dns("robot.test"), uri(ROBOT)], |_| {});
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let client = server.client_up_to(Some(&paper), version);
        // Twice over one connection, and once over another.
        for client in [&client, &client, &server.client_up_to(Some(&paper), version)] {
            let response = server.whoami(client, None).await.unwrap();
            assert_eq!(response.status(), 200);
            assert!(response.text().await.unwrap().contains("robot in whoami"));
        }
    }
    let records = serde_json::to_string(&server.audit.take()).unwrap();
    assert_eq!(records.matches(r#""caller":"robot""#).count(), 6, "{records}");
    server.stop.cancel();
}

#[tokio::test]
async fn no_connection_is_made_without_a_valid_certificate_of_the_authority() {
    let authority = Authority::new();
    let server = Running::start(Some(&authority), robots(), HttpOptions::default().allow_anonymous()).await;
    let names = || vec![uri(ROBOT)];
    let past = |params: &mut CertificateParams| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    };
    let future = |params: &mut CertificateParams| {
        (params.not_before, params.not_after) = (date_time_ymd(2999, 1, 1), date_time_ymd(3000, 1, 1));
    };
    let for_servers = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    };
    for (what, paper) in [
        ("none", None),
        ("of another authority", Some(Authority::new().issue(names(), |_| {}))),
        ("expired", Some(authority.issue(names(), past))),
        ("not valid yet", Some(authority.issue(names(), future))),
        ("for servers only", Some(authority.issue(names(), for_servers))),
    ] {
        for version in [Version::TLS_1_2, Version::TLS_1_3] {
            let client = server.client_up_to(paper.as_ref(), version);
            assert!(server.whoami(&client, None).await.is_err(), "{what}");
        }
    }
    // A key that is not that of the certificate.
    let (mut stolen, own) = (authority.issue(names(), |_| {}), authority.issue(names(), |_| {}));
    stolen.key = own.key;
    let pem = format!("{}{}", stolen.certificate, stolen.key);
    let client =
        Client::builder().tls_certs_only([server.server_root.clone()]).resolve(HOST, server.address).timeout(LIMIT);
    let client = Identity::from_pem(pem.as_bytes()).map(|identity| client.identity(identity).build());
    if let Ok(Ok(client)) = client {
        assert!(server.whoami(&client, None).await.is_err());
    }
    // Neither plain HTTP nor silence.
    let plain = http_client().get(format!("http://{}/mcp", server.address)).send().await;
    assert!(plain.is_err(), "{plain:?}");
    let start = Instant::now();
    let mut silent = within("the connection", TcpStream::connect(server.address)).await.unwrap();
    assert_eq!(within("the end of the handshake", silent.read(&mut [0; 64])).await.unwrap_or(0), 0);
    assert!(start.elapsed() < Duration::from_secs(10), "the handshake has the limit that was set, not the default");
    assert_eq!((server.desk.ran(), server.audit.take().len()), (0, 0));
    assert_eq!(server.status(&server.client(Some(&authority.issue(names(), |_| {}))), None).await, 200);
}

#[tokio::test]
async fn one_certificate_of_several_is_revoked_by_its_fingerprint() {
    let authority = Authority::new();
    let server = Running::start(Some(&authority), robots(), HttpOptions::default()).await;
    let [lost, kept] = [(); 2].map(|()| authority.issue(vec![uri(ROBOT)], |_| {}));
    let (lost_client, kept_client) = (server.client(Some(&lost)), server.client(Some(&kept)));
    assert_eq!(server.status(&lost_client, None).await, 200);
    let id = &serde_json::to_value(server.audit.take()).unwrap()[0]["key_id"];
    assert_eq!(id.as_str(), Some(lost.fingerprint.as_str()), "the record says which certificate it was");
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    server.revocations.revoke_key(&lost.fingerprint, tomorrow).unwrap();
    assert_eq!([server.status(&lost_client, None).await, server.status(&kept_client, None).await], [401, 200]);
    server.revocations.reinstate_key(&lost.fingerprint);
    assert_eq!(server.status(&lost_client, None).await, 200);
}

#[tokio::test]
async fn exactly_one_name_of_the_configured_kind_is_accepted_and_the_common_name_is_ignored() {
    const HOSTNAME: &str = "robot.test";
    const ADDRESS: &str = "robot@mail.test";
    let authority = Authority::new();
    let by_uri = Running::start(Some(&authority), robots(), HttpOptions::default()).await;
    let by_dns = ClientCertificates::dns(|name| robot(name, HOSTNAME).or_else(|| robot(name, "*.test")));
    let by_dns = Running::start(Some(&authority), by_dns, HttpOptions::default()).await;
    let by_email = ClientCertificates::email(|name| robot(name, ADDRESS));
    let by_email = Running::start(Some(&authority), by_email, HttpOptions::default()).await;
    // Every certificate here has the robot's name as its common name.
    for (names, uri_status, dns_status, email_status) in [
        (vec![], 401, 401, 401),
        (vec![uri(ROBOT)], 200, 401, 401),
        (vec![uri(ROBOT), dns(HOSTNAME), email(ADDRESS)], 200, 200, 200),
        (vec![uri(ROBOT), uri(ROBOT)], 401, 401, 401),
        (vec![uri(ROBOT), uri("spiffe://test/other"), dns(HOSTNAME)], 401, 200, 401),
        (vec![uri("spiffe://test/other")], 401, 401, 401),
        (vec![uri("spiffe://test/robot/")], 401, 401, 401),
        (vec![uri("SPIFFE://test/robot")], 401, 401, 401),
        (vec![dns("ROBOT.test"), email("Robot@mail.test")], 401, 200, 401),
        (vec![dns("*.test")], 401, 401, 401),
        (vec![dns(HOSTNAME), dns("other.test"), email(ADDRESS), email("b@mail.test")], 401, 401, 401),
        (vec![SanType::IpAddress([127, 0, 0, 1].into())], 401, 401, 401),
    ] {
        let paper = authority.issue(names.clone(), |_| {});
        for (server, status) in [(&by_uri, uri_status), (&by_dns, dns_status), (&by_email, email_status)] {
            assert_eq!(server.status(&server.client(Some(&paper)), None).await, status, "{names:?}");
        }
    }
}

#[tokio::test]
async fn client_certificates_can_be_combined_with_other_authenticators() {
    let authority = Authority::new();
    let paper = authority.issue(vec![uri(ROBOT)], |_| {});
    let stranger = authority.issue(vec![uri("spiffe://test/stranger")], |_| {});
    let chain: ApiKeys = keys().unwrap();
    let either = [
        Running::start(Some(&authority), chain.clone().or(robots()), HttpOptions::default()).await,
        Running::start(Some(&authority), robots().or(chain.clone()), HttpOptions::default()).await,
    ];
    for server in &either {
        let (client, other) = (server.client(Some(&paper)), server.client(Some(&stranger)));
        for (client, token, who) in
            [(&client, Some(ALICE), "alice in"), (&client, None, "robot in"), (&other, Some(ALICE), "alice in")]
        {
            let response = server.whoami(client, token).await.unwrap();
            assert!(response.text().await.unwrap().contains(who), "{who}");
        }
        assert_eq!(server.status(&other, None).await, 401);
        // A key that is not known (any more) does not make its bearer the robot that carries it.
        assert_eq!(server.status(&client, Some("wrong-key-0000000000000000000000000000")).await, 401);
    }

    // Without roots nobody is asked for a certificate, and nobody is known by one.
    let server = Running::start(None, robots().or(chain), HttpOptions::default()).await;
    for client in [server.client(None), server.client(Some(&paper))] {
        assert_eq!(server.status(&client, Some(ALICE)).await, 200);
        let response = server.whoami(&client, None).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["www-authenticate"].as_bytes()),
            (401, &b"Bearer"[..])
        );
    }
}

fn sign(over: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": now + 300, "scope": "desk:test",
    });
    claims.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    let header = jsonwebtoken::Header {
        typ: Some("at+jwt".into()),
        ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256)
    };
    jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(SECRET)).unwrap()
}

#[tokio::test]
async fn a_certificate_bound_token_is_valid_only_with_its_certificate() {
    let authority = Authority::new();
    let tokens = || {
        let key = Key::hmac(Algorithm::HS256, SECRET).unwrap();
        JwtAuthenticator::builder(ISSUER, AUDIENCE, key).build().unwrap()
    };
    let server = Running::start(Some(&authority), tokens(), HttpOptions::default()).await;
    let (owner, thief) = (authority.issue(vec![uri(ROBOT)], |_| {}), authority.issue(vec![uri(ROBOT)], |_| {}));
    let bound = sign(&json!({"cnf": {"x5t#S256": owner.thumbprint}}));
    let (own, other) = (server.client(Some(&owner)), server.client(Some(&thief)));
    // By heart as well as at first sight, and in either order.
    for (client, status) in [(&other, 401), (&own, 200), (&other, 401), (&own, 200)] {
        assert_eq!(server.status(client, Some(&bound)).await, status);
    }
    for client in [&own, &other] {
        assert_eq!(server.status(client, Some(&sign(&json!({})))).await, 200, "a bearer token is everybody's");
    }
    let thumbprint = &owner.thumbprint;
    for confirmation in [
        json!({}),
        json!(null),
        json!(thumbprint),
        json!({"x5t#S256": thumbprint, "jkt": "x"}),
        json!({"x5t#S256": [thumbprint]}),
        json!({"x5t#S256": format!("{thumbprint}=")}),
        json!({"x5t#S256": thumbprint.get(..20)}),
        json!({"x5t#S256": ""}),
        json!({"x5t": thumbprint}),
        json!({"jkt": thumbprint}),
    ] {
        let token = sign(&json!({"cnf": confirmation}));
        assert_eq!(server.status(&own, Some(&token)).await, 401, "{confirmation}");
    }
    // Without a certificate on the connection it is nobody's.
    let server = Running::start(None, tokens(), HttpOptions::default()).await;
    assert_eq!(server.status(&server.client(None), Some(&bound)).await, 401);
    assert_eq!(server.status(&server.client(None), Some(&sign(&json!({})))).await, 200);
}

#[tokio::test]
async fn a_connection_does_not_outlive_its_certificate_or_its_name() {
    let authority = Authority::new();
    let key = Key::hmac(Algorithm::HS256, SECRET).unwrap();
    let tokens = JwtAuthenticator::builder(ISSUER, AUDIENCE, key).build().unwrap();
    let dismissed = Arc::new(AtomicBool::new(false));
    let known = {
        let dismissed = Arc::clone(&dismissed);
        move |name: &str| robot(name, ROBOT).filter(|_| !dismissed.load(Ordering::Relaxed))
    };
    let chain = tokens.or(ClientCertificates::uri(known));
    let server = Running::start(Some(&authority), chain, HttpOptions::default()).await;
    let bound = |paper: &Paper| sign(&json!({"cnf": {"x5t#S256": paper.thumbprint}}));
    let mut lifetime = Duration::from_secs(3);
    let (clients, end) = loop {
        let end = SystemTime::now() + lifetime;
        let clients = [end, end + Duration::from_secs(3600)].map(|end| {
            let paper = authority.issue(vec![uri(ROBOT)], |params| params.not_after = end.into());
            // A connection each, as an answer of 401 ends one.
            ([(); 2].map(|()| server.client(Some(&paper))), bound(&paper))
        });
        let mut statuses = Vec::new();
        for ([bare, bearing], token) in &clients {
            statuses.extend([server.status(bare, None).await, server.status(bearing, Some(token)).await]);
        }
        // A certificate's end has no fraction of a second.
        if SystemTime::now() < end - Duration::from_secs(1) {
            assert_eq!(statuses, [200; 4]);
            break (clients, end);
        }
        // The machine was too busy to use it in time.
        lifetime *= 2;
        assert!(lifetime < LIMIT, "{statuses:?}");
    };
    let over = end + Duration::from_secs(1);
    tokio::time::sleep(over.duration_since(SystemTime::now()).unwrap_or_default()).await;
    for (([bare, bearing], token), status) in clients.iter().zip([401, 200]) {
        assert_eq!((server.status(bare, None).await, server.status(bearing, Some(token)).await), (status, status));
    }
    dismissed.store(true, Ordering::Relaxed);
    let [_, ([bare, bearing], token)] = &clients;
    assert_eq!((server.status(bare, None).await, server.status(bearing, Some(token)).await), (401, 200));
}

#[tokio::test]
async fn a_call_that_waits_does_not_outlive_the_certificate_of_its_connection() {
    let authority = Authority::new();
    let key = Key::hmac(Algorithm::HS256, SECRET).unwrap();
    let tokens = JwtAuthenticator::builder(ISSUER, AUDIENCE, key).build().unwrap();
    let robot = Arc::new(Caller::new("alice").with_scopes(["vault:burn"]));
    let chain = tokens.or(ClientCertificates::uri(move |name| (name == ROBOT).then(|| Arc::clone(&robot))));
    let (vault, audit, approvals) = (Arc::new(Vault::default()), Arc::new(MemorySink::new(100)), Approvals::default());
    let server = SecureServer::builder_shared(Arc::clone(&vault))
        .tool(Vault::burn_officially())
        .allow_writes()
        .approver(approvals.clone())
        .confirmation_timeout(Duration::from_secs(600))
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let desk = Arc::new(Desk::default());
    let server = Running::serve(server, (desk, audit), Some(&authority), chain, HttpOptions::default()).await;
    let paper = |lifetime| {
        let end = SystemTime::now() + Duration::from_secs(lifetime);
        authority.issue(vec![uri(ROBOT)], |params| params.not_after = end.into())
    };
    let bound = |paper: &Paper| sign(&json!({"scope": "vault:burn", "cnf": {"x5t#S256": paper.thumbprint}}));
    let (short, long) = (paper(4), paper(3600));
    let (parcel, other) = (json!({"parcel": 1}), json!({"parcel": 2}));
    let (dying, living) = (server.client(Some(&short)), server.client(Some(&long)));
    let (of_short, of_long) = (bound(&short), bound(&long));
    let burn = |client, token, arguments| server.call(client, token, "burn_officially", arguments);
    let ended = async { tokio::join!(burn(&dying, None, &parcel), burn(&dying, Some(&of_short), &parcel)) };
    let approved = async {
        until("the calls to wait", async || approvals.list().len() == 4).await;
        until("two calls to end with their certificate", async || approvals.list().len() == 2).await;
        for request in approvals.list() {
            approvals.approve(request.id, &Arc::new(Caller::new("olga"))).unwrap();
        }
    };
    let going_on = async { tokio::join!(burn(&living, None, &parcel), burn(&living, Some(&of_long), &other)) };
    let ((by_certificate, by_token), (own, token), ()) =
        within("the calls", async { tokio::join!(ended, going_on, approved) }).await;
    for ended in [by_certificate, by_token] {
        assert_eq!(ended.unwrap().status(), 401);
    }
    for going_on in [own, token] {
        let text = going_on.unwrap().text().await.unwrap();
        assert!(text.contains(r#""isError":false"#), "{text}");
    }
    let mut rules: Vec<_> = ends(server.audit.take()).iter().map(|record| record.rule).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["allowed", "allowed", "expired_credential", "expired_credential"]);
    assert_eq!(vault.left(), [3]);
}

#[tokio::test]
async fn invalid_certificates_and_keys_are_errors_that_do_not_quote_the_key() {
    let authority = Authority::new();
    let (paper, other) = (authority.issue(vec![dns(HOST)], |_| {}), authority.issue(vec![dns(HOST)], |_| {}));
    let (certificate, key) = (&paper.certificate, &paper.key);
    for (certificate, key) in [("", &**key), (certificate, ""), (key, key), (certificate, certificate), ("x", key)] {
        assert!(TlsOptions::pem(certificate, key).is_err());
    }
    let broken = key.replace("MI", "!!");
    let refused = TlsOptions::pem(certificate, &broken).unwrap_err().to_string();
    assert!(!refused.contains("!!"), "{refused}");
    assert!(TlsOptions::pem(certificate, key).unwrap().client_roots("").is_err());
    let options = TlsOptions::pem(certificate, &other.key).unwrap();
    assert!(!format!("{options:?}").contains("MI"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server: SecureServer<Desk> = secure_tool_tests::setup().2;
    let ended = server.serve_https(listener, options, robots(), HttpOptions::default());
    let ended = within("the server to end", ended).await;
    assert!(ended.is_err(), "the key of another certificate");
}

#[derive(Default)]
struct Waiting(AtomicBool);

impl Waiting {
    /// Wait for nothing.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), read_only, timeout = 10m)]
    async fn wait(&self) {
        self.0.store(true, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn pipelined_bytes_do_not_hide_a_disconnect() {
    let home = Authority::new();
    let paper = home.issue(vec![dns(HOST)], |_| {});
    let mut roots = RootCertStore::empty();
    roots.add(home.0.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    for behind in [b"".to_vec(), b"\r\n".to_vec(), call_modern(ALICE, 2, "wait").repeat(40)] {
        let (waiting, audit) = (Arc::new(Waiting::default()), Arc::new(MemorySink::new(10)));
        let builder = SecureServer::builder_shared(Arc::clone(&waiting)).tool(Waiting::wait());
        let server = builder.audit(Arc::clone(&audit)).build().unwrap();
        let tls = TlsOptions::pem(&paper.certificate, &paper.key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            server.serve_https(listener, tls, keys().unwrap(), HttpOptions::default()).await.unwrap();
        });
        let stream = within("a connection", TcpStream::connect(address)).await.unwrap();
        let connecting = connector.connect(HOST.try_into().unwrap(), stream);
        let mut stream = within("a handshake", connecting).await.unwrap();
        let sent = [call_modern(ALICE, 1, "wait"), behind].concat();
        within("the server to read", stream.write_all(&sent)).await.unwrap();
        within("the server to read", stream.flush()).await.unwrap();
        until("the call to begin", async || waiting.0.load(Ordering::SeqCst)).await;
        drop(stream);
        until("a record", async || !audit.records().is_empty()).await;
        assert_eq!(audit.take().iter().map(|record| record.decision).collect::<Vec<_>>(), [Decision::Cancelled]);
        serving.abort();
    }
}
