//! Authentication at a control port: none, cookie with proof (SAFECOOKIE), or password (control-spec, 3.5 and 3.24).
//!
//! The plain cookie is never sent: whoever listens on the port in tor's place would learn a file of ours.

use std::path::Path;

use data_encoding::{HEXLOWER_PERMISSIVE, HEXUPPER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Password;
use super::command::Command;
use super::control::{Control, ControlError, Reply};

/// What the port accepts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Methods {
    null: bool,
    password: bool,
    /// Where the cookie lies.
    safe_cookie: Option<String>,
}

/// Authenticates in the way that needs least.
pub(super) async fn authenticate(control: &mut Control, password: Option<&Password>) -> Result<(), ControlError> {
    let methods = Methods::read(&control.ask(&Command::ProtocolInfo).await?)?;
    let proof = if methods.null {
        Zeroizing::default()
    } else if let (true, Some(password)) = (methods.password, password) {
        quoted(&password.0)?
    } else if let Some(file) = methods.safe_cookie {
        prove(control, Path::new(&file)).await?
    } else if methods.password {
        return Err(ControlError::Password("a password; give it in PELURE_TOR_PASSWORD"));
    } else {
        return Err(ControlError::Authentication(
            "an authentication that this program does not know; write CookieAuthentication 1 in its torrc",
        ));
    };
    control.ask(&Command::Authenticate(proof)).await.map(drop)
}

/// Both sides prove that they know the cookie; neither says it.
async fn prove(control: &mut Control, file: &Path) -> Result<Zeroizing<String>, ControlError> {
    let cookie = read_cookie(file).await?;
    let mut ours = [0; 32];
    getrandom::fill(&mut ours).map_err(|_| ControlError::Authentication("random numbers, which this machine lacks"))?;
    let reply = control.ask(&Command::AuthChallenge(ours)).await?;
    let (hash, theirs) = challenge(&reply).ok_or(ControlError::Garbage)?;
    let said = [&cookie[..], &ours, &theirs].concat();
    mac(SERVER, &said).verify_slice(&hash).map_err(|_| ControlError::Garbage)?;
    Ok(Zeroizing::new(HEXUPPER.encode(&mac(CLIENT, &said).finalize().into_bytes())))
}

async fn read_cookie(file: &Path) -> Result<Zeroizing<[u8; 32]>, ControlError> {
    let file = file.to_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read(file).map(Zeroizing::new)).await;
    let read = read.unwrap_or_else(|_| Err(std::io::ErrorKind::Interrupted.into()));
    let bytes = read.map_err(|error| ControlError::Cookie(error.kind()))?;
    let cookie = bytes.as_slice().try_into().map_err(|_| ControlError::Cookie(std::io::ErrorKind::InvalidData))?;
    Ok(Zeroizing::new(cookie))
}

/// `AUTHCHALLENGE SERVERHASH=.. SERVERNONCE=..`
fn challenge(reply: &Reply) -> Option<([u8; 32], [u8; 32])> {
    let line = reply.0.first()?;
    let field = |name: &str| {
        let text = line.split(' ').find_map(|word| word.strip_prefix(name))?;
        HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
    };
    Some((field("SERVERHASH=")?, field("SERVERNONCE=")?))
}

fn mac(key: &[u8], said: &[u8]) -> Hmac<Sha256> {
    // A key of any length is valid for this function.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(said);
    mac
}

/// A quoted string (control-spec, 2.1.1).
fn quoted(password: &str) -> Result<Zeroizing<String>, ControlError> {
    if password.contains(['\r', '\n', '\0']) {
        return Err(ControlError::Password("a password without line breaks; correct PELURE_TOR_PASSWORD"));
    }
    let mut text = Zeroizing::new(String::with_capacity(2 * password.len() + 2));
    text.push('"');
    for letter in password.chars() {
        if matches!(letter, '"' | '\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
    Ok(text)
}

impl Methods {
    /// `AUTH METHODS=NULL,COOKIE,SAFECOOKIE COOKIEFILE="/run/tor/control.authcookie"`
    fn read(reply: &Reply) -> Result<Self, ControlError> {
        let line = reply.0.iter().find_map(|line| line.strip_prefix("AUTH METHODS=")).ok_or(ControlError::Garbage)?;
        let (methods, rest) = line.split_once(' ').unwrap_or((line, ""));
        let has = |name: &str| methods.split(',').any(|method| method == name);
        let file = rest.strip_prefix("COOKIEFILE=\"").and_then(|rest| rest.strip_suffix('"'));
        let file = file.map(|file| file.replace("\\\"", "\"").replace("\\\\", "\\"));
        Ok(Self { null: has("NULL"), password: has("HASHEDPASSWORD"), safe_cookie: file.filter(|_| has("SAFECOOKIE")) })
    }
}

const SERVER: &[u8] = b"Tor safe cookie authentication server-to-controller hash";
const CLIENT: &[u8] = b"Tor safe cookie authentication controller-to-server hash";

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(line: &str) -> Option<Methods> {
        Methods::read(&Reply(vec!["PROTOCOLINFO 1".into(), line.into(), "OK".into()])).ok()
    }

    #[test]
    fn what_the_port_accepts_is_read() {
        let cookie = methods("AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"/run/a \\\"b\\\"\"").unwrap();
        assert_eq!(cookie, Methods { safe_cookie: Some("/run/a \"b\"".into()), ..Methods::default() });
        assert!(methods("AUTH METHODS=NULL").unwrap().null);
        assert!(methods("AUTH METHODS=HASHEDPASSWORD").unwrap().password);
        // The plain cookie alone is no way in.
        assert_eq!(methods("AUTH METHODS=COOKIE COOKIEFILE=\"/run/a\""), Some(Methods::default()));
        assert_eq!(methods("VERSION Tor=\"0.4.9\""), None);
    }

    #[test]
    fn a_password_cannot_become_a_second_command() {
        assert_eq!(*quoted("a \"b\\").unwrap(), "\"a \\\"b\\\\\"");
        assert!(quoted("a\r\nSIGNAL HALT").is_err());
    }
}
