//! The keys that must exist before the first C tor starts: those of the authorities.
//!
//! It promises fresh ones, made by tor's own programs, all authorities at once. It keeps no pass phrase worth keeping.

use std::fs;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::addresses::{DIR_PORT, OR_PORT};
use crate::plan::{TornetError, system};

/// What everybody must know of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) nickname: String,
    pub(crate) ip: Ipv4Addr,
    /// Fingerprint of the long-lived key that signs for its votes, 40 hexadecimal digits.
    pub(crate) v3ident: String,
    /// RSA fingerprint as a relay, 40 hexadecimal digits.
    pub(crate) fingerprint: String,
}

/// The two identities of a relay, as tor writes them into its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) rsa: String,
    pub(crate) ed25519: String,
}

impl Identity {
    /// Reads the identities of a relay that has started.
    pub(crate) fn read(dir: &Path) -> Result<Self, TornetError> {
        Ok(Self {
            rsa: second_word(&dir.join("fingerprint"))?,
            ed25519: second_word(&dir.join("fingerprint-ed25519"))?,
        })
    }
}

/// Makes the keys of one authority in its (existing, empty, private) directory.
pub(crate) fn authority(dir: &Path, nickname: &str, ip: Ipv4Addr, stderr: Stdio) -> Result<Authority, TornetError> {
    let keys = dir.join("keys");
    system("make a directory for keys", fs::create_dir(&keys))?;
    let empty = dir.join("empty");
    system("write a file", fs::write(&empty, ""))?;
    let certificate = keys.join("authority_certificate");
    let mut gencert = Command::new("tor-gencert");
    gencert.arg("--create-identity-key").args(["-m", "12", "--passphrase-fd", "0"]);
    gencert.arg("-a").arg(format!("{ip}:{DIR_PORT}"));
    gencert.arg("-i").arg(keys.join("authority_identity_key"));
    gencert.arg("-s").arg(keys.join("authority_signing_key"));
    gencert.arg("-c").arg(&certificate);
    run("tor-gencert", &mut gencert, stderr)?;

    let mut fingerprint = Command::new("tor");
    fingerprint.arg("--list-fingerprint").arg("--quiet").args(["--nickname", nickname]);
    fingerprint.arg("--orport").arg(format!("{ip}:{OR_PORT}"));
    fingerprint.arg("--defaults-torrc").arg(&empty).arg("-f").arg(&empty);
    fingerprint.arg("--datadirectory").arg(dir);
    run("tor", &mut fingerprint, Stdio::null())?;

    let text = system("read a certificate", fs::read_to_string(&certificate))?;
    let v3ident = text.lines().find_map(|line| line.strip_prefix("fingerprint ")).unwrap_or_default().to_owned();
    let fingerprint = second_word(&dir.join("fingerprint"))?;
    Ok(Authority { nickname: nickname.to_owned(), ip, v3ident, fingerprint })
}

fn run(program: &'static str, command: &mut Command, stderr: Stdio) -> Result<(), TornetError> {
    let failed = |error| TornetError::Program(program, error);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(stderr).spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // tor-gencert wants a pass phrase for a key that ends with the test; a program that wants none may be gone.
        let _ = stdin.write_all(b"tornet\n");
    }
    let status = child.wait().map_err(failed)?;
    status.success().then_some(()).ok_or_else(|| failed(std::io::Error::other(status.to_string())))
}

fn second_word(file: &Path) -> Result<String, TornetError> {
    let text = system(format!("read {}", file.display()), fs::read_to_string(file))?;
    Ok(text.split_ascii_whitespace().skip(1).collect())
}
