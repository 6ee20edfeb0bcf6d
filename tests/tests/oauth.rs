//! rmcp's client authenticates without configuration: from a 401 through discovery, registration and login to a token, and from a 403 to a better
//! token.

use std::{error::Error, sync::Arc};

use reqwest::{Client as Http, Url, redirect::Policy};
use rmcp::{
    RoleClient, ServiceError, ServiceExt,
    service::{ClientInitializeError, ClientServiceExt, RunningService},
    transport::{
        AuthClient, AuthorizationManager, StreamableHttpClientTransport,
        auth::{AuthorizationCallback, AuthorizationRequest, OAuthState},
        streamable_http_client::{InsufficientScopeError, StreamableHttpClientTransportConfig},
    },
};
use secure_tool::{Decision, MemorySink};
use secure_tool_testkit::{LIMIT, within};
use secure_tool_tests::{
    Desk,
    authorization_server::{AuthorizationServer, Consent},
    clients::{HttpServer, call, code, discover, http_client, message},
    ends,
};
use serde_json::{Value, json};

/// Where the browser would end; nobody listens there.
const CALLBACK: &str = "http://127.0.0.1:9/callback";

struct Setup {
    issuer: AuthorizationServer,
    desk: Arc<Desk>,
    audit: Arc<MemorySink>,
    http: HttpServer,
}

async fn setup() -> Setup {
    let issuer = AuthorizationServer::start().await.unwrap();
    let (desk, audit, server) = secure_tool_tests::setup();
    let http = issuer.protect(&server).await.unwrap();
    Setup { issuer, desk, audit, http }
}

/// Opens an address as a browser does, up to the point where it is sent back to the client.
async fn browse(url: &str) -> String {
    let browser = Http::builder().redirect(Policy::none()).timeout(LIMIT).build().unwrap();
    let response = browser.get(url).send().await.unwrap();
    assert_eq!(response.status(), 302);
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// Connects, as a client of this or of the older protocol.
async fn connect(
    client: &AuthClient<Http>,
    http: &HttpServer,
    older: bool,
) -> Result<RunningService<RoleClient, ()>, ClientInitializeError> {
    let config = StreamableHttpClientTransportConfig::with_uri(http.url());
    let transport = StreamableHttpClientTransport::with_client(client.clone(), config);
    let connected =
        async { if older { ().serve(transport).await } else { ().serve_with_lifecycle(transport, discover()).await } };
    within("the client to connect", connected).await
}

/// Logs in, with no more to go by than the challenge.
async fn log_in(http: &HttpServer, challenge: &str) -> AuthClient<Http> {
    let mut login = within("the discovery", OAuthState::new(http.url(), None)).await.unwrap();
    let request = AuthorizationRequest::new(CALLBACK).with_initial_scope_selection().with_challenge(challenge);
    within("the registration", login.start_authorization(request)).await.unwrap();
    let back = browse(&login.get_authorization_url().await.unwrap()).await;
    within("the token", login.handle_callback_url(&back)).await.unwrap();
    AuthClient::new(http_client(), login.into_authorization_manager().unwrap())
}

/// The scopes that a refused call needs.
fn required(error: &ServiceError) -> String {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(refused) = error.downcast_ref::<InsufficientScopeError>() {
            return refused.get_required_scope().unwrap().to_owned();
        }
        // The transport's error keeps what it holds to itself.
        source = match error.downcast_ref::<ServiceError>() {
            Some(ServiceError::TransportSend(error)) => Some(&*error.error),
            _ => error.source(),
        };
    }
    panic!("{error:?}");
}

#[tokio::test]
async fn a_client_that_knows_only_the_address_gets_a_token_and_then_a_better_one() {
    for older in [false, true] {
        let Setup { issuer, desk, audit, http } = setup().await;
        let stranger =
            AuthClient::new(http_client(), within("a manager", AuthorizationManager::new(http.url())).await.unwrap());
        let refused = connect(&stranger, &http, older).await.unwrap_err();
        let client = log_in(&http, refused.auth_challenge().unwrap()).await;
        let consent = |scope: &str| Consent { scope: scope.into(), resource: http.url() };
        assert_eq!(issuer.consents(), [consent("notes:read")], "no more than it needs to begin with");

        let desk_client = connect(&client, &http, older).await.unwrap();
        let note = call(&desk_client, "get_note", json!({"note": 1})).await.unwrap();
        assert_eq!(note.structured_content, Some(json!({"id": 1, "author": "alice", "text": "note 1"})));
        assert_eq!(code(&call(&desk_client, "get_note", json!({"note": 3})).await.unwrap()), "not_found");

        // What needs more says what; nothing has run, and the keys change meanwhile.
        let ran = desk.ran();
        let more = call(&desk_client, "add_note", json!({"text": "milk"})).await.unwrap_err();
        assert_eq!(required(&more), "notes:read notes:write");
        assert_eq!(desk.ran(), ran);
        let before = issuer.signs_with();
        issuer.rotate().unwrap();
        assert_ne!(issuer.signs_with(), before);

        let manager = within("the manager", client.auth_manager.lock()).await;
        let required = required(&more);
        let upgrade = within("the address to go to", manager.request_scope_upgrade(&required)).await.unwrap();
        let back = browse(&upgrade).await;
        let back = AuthorizationCallback::from_redirect_url(&back).unwrap();
        let issued = manager.exchange_code_for_token_with_issuer(&back.code, &back.csrf_token, back.issuer.as_deref());
        within("the better token", issued).await.unwrap();
        drop(manager);
        assert_eq!(issuer.consents(), [consent("notes:read"), consent("notes:read notes:write")]);
        // The same connection goes on with the new token.
        let added = call(&desk_client, "add_note", json!({"text": "milk"})).await.unwrap();
        assert_eq!((code(&added).as_str(), desk.ran()), ("ok", ran + 1));

        let records = ends(audit.take());
        let told: Vec<_> = records.iter().map(|record| (record.decision, record.rule)).collect();
        assert_eq!(records.len(), 4, "{told:?}");
        assert_eq!(records.iter().filter(|record| record.decision == Decision::Allowed).count(), 2, "{told:?}");
        assert!(
            records.iter().all(|record| record.caller.as_ref().is_some_and(|caller| caller.subject() == "alice")),
            "{records:?}"
        );
    }
}

#[tokio::test]
async fn a_token_for_another_resource_is_refused() {
    let Setup { issuer, http, .. } = setup().await;
    let (desk, audit, server) = secure_tool_tests::setup();
    let other = issuer.protect(&server).await.unwrap();
    let challenge = |http: &HttpServer| {
        let response = http.post(None, message("ping", &json!({}))).send();
        async move { response.await.unwrap().headers()["www-authenticate"].to_str().unwrap().to_owned() }
    };
    let here = log_in(&http, &challenge(&http).await).await.get_access_token().await.unwrap();
    let there = log_in(&other, &challenge(&other).await).await.get_access_token().await.unwrap();
    for (token, server, status) in
        [(&here, &http, 200), (&there, &other, 200), (&here, &other, 401), (&there, &http, 401)]
    {
        let response = server.post(Some(token), message("get_note", &json!({"note": 1}))).send().await.unwrap();
        assert_eq!(response.status(), status);
        let challenge = response.headers().get("www-authenticate").map(|challenge| challenge.to_str().unwrap());
        assert_eq!(challenge.is_some_and(|challenge| challenge.contains("invalid_token")), status == 401);
    }
    assert_eq!((desk.ran(), audit.take().len()), (1, 1), "the other one's own");
}

#[tokio::test]
async fn a_token_signed_with_a_removed_key_is_refused() {
    let Setup { issuer, desk, http, .. } = setup().await;
    let call = |token| http.post(token, message("get_note", &json!({"note": 1}))).send();
    let response = call(None).await.unwrap();
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    let token = log_in(&http, challenge).await.get_access_token().await.unwrap();
    // The server has not yet asked for the keys, and gets those of now: the one that signed is no more among them.
    issuer.rotate().unwrap();
    issuer.rotate().unwrap();
    assert_eq!(call(Some(&token)).await.unwrap().status(), 401);
    assert_eq!(desk.ran(), 0);
}

/// The authorization server keeps its own rules; else the tests above would show nothing.
#[tokio::test]
async fn the_authorization_server_of_the_tests_follows_its_own_rules() {
    let Setup { issuer, http, .. } = setup().await;
    let browser = Http::builder().redirect(Policy::none()).timeout(LIMIT).build().unwrap();
    let at = |path: &str| format!("{}{path}", issuer.issuer());
    let registered: Value = browser
        .post(at("/register"))
        .json(&json!({"client_name": "test", "redirect_uris": [CALLBACK]}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = registered["client_id"].as_str().unwrap().to_owned();
    // RFC 7636, appendix B.
    let (verifier, proof) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let resource = http.url();
    let right = [
        ("response_type", "code"),
        ("client_id", &id),
        ("redirect_uri", CALLBACK),
        ("code_challenge", proof),
        ("code_challenge_method", "S256"),
        ("resource", &resource),
        ("scope", "notes:read"),
        ("state", "s"),
    ];
    let authorize = async |name: &str, value: &str| {
        let mut url = Url::parse(&at("/authorize")).unwrap();
        url.query_pairs_mut().extend_pairs(right.map(|(n, v)| (n, if n == name { value } else { v })));
        let response = browser.get(url).send().await.unwrap();
        let back = response.headers().get("location").map(|back| Url::parse(back.to_str().unwrap()).unwrap());
        back.map(|back| back.query_pairs().into_owned().collect::<std::collections::HashMap<_, _>>())
    };
    for (name, value, error) in [
        ("client_id", "another", None),
        ("redirect_uri", "http://127.0.0.1:9/elsewhere", None),
        ("response_type", "token", Some("unsupported_response_type")),
        ("code_challenge", "", Some("invalid_request")),
        ("code_challenge_method", "plain", Some("invalid_request")),
        ("resource", "", Some("invalid_target")),
    ] {
        let back = authorize(name, value).await;
        assert_eq!(back.as_ref().and_then(|back| back.get("error")).map(String::as_str), error, "{name}");
        assert!(back.is_none_or(|back| !back.contains_key("code")), "{name}");
    }
    for (name, value) in [
        ("client_id", "another"),
        ("redirect_uri", "http://127.0.0.1:9/elsewhere"),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX"),
        ("resource", "https://elsewhere.test/mcp"),
        ("grant_type", "password"),
        ("code", "guessed"),
        ("", ""),
    ] {
        let code = authorize("", "").await.unwrap().remove("code").unwrap();
        let right = [
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
            ("resource", &resource),
            ("code", &code),
        ];
        let form = |name: &str, value: &str| {
            let mut url = Url::parse("http://localhost").unwrap();
            url.query_pairs_mut().extend_pairs(right.map(|(n, v)| (n, if n == name { value } else { v })));
            url.query().unwrap().to_owned()
        };
        let redeem = async |form: String| browser.post(at("/token")).body(form).send().await.unwrap().status();
        assert_eq!(redeem(form(name, value)).await, if name.is_empty() { 200 } else { 400 }, "{name}");
        if name.is_empty() {
            assert_eq!(redeem(form("", "")).await, 400, "twice");
        }
    }
}
