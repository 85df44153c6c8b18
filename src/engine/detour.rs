//! How the road leaves this machine: bridges, a proxy, ports. The person sets them, the vault keeps them, the road takes them.
//!
//! It promises that a change is durable before it is answered, that everything of the old way has ended before the new one
//! is taken, and that nothing goes around it. What was set is not told to anybody but the person.

use pelure_onion::{Detour, DetourError, Ports, Proxy};
use zeroize::Zeroizing;

use super::{Engine, EngineError, ONLINE};
use crate::vault::{Vault, VaultError};

impl Engine {
    /// Enters Tor by these bridges alone from now on; without any, by its public relays again.
    pub async fn set_bridges(&self, lines: &[String]) -> Result<(), EngineError> {
        let bridges = Detour::read_bridges(lines.iter().map(String::as_str))?;
        self.change_detour(|detour| Detour { bridges, ..detour }).await
    }

    /// Goes through this proxy from now on, or through none.
    pub async fn set_proxy(&self, url: Option<&str>) -> Result<(), EngineError> {
        let proxy = url.map(Proxy::read).transpose().map_err(DetourError::from)?;
        self.change_detour(|detour| Detour { proxy, ..detour }).await
    }

    /// Connects to relays on these ports alone from now on; none named: on any.
    pub async fn set_ports(&self, ports: &[u64]) -> Result<(), EngineError> {
        let ports = Ports::new(ports.iter().copied())?;
        self.change_detour(|detour| Detour { ports, ..detour }).await
    }

    /// Sets all of it in one step.
    pub async fn set_detour(&self, wanted: Detour) -> Result<(), EngineError> {
        self.change_detour(|_| wanted).await
    }

    /// What is set; an error where what was kept cannot be read.
    pub async fn detour(&self) -> Result<Detour, EngineError> {
        let kept = self.0.ledger.read(|r| r.detour()).await?;
        Ok(read(kept.as_ref())?)
    }

    async fn change_detour(&self, change: impl FnOnce(Detour) -> Detour) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        // What cannot be read is what the person is about to replace.
        let kept = self.0.ledger.read(|r| r.detour()).await?;
        let before = read(kept.as_ref());
        let after = change(before.clone().unwrap_or_default());
        self.0.network.check(&after)?;
        if before.as_ref() == Ok(&after) {
            return Ok(());
        }
        let written = after.write();
        self.0.ledger.write(move |w| w.put_detour(&written)).await?;
        // Sessions and services end first, and with them whatever holds on to the old way.
        let online = *self.0.wanted.borrow();
        self.0.go_online(false).await;
        self.0.network.take(after).await;
        if online {
            self.0.go_online(true).await;
        }
        Ok(())
    }
}

/// What a profile keeps of its road, before that is started.
pub struct Kept {
    /// How it leaves this machine; an error where that cannot be read.
    pub detour: Result<Detour, DetourError>,
    /// Whether the person wants to be online at all.
    pub online: bool,
}

impl Kept {
    /// Lets a profile stay offline until the person goes online.
    pub fn stay_offline(vault: &mut Vault) -> Result<(), VaultError> {
        vault.write(|w| w.put_setting(ONLINE, "no"))
    }

    /// Reads it.
    pub fn of(vault: &Vault) -> Result<Self, EngineError> {
        let (detour, online) = vault.read(|r| Ok((r.detour()?, r.setting(ONLINE)?)))?;
        Ok(Self { detour: read(detour.as_ref()), online: online.as_deref() != Some("no") })
    }
}

fn read(kept: Option<&Zeroizing<String>>) -> Result<Detour, DetourError> {
    kept.map_or_else(|| Ok(Detour::default()), |kept| Detour::read(kept))
}
