//! Whether services may be run here, found out by asking for one and taking it back.
//!
//! It promises that nobody outside hears of it: its key is drawn for it and thrown away, nothing of ours listens where its
//! streams would arrive, and it is taken back in the same breath, before Tor has built a way to anybody. It does not say
//! whether others could reach a service.

use std::net::SocketAddr;

use zeroize::Zeroizing;

use super::SystemOptions;
use super::auth::authenticate;
use super::command::Command;
use super::control::{Control, ControlError};
use super::service::{PORTS, ends_of};
use crate::ServiceKey;

/// Asks for a service and takes it back.
pub(super) async fn publish(options: &SystemOptions) -> Result<(), ControlError> {
    let Some(at) = &options.control else { return Ok(()) };
    let mut control = Control::connect(at).await?;
    authenticate(&mut control, options.password.as_ref()).await?;
    let Some(key) = throw_away() else { return Ok(()) };
    let address = key.address();
    let target = SocketAddr::new(ends_of(control.ends).0, *PORTS.start());
    control.ask(&Command::AddOnion { key, target }).await?;
    match control.ask(&Command::DelOnion(address)).await {
        // It ends with the connection, which is now.
        Ok(_) | Err(ControlError::Refused { .. } | ControlError::Filtered { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// None where there is no randomness; then nothing else works either, and says so.
fn throw_away() -> Option<ServiceKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).ok()?;
    ServiceKey::from_seed(seed).ok()
}
