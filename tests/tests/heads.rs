//! Heads of requests that contradict themselves, or that two parsers would read differently, sent byte by byte over a socket.

use secure_tool::http::HttpOptions;
use secure_tool_tests::{
    Desk,
    clients::{ALICE, HttpServer, message},
    raw::{Answer, Raw, post, post_with, request},
};
use serde_json::json;

async fn server() -> HttpServer {
    let (_, _, server) = secure_tool_tests::setup();
    HttpServer::start::<Desk>(&server, HttpOptions::default()).await.unwrap()
}

fn body() -> String {
    message("get_note", &json!({"note": 1}))
}

/// What every request here has beside what it is about.
fn lines<'l>(more: &[&'l str]) -> Vec<&'l str> {
    const KEY: &str = "authorization: Bearer test-key-of-alice-000000000000000000";
    let always = [KEY, "content-type: application/json", "accept: application/json, text/event-stream"];
    more.iter().copied().chain(always).collect()
}

fn with(first: &str, more: &[&str]) -> Vec<u8> {
    request(first, &lines(more), &body())
}

/// A request whose body is framed by these lines.
fn framed(more: &[&str], body: &str) -> Vec<u8> {
    let mut bytes = request("POST /mcp HTTP/1.1", &[&["host: localhost"], &lines(more)[..]].concat(), "");
    bytes.extend(body.as_bytes());
    bytes
}

fn chunked() -> String {
    format!("{:x}\r\n{}\r\n0\r\n\r\n", body().len(), body())
}

async fn works(server: &HttpServer) {
    let mut raw = Raw::open(server.address).await.unwrap();
    let answer = raw.ask(post(Some(ALICE), &body())).await.unwrap();
    assert!(is_served(&answer), "{answer:?}");
}

fn is_served(answer: &Answer) -> bool {
    answer.status == 200 && answer.json()["result"]["structuredContent"]["id"] == 1
}

/// Each is sent on a connection of its own; what is served there has done its work, and what is not has done nothing.
async fn check(rows: &[(&str, Vec<u8>, u16)]) {
    let server = server().await;
    for (what, bytes, status) in rows {
        let mut raw = Raw::open(server.address).await.unwrap();
        let answer = raw.ask(bytes).await.unwrap_or_else(|| panic!("no answer to {what}"));
        assert_eq!(answer.status, *status, "{what}: {answer:?}");
        assert_eq!(is_served(&answer), *status == 200, "{what}: {answer:?}");
        works(&server).await;
    }
}

const POST: &str = "POST /mcp HTTP/1.1";

#[tokio::test]
async fn a_request_names_its_host_once() {
    check(&[
        ("one that is ours", with(POST, &["host: localhost"]), 200),
        ("one with a port", with(POST, &["Host: LOCALHOST:8080"]), 200),
        ("two", with(POST, &["host: localhost", "host: evil.com"]), 400),
        ("two that are ours", with(POST, &["host: localhost", "Host: localhost"]), 400),
        ("none", with(POST, &[]), 400),
        ("an empty one", with(POST, &["host:"]), 400),
        ("a list", with(POST, &["host: localhost, evil.com"]), 400),
        ("a user at ours", with(POST, &["host: evil.com@localhost"]), 400),
        ("ours at another", with(POST, &["host: localhost@evil.com"]), 400),
        ("ours with a path", with(POST, &["host: localhost/mcp"]), 400),
        ("another", with(POST, &["host: evil.com"]), 403),
        ("one that begins like ours", with(POST, &["host: localhost.evil.com"]), 403),
        ("ours with a dot", with(POST, &["host: localhost."]), 403),
        ("bytes that are no text", [b"POST /mcp HTTP/1.1\r\nhost: local\xffhost\r\n\r\n".to_vec()].concat(), 400),
    ])
    .await;
}

#[tokio::test]
async fn a_target_must_be_exactly_the_path() {
    let host = &["host: localhost"];
    check(&[
        ("a query", with("POST /mcp?a=b HTTP/1.1", host), 200),
        ("absolute, ours", with("POST http://localhost/mcp HTTP/1.1", host), 400),
        ("absolute, another", with("POST http://evil.com/mcp HTTP/1.1", host), 400),
        ("absolute, a user", with("POST http://localhost@evil.com/mcp HTTP/1.1", host), 400),
        ("percent-encoded", with("POST /%6dcp HTTP/1.1", host), 404),
        ("a dot segment", with("POST /./mcp HTTP/1.1", host), 404),
        ("a slash at the end", with("POST /mcp/ HTTP/1.1", host), 404),
        ("two slashes", with("POST //mcp HTTP/1.1", host), 404),
        ("upper case", with("POST /MCP HTTP/1.1", host), 404),
        ("a space in it", with("POST /mcp /mcp HTTP/1.1", host), 400),
        ("a NUL in it", with("POST /mcp\0 HTTP/1.1", host), 400),
    ])
    .await;
}

#[tokio::test]
async fn a_request_names_one_origin_at_most() {
    let ours = "origin: http://localhost:3000";
    check(&[
        ("one", with(POST, &["host: localhost", ours]), 200),
        ("two", with(POST, &["host: localhost", ours, ours]), 400),
        ("ours and another", with(POST, &["host: localhost", ours, "origin: https://evil.com"]), 400),
        ("a list", with(POST, &["host: localhost", "origin: http://localhost:3000, https://evil.com"]), 403),
        ("another", with(POST, &["host: localhost", "origin: https://evil.com"]), 403),
        ("ours at another", with(POST, &["host: localhost", "origin: http://localhost:3000@evil.com"]), 403),
        ("nobody's", with(POST, &["host: localhost", "origin: null"]), 403),
    ])
    .await;
}

#[tokio::test]
async fn a_body_has_one_length() {
    let length = format!("content-length: {}", body().len());
    let (upper, one_more) = (length.to_uppercase(), format!("content-length: {}", body().len() + 1));
    let mut rows = vec![
        ("chunks".to_owned(), framed(&["transfer-encoding: chunked"], &chunked()), 200),
        ("chunks, in other letters".to_owned(), framed(&["TRANSFER-ENCODING: Chunked"], &chunked()), 200),
        ("two different lengths".to_owned(), framed(&[&length, &one_more], &body()), 400),
        ("a list of lengths".to_owned(), framed(&[&length, "content-length: 1, 2"], &body()), 400),
        ("a length with a sign".to_owned(), framed(&["content-length: +5"], "12345"), 400),
        ("a length in hexadecimal".to_owned(), framed(&["content-length: 0x5"], "12345"), 400),
        ("another encoding".to_owned(), framed(&["transfer-encoding: gzip"], &chunked()), 400),
        ("an encoding in front of chunks".to_owned(), framed(&["transfer-encoding: gzip, chunked"], &chunked()), 501),
        (
            "the same on two lines".to_owned(),
            framed(&["transfer-encoding: gzip", "transfer-encoding: chunked"], &chunked()),
            501,
        ),
        ("chunks twice".to_owned(), framed(&["transfer-encoding: chunked, chunked"], &chunked()), 501),
        ("chunks of chunks".to_owned(), framed(&["transfer-encoding: identity, chunked"], &chunked()), 501),
        ("an encoding behind chunks".to_owned(), framed(&["transfer-encoding: chunked, gzip"], &chunked()), 400),
        ("a space before the colon".to_owned(), framed(&["transfer-encoding : chunked"], &chunked()), 400),
        (
            "chunks in HTTP/1.0".to_owned(),
            {
                let text = String::from_utf8(framed(&["transfer-encoding: chunked"], &chunked())).unwrap();
                text.replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes()
            },
            400,
        ),
    ];
    for length in [&*length, &*upper, "Content-Length: 0", "content-length: 5"] {
        for encoding in ["transfer-encoding: chunked", "Transfer-Encoding: Chunked", "TRANSFER-ENCODING: CHUNKED"] {
            for both in [[length, encoding], [encoding, length]] {
                rows.push((format!("{both:?}"), framed(&both, &chunked()), 400));
            }
        }
    }
    let rows: Vec<_> = rows.iter().map(|(what, bytes, status)| (&**what, bytes.clone(), *status)).collect();
    check(&rows).await;
}

/// What stands behind a request on the same connection is read with it, and is not to hide what the next one says.
#[tokio::test]
async fn a_second_request_on_a_connection_has_one_length_as_well() {
    let server = server().await;
    let honest = post(Some(ALICE), &body());
    let length = format!("content-length: {}", body().len());
    for both in [[&*length, "transfer-encoding: chunked"], ["transfer-encoding: chunked", &*length]] {
        for before in 1..4 {
            let mut raw = Raw::open(server.address).await.unwrap();
            raw.send([honest.repeat(before), framed(&both, &chunked())].concat()).await;
            for _ in 0..before {
                assert!(is_served(&raw.answer().await.unwrap()));
            }
            let answer = raw.answer().await.unwrap();
            assert_eq!(answer.status, 400, "{both:?} behind {before} others: {answer:?}");
            assert_eq!(raw.answer().await, None, "nothing more is read from this connection");
        }
    }
    works(&server).await;
}

/// A body may have lines that look like headers, whatever stands in front of it and behind it.
#[tokio::test]
async fn a_body_that_looks_like_a_request_is_only_a_body() {
    let server = server().await;
    let lines =
        "\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nPOST /mcp HTTP/1.1\r\ncontent-length: 5\r\n";
    // Space between the tokens of JSON, and text that is no JSON.
    let bodies = [body().replacen(':', &format!(":{}", "\r\n".repeat(20)), 1), format!("{lines}{}", body())];
    let (chunks, length) = (framed(&["transfer-encoding: chunked"], &chunked()), post(Some(ALICE), &body()));
    for (text, status) in bodies.iter().zip([200, 400]) {
        let in_chunks = format!("{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
        for first in [post(Some(ALICE), text), framed(&["transfer-encoding: chunked"], &in_chunks)] {
            let sent = [first.clone(), chunks.clone(), length.clone(), chunks.clone()].concat();
            // All at once, and cut in each of several places.
            for cut in (0..sent.len()).step_by(97) {
                let mut raw = Raw::open(server.address).await.unwrap();
                raw.send(sent.get(..cut).unwrap()).await;
                tokio::task::yield_now().await;
                raw.send(sent.get(cut..).unwrap()).await;
                assert_eq!(raw.answer().await.unwrap().status, status);
                for _ in 0..3 {
                    assert!(is_served(&raw.answer().await.unwrap()));
                }
            }
        }
        // And a request with both behind it is still refused.
        for both in
            [["content-length: 5", "transfer-encoding: chunked"], ["transfer-encoding: chunked", "content-length: 5"]]
        {
            let mut raw = Raw::open(server.address).await.unwrap();
            raw.send([post(Some(ALICE), text), chunks.clone(), framed(&both, &chunked()), length.clone()].concat())
                .await;
            assert_eq!(raw.answer().await.unwrap().status, status);
            assert!(is_served(&raw.answer().await.unwrap()));
            assert_eq!(raw.answer().await.unwrap().status, 400);
            assert_eq!(raw.answer().await, None, "nothing more is read from this connection");
        }
    }
    works(&server).await;
}

/// Extensions and trailers say nothing here: the request is served, and is the last of its connection.
#[tokio::test]
async fn ignored_extensions_and_trailers_end_the_connection() {
    let server = server().await;
    let (length, text) = (body().len(), body());
    for chunks in
        [format!("{length:x};a=b\r\n{text}\r\n0\r\n\r\n"), format!("{length:x}\r\n{text}\r\n0\r\na: b\r\n\r\n")]
    {
        let mut raw = Raw::open(server.address).await.unwrap();
        raw.send([framed(&["transfer-encoding: chunked"], &chunks), post(Some(ALICE), &body())].concat()).await;
        let answer = raw.answer().await.unwrap();
        assert!(is_served(&answer) && answer.header("connection") == Some("close"), "{answer:?}");
        assert_eq!(raw.answer().await, None);
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = server().await;
    let mut raw = Raw::open(server.address).await.unwrap();
    let calls = (0..100).map(|id| post(Some(ALICE), &body().replace(r#""id":1,"#, &format!(r#""id":{id},"#))));
    raw.send(calls.collect::<Vec<_>>().concat()).await;
    for id in 0..100 {
        assert_eq!(raw.answer().await.unwrap().json()["id"], id);
    }
    // What is refused before its body was read takes nothing else with it, and smuggles nothing.
    let hidden = String::from_utf8(post(Some(ALICE), &body())).unwrap();
    raw.send([post(Some("nobody"), &hidden), post(Some(ALICE), &body())].concat()).await;
    assert_eq!(raw.answer().await.unwrap().status, 401);
    if let Some(answer) = raw.answer().await {
        assert!(is_served(&answer), "{answer:?}");
        assert_eq!(raw.ask(post(Some("nobody"), "{}")).await.map(|answer| answer.status), Some(401));
    }
    works(&server).await;
}

#[tokio::test]
async fn headers_are_whole_lines_of_known_names() {
    let honest = "host: localhost";
    let fold = |line: &str| with(POST, &[honest, line, "\tfolded: yes"]);
    check(&[
        ("a folded line", fold("x-a: b"), 400),
        ("a folded host", request(POST, &lines(&["host:", " localhost"]), &body()), 400),
        ("a line without a colon", with(POST, &[honest, "nonsense"]), 400),
        ("a name with a space", with(POST, &[honest, "x a: b"]), 400),
        ("a bare carriage return", with(POST, &[honest, "x-a: b\rhost: evil.com"]), 400),
        ("a NUL in a value", with(POST, &[honest, "x-a: b\0"]), 400),
        // A gateway may make hyphens of underscores. Here they are other names, which mean nothing.
        ("a host with an underscore", with(POST, &[honest, "x_forwarded_host: evil.com"]), 200),
        ("a session with underscores", with(POST, &[honest, "mcp_session_id: made-up"]), 200),
        ("a version with underscores", with(POST, &[honest, "mcp_protocol_version: 1900-01-01"]), 200),
        ("a length with an underscore", with(POST, &[honest, "content_length: 5", "transfer_encoding: chunked"]), 200),
        ("100 headers", with(POST, &[&[honest][..], &["x-a: b"; 95]].concat()), 200),
        ("101 headers", with(POST, &[&[honest][..], &["x-a: b"; 97]].concat()), 431),
        ("a long one", with(POST, &[honest, &format!("x-a: {}", "b".repeat(40_000))]), 431),
    ])
    .await;
}

#[tokio::test]
async fn each_method_and_version_has_its_status() {
    let host = &["host: localhost"];
    let first = |method: &str| with(&format!("{method} /mcp HTTP/1.1"), host);
    check(&[
        ("OPTIONS", first("OPTIONS"), 405),
        ("PUT", first("PUT"), 405),
        ("GET", first("GET"), 405),
        ("DELETE", first("DELETE"), 405),
        ("PATCH", first("PATCH"), 405),
        ("TRACE", first("TRACE"), 405),
        ("post in lower case", first("post"), 405),
        ("one of its own", first("BREW"), 405),
        ("CONNECT", with("CONNECT localhost:80 HTTP/1.1", host), 404),
        ("CONNECT with a path", first("CONNECT"), 405),
        ("OPTIONS of the server", with("OPTIONS * HTTP/1.1", host), 404),
        ("HTTP/1.0", with("POST /mcp HTTP/1.0", host), 200),
        ("HTTP/1.0 without a host", with("POST /mcp HTTP/1.0", &[]), 400),
        ("HTTP/1.2", with("POST /mcp HTTP/1.2", host), 400),
        ("HTTP/2.0", with("POST /mcp HTTP/2.0", host), 400),
        ("no version", with("POST /mcp", host), 400),
    ])
    .await;
}

#[tokio::test]
async fn expect_100_continue_is_answered_before_the_body() {
    let server = server().await;
    let expecting = |key: &str, length: usize| {
        post_with(Some(key), &["expect: 100-continue", &format!("content-length: {length}")], "")
    };
    let mut raw = Raw::open(server.address).await.unwrap();
    raw.send(expecting(ALICE, body().len())).await;
    assert_eq!(raw.head().await.unwrap().0, 100);
    assert!(is_served(&raw.ask(body()).await.unwrap()));
    for (key, length, status) in [("nobody", 100, 401), (ALICE, 1 << 30, 413)] {
        let mut raw = Raw::open(server.address).await.unwrap();
        raw.send(expecting(key, length)).await;
        assert_eq!(raw.head().await.unwrap().0, status, "nobody asks for a body that is not read");
    }
    works(&server).await;
}

/// A response that says why is of no use to a client that is still sending when the connection is reset.
#[tokio::test]
async fn a_client_gets_its_answer_even_if_its_body_is_not_read() {
    let server = server().await;
    for (key, length, status) in [("nobody", 1 << 20, 401), (ALICE, 4 << 20, 413)] {
        for _ in 0..10 {
            let mut raw = Raw::open(server.address).await.unwrap();
            let answer = raw.ask(post(Some(key), &"x".repeat(length))).await;
            assert_eq!(answer.map(|answer| answer.status), Some(status));
        }
    }
    works(&server).await;
}

/// Python's client sends the head and the body one after the other, and the answer to the head may come first.
#[tokio::test]
async fn a_connection_ends_with_an_answer_that_leaves_the_body_unread() {
    let server = server().await;
    let length = format!("content-length: {}", body().len());
    for (key, closes) in [("nobody", true), (ALICE, false)] {
        let mut raw = Raw::open(server.address).await.unwrap();
        raw.send(post_with(Some(key), &[&length], "")).await;
        if closes {
            let answer = raw.answer().await.unwrap();
            assert_eq!((answer.status, answer.header("connection")), (401, Some("close")));
        } else {
            let answer = raw.ask(body()).await.unwrap();
            assert!(is_served(&answer) && answer.header("connection").is_none(), "{answer:?}");
            assert!(is_served(&raw.ask(post(Some(key), &body())).await.unwrap()));
        }
    }
}
