//! rmcp as a client at three protocols, over pipes and HTTP: the cases that clients in other languages are run through in `conformance/clients`.

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, ClientRequest, ElicitRequestParams, ElicitResult,
        Implementation, ProtocolVersion, Request,
    },
    service::{ClientInitializeError, ClientServiceExt, PeerRequestOptions, RequestContext, RunningService},
};
use secure_tool::{MemorySink, SecureServer, http::HttpOptions};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    client_cases::{ClientCases, caller, keys, server},
    clients::{ALICE, BOB, CAROL, HttpServer, call, code, connect_by_pipe, discover, list, pipe, text},
    person::{Person, Says},
};
use serde_json::{Value, json};

/// A client of one protocol, with somebody in front of it or with nobody.
struct Speaker {
    protocol: ProtocolVersion,
    person: Option<Person>,
}

impl ClientHandler for Speaker {
    fn get_info(&self) -> ClientConfig {
        let nobody = || ClientConfig::new(ClientCapabilities::default(), Implementation::new("nobody", "1"));
        self.person.as_ref().map_or_else(nobody, Person::get_info).with_protocol_version(self.protocol.clone())
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        match &self.person {
            Some(person) => person.create_elicitation(request, context).await,
            None => panic!("a client that has not declared elicitation was asked"),
        }
    }
}

type Client = RunningService<RoleClient, Speaker>;

/// A server of its own for each protocol and transport.
struct Setup {
    protocol: ProtocolVersion,
    server: SecureServer<ClientCases>,
    http: Option<HttpServer>,
}

impl Setup {
    async fn all() -> Vec<Self> {
        let mut setups = Vec::new();
        for protocol in [ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2026_07_28] {
            for over_http in [false, true] {
                let server = server(MemorySink::new(1000)).unwrap();
                let http = if over_http {
                    Some(HttpServer::start_with(&server, keys().unwrap(), HttpOptions::default()).await.unwrap())
                } else {
                    None
                };
                setups.push(Self { protocol: protocol.clone(), server, http });
            }
        }
        setups
    }

    /// For the message of a test that fails.
    fn label(&self) -> String {
        format!("{} over {}", self.protocol, if self.http.is_some() { "HTTP" } else { "a pipe" })
    }

    async fn try_connect(&self, name: &str, person: Option<Person>) -> Result<Client, ClientInitializeError> {
        let speaker = Speaker { protocol: self.protocol.clone(), person };
        let modern = self.protocol == ProtocolVersion::V_2026_07_28;
        match &self.http {
            Some(http) => {
                let key = match name {
                    "alice" => ALICE,
                    "carol" => CAROL,
                    _ => BOB, // a key that this server does not have
                };
                if modern { http.connect_as(key, speaker).await } else { http.connect_legacy_as(key, speaker).await }
            }
            None if modern => {
                let pipe = pipe(&self.server, caller(name).unwrap());
                within("a client", speaker.serve_with_lifecycle(pipe, discover())).await
            }
            None => connect_by_pipe(&self.server, caller(name).unwrap(), speaker).await,
        }
    }

    async fn connect(&self, name: &str, person: Option<Person>) -> Client {
        let client = self.try_connect(name, person).await.unwrap_or_else(|error| panic!("{}: {error}", self.label()));
        assert_eq!(client.peer_info().unwrap().protocol_version, self.protocol);
        client
    }
}

async fn bodies(client: &Client) -> Value {
    call(client, "bodies", json!({})).await.unwrap().structured_content.unwrap()
}

#[tokio::test]
async fn connects_with_the_right_key_only() {
    for setup in Setup::all().await {
        for name in ["alice", "carol"] {
            setup.connect(name, None).await;
        }
        if setup.http.is_some() {
            assert!(setup.try_connect("bob", None).await.is_err(), "{}", setup.label());
        }
    }
}

#[tokio::test]
async fn lists_what_the_caller_may_call() {
    for setup in Setup::all().await {
        for (name, expected) in [
            ("alice", &["bodies", "burn_letters", "greet", "read_letter", "scarce", "wait"][..]),
            ("carol", &["bodies"]),
        ] {
            let tools = list(&setup.connect(name, None).await).await.unwrap();
            let names: Vec<_> = tools.iter().map(|tool| &*tool.name).collect();
            assert_eq!(names, expected, "{}", setup.label());
        }
    }
}

#[tokio::test]
async fn calls_what_is_allowed_and_found() {
    for setup in Setup::all().await {
        let alice = setup.connect("alice", None).await;
        assert_eq!(text(&call(&alice, "greet", json!({"name": "Ada"})).await.unwrap()), "Hello, Ada!");
        let letter = call(&alice, "read_letter", json!({"letter": 1})).await.unwrap();
        assert_eq!(letter.structured_content, Some(json!({"number": 1, "reader": "alice"})), "{}", setup.label());
        for letter in [2, 3] {
            let refused = call(&alice, "read_letter", json!({"letter": letter})).await.unwrap();
            assert_eq!(code(&refused), "not_found", "{}, letter {letter}", setup.label());
        }
    }
}

#[tokio::test]
async fn goes_on_after_a_refusal_for_scope() {
    for setup in Setup::all().await {
        let carol = setup.connect("carol", None).await;
        let refused = call(&carol, "greet", json!({"name": "Ada"})).await.unwrap();
        assert_eq!(code(&refused), "insufficient_scope", "{}", setup.label());
        assert!(text(&refused).contains("letters:read"));
        assert_eq!(bodies(&carol).await["began"], 0, "the session after it");
    }
}

#[tokio::test]
async fn is_told_of_the_rate() {
    for setup in Setup::all().await {
        let alice = setup.connect("alice", None).await;
        for expected in ["ok", "rate_limited"] {
            assert_eq!(code(&call(&alice, "scarce", json!({})).await.unwrap()), expected, "{}", setup.label());
        }
    }
}

#[tokio::test]
async fn asks_the_person_where_there_is_one() {
    for setup in Setup::all().await {
        for (says, expected, burnt) in
            [(Some(Says::No), "declined", 0), (None, "confirmation_required", 0), (Some(Says::Yes), "ok", 1)]
        {
            let person = says.map(Person::who);
            let alice = setup.connect("alice", person.clone()).await;
            let result = call(&alice, "burn_letters", json!({})).await.unwrap();
            assert_eq!(code(&result), expected, "{}, {says:?}", setup.label());
            match person {
                Some(person) => assert_eq!(person.asked(), ["Burn the letters?"]),
                None => assert!(text(&result).contains("elicitation"), "it is told why: {}", text(&result)),
            }
            assert_eq!(bodies(&alice).await["burnt"], burnt, "{}, {says:?}", setup.label());
        }
    }
}

#[tokio::test]
async fn cancels_a_call() {
    for setup in Setup::all().await {
        let alice = setup.connect("alice", None).await;
        let request = ClientRequest::CallToolRequest(Request::new(CallToolRequestParams::new("wait")));
        let options = PeerRequestOptions::no_options();
        let handle = within("the request", alice.send_cancellable_request(request, options)).await.unwrap();
        until("the body to begin", async || bodies(&alice).await["began"] == 1).await;
        within("the cancellation", handle.cancel(None)).await.unwrap();
        until(format!("{}: the body to be cut", setup.label()), async || bodies(&alice).await["cancelled"] == 1).await;
        assert_eq!(bodies(&alice).await["finished"], 0);
        assert_eq!(code(&call(&alice, "greet", json!({"name": "Ada"})).await.unwrap()), "ok", "the session after it");
    }
}
