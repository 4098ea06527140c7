//! The server's own TLS: a certificate and its key from files, and the watch for renewed ones.

use std::convert::Infallible;
use std::error::Error as _;
use std::fs;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::version::{TLS12, TLS13};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate and then those that lead to its authority, PEM.
    pub certificate: PathBuf,
    /// The key of the first certificate, PEM.
    pub key: PathBuf,
}

/// Why a pair of files gives no TLS. Nothing of the key is shown.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that is not there, or not for the server's account to read.
    #[error("{} cannot be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not a PEM file, or one of something else.
    #[error("{} holds no certificate; it has to be PEM, the server's own certificate first", .0.display())]
    NoCertificate(PathBuf),
    /// Not a PEM file, one of something else, or one behind a passphrase.
    #[error("{} holds no private key; it has to be PEM, without a passphrase", .0.display())]
    NoKey(PathBuf),
    /// The two files are of two certificates.
    #[error(
        "the key in {} does not belong to the first certificate in {}",
        .0.key.display(),
        .0.certificate.display()
    )]
    Mismatch(TlsFiles),
    /// A certificate or key of a kind that TLS cannot use.
    #[error("the certificate in {} cannot be used with the key in {}", files.certificate.display(), files.key.display())]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// What the TLS library says.
        source: rustls::Error,
    },
}

/// TLS 1.2 and 1.3 by a certificate that may be renewed while the server runs.
pub struct Tls {
    files: TlsFiles,
    config: RustlsConfig,
    fingerprint: Fingerprint,
    certificate: CertificateDer<'static>,
}

impl Tls {
    /// Reads the files and tries them.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let pair = Pair::read(&files)?;
        let chain = pair.chain(&files)?;
        let certificate =
            chain.first().cloned().ok_or_else(|| TlsError::NoCertificate(files.certificate.clone()))?;
        let config = RustlsConfig::from_config(Arc::new(pair.server_config(chain, &files)?));
        Ok(Self { config, fingerprint: pair.fingerprint(), certificate, files })
    }

    /// Whether browsers take the certificate for this host, by its name.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']);
        let (Ok(name), Ok(certificate)) =
            (ServerName::try_from(host), ParsedCertificate::try_from(&self.certificate))
        else {
            return false;
        };
        verify_server_name(&certificate, &name).is_ok()
    }

    /// Looks at the files again and again, and takes up a renewed pair for the connections that come. One that
    /// cannot be used is said once, and the former stays. It never ends.
    pub(crate) async fn follow(&self, interval: Duration) -> Infallible {
        let file = self.files.certificate.display();
        let mut watch = self.watch();
        loop {
            tokio::time::sleep(interval).await;
            match watch.look(&self.files) {
                Look::Nothing => {}
                Look::Renewed(config) => {
                    self.config.reload_from_config(config);
                    tracing::info!(%file, "a renewed TLS certificate is in use");
                }
                Look::Unusable(error) => {
                    let cause = error.source().map(tracing::field::display);
                    tracing::error!(%error, cause, "the changed TLS files are refused; the former certificate stays");
                }
            }
        }
    }

    fn watch(&self) -> Watch {
        Watch { judged: Some(self.fingerprint), last: Some(self.fingerprint) }
    }

    pub(crate) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }
}

/// The watch on a pair of files. A file that cannot be read has no fingerprint.
struct Watch {
    /// What was taken up or refused last.
    judged: Option<Fingerprint>,
    /// What was there at the last look.
    last: Option<Fingerprint>,
}

/// What a look at the files came to.
enum Look {
    /// They are what they were, or are being written at the moment.
    Nothing,
    /// A new pair that can be used.
    Renewed(Arc<ServerConfig>),
    /// A new pair that cannot.
    Unusable(TlsError),
}

impl Watch {
    fn look(&mut self, files: &TlsFiles) -> Look {
        let pair = Pair::read(files);
        let seen = pair.as_ref().ok().map(Pair::fingerprint);
        // Whoever renews a certificate writes one file after the other: a pair is judged when it stands still.
        let stands_still = mem::replace(&mut self.last, seen) == seen;
        if !stands_still || self.judged == seen {
            return Look::Nothing;
        }
        self.judged = seen;
        match pair.and_then(|pair| pair.server_config(pair.chain(files)?, files)) {
            Ok(config) => Look::Renewed(Arc::new(config)),
            Err(error) => Look::Unusable(error),
        }
    }
}

/// What the two files hold at one moment.
struct Pair {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// A digest of both files.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprint([[u8; 32]; 2]);

impl Pair {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read = |file: &PathBuf| {
            fs::read(file).map_err(|source| TlsError::Unreadable { file: file.clone(), source })
        };
        Ok(Self { certificate: read(&files.certificate)?, key: read(&files.key)?.into() })
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint([&self.certificate, &*self.key].map(|part| Sha256::digest(part).into()))
    }

    fn chain(&self, files: &TlsFiles) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let chain = CertificateDer::pem_slice_iter(&self.certificate).collect::<Result<Vec<_>, _>>();
        chain
            .ok()
            .filter(|chain| !chain.is_empty())
            .ok_or_else(|| TlsError::NoCertificate(files.certificate.clone()))
    }

    fn server_config(
        &self,
        chain: Vec<CertificateDer<'static>>,
        files: &TlsFiles,
    ) -> Result<ServerConfig, TlsError> {
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsError::NoKey(files.key.clone()))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let unusable = |source| match source {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch(files.clone()),
            source => TlsError::Unusable { files: files.clone(), source },
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use tempfile::TempDir;

    use super::*;

    fn pair(host: &str) -> CertifiedKey<rcgen::KeyPair> {
        generate_simple_self_signed([host.to_owned()]).unwrap()
    }

    /// A folder with a pair of files in it.
    struct Place {
        files: TlsFiles,
        _folder: TempDir,
    }

    impl Place {
        fn with(certificate: &str, key: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let files =
                TlsFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
            let place = Self { files, _folder: folder };
            place.write(certificate, key);
            place
        }

        fn of(pair: &CertifiedKey<rcgen::KeyPair>) -> Self {
            Self::with(&pair.cert.pem(), &pair.signing_key.serialize_pem())
        }

        fn write(&self, certificate: &str, key: &str) {
            fs::write(&self.files.certificate, certificate).unwrap();
            fs::write(&self.files.key, key).unwrap();
        }

        fn refusal(&self) -> TlsError {
            Tls::load(self.files.clone()).err().unwrap()
        }
    }

    #[test]
    fn a_certificate_is_for_the_hosts_that_it_names() {
        let named = Tls::load(Place::of(&pair("sign-in.contoso.example")).files).unwrap();
        assert!(named.is_for("sign-in.contoso.example") && named.is_for("Sign-In.Contoso.Example"));
        assert!(!named.is_for("contoso.example") && !named.is_for("127.0.0.1") && !named.is_for(""));
        let wildcard = Tls::load(Place::of(&pair("*.contoso.example")).files).unwrap();
        assert!(wildcard.is_for("sign-in.contoso.example") && !wildcard.is_for("a.b.contoso.example"));
        assert!(Tls::load(Place::of(&pair("::1")).files).unwrap().is_for("[::1]"));
    }

    #[test]
    fn a_wrong_file_is_named_with_what_is_wrong_and_no_word_of_the_key() {
        let (one, other) = (pair("localhost"), pair("localhost"));
        let (certificate, key) = (one.cert.pem(), one.signing_key.serialize_pem());
        let other_key = other.signing_key.serialize_pem();
        let broken = certificate.replacen("MII", "???", 1);
        let cases = [
            (certificate.as_str(), other_key.as_str(), "does not belong to the first certificate in"),
            ("", &key, "chain.pem holds no certificate"),
            (&broken, &key, "chain.pem holds no certificate"),
            (&key, &certificate, "chain.pem holds no certificate"),
            (&certificate, "", "key.pem holds no private key"),
            (&certificate, &certificate, "key.pem holds no private key"),
        ];
        for (certificate, key, expected) in cases {
            let error = Place::with(certificate, key).refusal();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error:?}").contains("PRIVATE"), "{error:?}");
        }
        let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let error = Place::with(&certificate, nonsense).refusal();
        assert!(matches!(error, TlsError::Unusable { .. }), "{error:?}");

        let place = Place::of(&one);
        fs::remove_file(&place.files.key).unwrap();
        let error = place.refusal().to_string();
        assert!(error.contains("key.pem cannot be read"), "{error}");
    }

    #[test]
    fn a_renewed_pair_is_taken_up_once_it_stands_still() {
        let (old, new) = (pair("localhost"), pair("localhost"));
        let place = Place::of(&old);
        let mut watch = Tls::load(place.files.clone()).unwrap().watch();
        assert!(matches!(watch.look(&place.files), Look::Nothing));

        // One file is written, the other not yet: nobody is alarmed.
        fs::write(&place.files.certificate, new.cert.pem()).unwrap();
        assert!(matches!(watch.look(&place.files), Look::Nothing));
        fs::write(&place.files.key, new.signing_key.serialize_pem()).unwrap();
        assert!(matches!(watch.look(&place.files), Look::Nothing));
        assert!(matches!(watch.look(&place.files), Look::Renewed(_)));
        assert!(matches!(watch.look(&place.files), Look::Nothing));
    }

    #[test]
    fn a_broken_pair_is_refused_once_and_a_mended_one_taken_up() {
        let good = pair("localhost");
        let place = Place::of(&good);
        let mut watch = Tls::load(place.files.clone()).unwrap().watch();
        place.write("not a certificate", "not a key");
        assert!(matches!(watch.look(&place.files), Look::Nothing));
        assert!(matches!(watch.look(&place.files), Look::Unusable(TlsError::NoCertificate(_))));
        assert!(matches!(watch.look(&place.files), Look::Nothing));

        fs::remove_file(&place.files.certificate).unwrap();
        assert!(matches!(watch.look(&place.files), Look::Nothing));
        assert!(matches!(watch.look(&place.files), Look::Unusable(TlsError::Unreadable { .. })));
        assert!(matches!(watch.look(&place.files), Look::Nothing));

        place.write(&good.cert.pem(), &good.signing_key.serialize_pem());
        assert!(matches!(watch.look(&place.files), Look::Nothing));
        assert!(matches!(watch.look(&place.files), Look::Renewed(_)));
    }
}
