use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use model::{Clock, SystemClock};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};
use server::{Tls, TlsFiles};

/// How long the certificates are valid.
const LIFETIME_DAYS: u32 = 800;

/// The certificate of the demo's TLS addresses, and the authority to trust for it. Kept between starts, so that
/// somebody who trusts it does so once.
///
/// The authority signs this one certificate and its key is thrown away, and it may speak for this machine only:
/// trusting it lets nobody pretend to be anybody else.
pub struct Authority {
    /// The authority's own certificate, PEM.
    pub file: PathBuf,
    files: TlsFiles,
}

impl Authority {
    /// The authority of this folder for keys; made when it is not there, or not whole.
    pub fn open_or_create(keys: &Path) -> anyhow::Result<Self> {
        let files = TlsFiles { certificate: keys.join("tls-certificate.pem"), key: keys.join("tls-key.pem") };
        let authority = Self { file: keys.join("tls-authority.pem"), files };
        if !authority.is_young() || authority.tls().is_err() {
            authority.create(keys).context("the demo's TLS certificate cannot be made")?;
        }
        Ok(authority)
    }

    /// TLS by its certificate.
    pub fn tls(&self) -> anyhow::Result<Tls> {
        Ok(Tls::load(self.files.clone())?)
    }

    /// Whether at least half of its life lies ahead.
    fn is_young(&self) -> bool {
        let written = fs::metadata(&self.file).and_then(|file| file.modified()).ok();
        let age = written.and_then(|written| written.elapsed().ok());
        age.is_some_and(|age| age < Duration::from_hours(24) * LIFETIME_DAYS / 2)
    }

    fn create(&self, keys: &Path) -> anyhow::Result<()> {
        let issuer = CertifiedIssuer::self_signed(authority(), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = leaf()?.signed_by(&key, &issuer)?;
        fs::create_dir_all(keys)?;
        fs::write(&self.file, issuer.pem())?;
        fs::write(&self.files.certificate, certificate.pem())?;
        let mut owners_only = OpenOptions::new();
        owners_only.write(true).create(true).truncate(true).mode(0o600);
        owners_only.open(&self.files.key)?.write_all(key.serialize_pem().as_bytes())?;
        Ok(())
    }
}

/// Both certificates of this moment's are valid so long; macOS takes no more than 825 days.
fn lifetime(mut params: CertificateParams) -> CertificateParams {
    let day = |instant: DateTime<Utc>| {
        rcgen::date_time_ymd(
            instant.year(),
            instant.month().try_into().unwrap_or(1),
            instant.day().try_into().unwrap_or(1),
        )
    };
    let now = SystemClock.now();
    params.not_before = day(now - TimeDelta::days(1));
    params.not_after = day(now + TimeDelta::days(LIFETIME_DAYS.into()));
    params
}

/// An authority that may speak for this machine and for nobody else.
fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Countersign demo, this machine only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(Ipv6Addr::LOCALHOST.octets(), [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    lifetime(params)
}

fn leaf() -> anyhow::Result<CertificateParams> {
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let names = ["localhost".to_owned()].into_iter().chain(loopback.map(|address| address.to_string()));
    let mut params = CertificateParams::new(names.collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.use_authority_key_identifier_extension = true;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(lifetime(params))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_kept_and_made_anew_when_it_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let authority = Authority::open_or_create(&keys).unwrap();
        let before = fs::read(&authority.file).unwrap();
        let tls = authority.tls().unwrap();
        assert!(tls.is_for("localhost") && tls.is_for("127.0.0.1") && !tls.is_for("contoso.example"));
        let mode = fs::metadata(&authority.files.key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let again = Authority::open_or_create(&keys).unwrap();
        assert_eq!(fs::read(&again.file).unwrap(), before);
        fs::write(&again.files.certificate, "").unwrap();
        let anew = Authority::open_or_create(&keys).unwrap();
        assert!(anew.tls().is_ok() && fs::read(&anew.file).unwrap() != before);
    }
}
