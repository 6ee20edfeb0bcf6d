//! Client certificates instead of API keys, issued by a certificate authority that is created for the demonstration. The files are written to a
//! directory.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::Write,
    net::SocketAddr,
    path::Path,
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType,
};
use secure_tool::{
    Caller,
    http::{ClientCertificates, TlsOptions},
};

use crate::{
    callers,
    identity::{Greeting, Outcome},
};

/// By what a certificate names its holder.
fn name(person: &str) -> String {
    format!("spiffe://billing.example/{person}")
}

/// The issuer of a certificate.
pub(crate) fn known() -> ClientCertificates<impl Fn(&str) -> Option<Arc<Caller>> + Send + Sync + 'static> {
    let known = callers().map(|person| (name(person.name), Arc::new(person.caller())));
    ClientCertificates::uri(move |name: &str| {
        known.iter().find(|(known, _)| known == name).map(|(_, caller)| Arc::clone(caller))
    })
}

/// The server's own certificate, and where everybody's are.
pub(crate) fn issue(address: SocketAddr, directory: &Path) -> Outcome<(TlsOptions, Greeting)> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "billing demo authority");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    private(directory)?;
    keep(directory, "ca.pem", &authority.pem())?;

    let sign = |names: Vec<SanType>, usage| {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names;
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate()?;
        Ok::<_, rcgen::Error>((params.signed_by(&key, &authority)?.pem(), key.serialize_pem()))
    };
    let here = vec![SanType::DnsName("localhost".try_into()?), SanType::IpAddress(address.ip())];
    let (certificate, key) = sign(here, ExtendedKeyUsagePurpose::ServerAuth)?;
    let tls = TlsOptions::pem(certificate, key)?.client_roots(authority.pem())?;

    let mut credentials = Vec::new();
    for person in callers() {
        let uri = SanType::URI(name(person.name).try_into()?);
        let (certificate, key) = sign(vec![uri], ExtendedKeyUsagePurpose::ClientAuth)?;
        // One file for both, as most clients take it.
        let file = format!("{}.pem", person.name);
        keep(directory, &file, &(certificate + &key))?;
        credentials.push((person, directory.join(file).display().to_string()));
    }
    let first = credentials.first().map(|(_, file)| file.clone()).unwrap_or_default();
    let curl = format!("--cacert {} --cert {first}", directory.join("ca.pem").display());
    Ok((tls, Greeting { url: format!("https://{address}/mcp"), credentials, curl }))
}

/// A directory that only its owner can read.
fn private(directory: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// Writes a file that only its owner can read, and replaces one of an earlier run.
fn keep(directory: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create(true).truncate(true).open(directory.join(name))?.write_all(text.as_bytes())
}
