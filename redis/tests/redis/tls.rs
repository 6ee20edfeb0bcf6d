//! The contract through TLS, with certificates on both sides; and servers that cannot be trusted.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use secure_tool_redis::{ConnectError, RedisStore, RedisStoreBuilder};
use secure_tool_testkit::{Port, RedisServer};

use crate::contract::patient;

struct Secured {
    server: RedisServer,
    port: Port,
}

impl Secured {
    fn start() -> Option<Self> {
        let port = Port::take().unwrap();
        let server = RedisServer::with_args(|dir| {
            certificates(dir);
            let file = |name: &str| dir.join(name).display().to_string();
            [
                "tls-port",
                &port.address().unwrap().port().to_string(),
                "tls-cert-file",
                &file("node.pem"),
                "tls-key-file",
                &file("node.key"),
            ]
            .into_iter()
            .chain(["tls-ca-cert-file", &file("ca.pem")])
            .enumerate()
            .map(|(index, word)| if index % 2 == 0 { format!("--{word}") } else { word.to_owned() })
            .collect()
        })?;
        Some(Self { server, port })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.server.dir().join(name)
    }

    fn builder(&self) -> RedisStoreBuilder {
        RedisStore::builder(format!("rediss://127.0.0.1:{}", self.port.address().unwrap().port()))
    }
}

/// A root with a certificate for the server and its clients, and another root.
fn certificates(dir: &Path) {
    let openssl = |args: &str| {
        let made = Command::new("openssl").current_dir(dir).args(args.split(' ')).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    for name in ["ca", "other"] {
        openssl(&format!("{new} -subj /CN={name} -keyout {name}.key -out {name}.pem"));
    }
    openssl(&format!(
        "{new} -subj /CN=node -CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
         -keyout node.key -out node.pem"
    ));
}

fn secured() -> Option<&'static Secured> {
    static SERVER: OnceLock<Option<Secured>> = OnceLock::new();
    SERVER.get_or_init(Secured::start).as_ref()
}

async fn store() -> Option<RedisStore> {
    let secured = secured()?;
    let builder = secured.builder().ca_file(secured.file("ca.pem"));
    Some(patient(builder.client_certificate(secured.file("node.pem"), secured.file("node.key"))).await)
}

secure_tool::store::contract!(option store);

#[tokio::test]
async fn a_server_or_a_client_that_cannot_be_trusted_does_not_connect() {
    let Some(secured) = secured() else { return };
    let with_certificate =
        |builder: RedisStoreBuilder| builder.client_certificate(secured.file("node.pem"), secured.file("node.key"));
    let builders = [
        with_certificate(secured.builder().ca_file(secured.file("other.pem"))),
        with_certificate(secured.builder()),
        with_certificate(
            RedisStore::builder(format!("rediss://localhost:{}", secured.port.address().unwrap().port()))
                .ca_file(secured.file("ca.pem")),
        ),
        secured.builder().ca_file(secured.file("ca.pem")),
    ];
    for (index, builder) in builders.into_iter().enumerate() {
        let error = builder.connect().await.unwrap_err();
        assert!(matches!(error, ConnectError::Unreachable(_)), "{index}: {error}");
    }
    let plain = RedisStore::builder(secured.server.url()).ca_file(secured.file("ca.pem"));
    assert!(matches!(plain.connect().await.unwrap_err(), ConnectError::Options(_)));
    let missing = secured.builder().ca_file(secured.file("missing.pem"));
    assert!(matches!(missing.connect().await.unwrap_err(), ConnectError::Options(_)));
}
