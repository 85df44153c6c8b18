//! The one task that speaks to the control port: it keeps our services running and says how Tor stands.
//!
//! It promises to come back after every loss, and that what it says of Tor is what Tor said. It never changes Tor.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::auth::authenticate;
use super::command::{Command, Key, name};
use super::control::{Control, ControlError};
use super::service::{Door, PORTS};
pub(super) use super::service::{Registry, Wanted};
use super::{ControlAddress, SystemOptions, socks};
use crate::{Address, Barrier, Reach, Status};

/// See the module.
pub(super) struct Keeper {
    options: SystemOptions,
    registry: Registry,
    status: watch::Sender<Status>,
    online: watch::Receiver<bool>,
}

/// The services that run on one control connection.
#[derive(Default)]
struct Running {
    doors: BTreeMap<Address, Door>,
    /// When those that were refused are tried again.
    refused: BTreeMap<Address, Instant>,
}

impl Keeper {
    pub(super) fn new(
        options: SystemOptions,
        registry: Registry,
        status: watch::Sender<Status>,
        online: watch::Receiver<bool>,
    ) -> Self {
        Self { options, registry, status, online }
    }

    /// Works until it is aborted.
    pub(super) async fn run(mut self) {
        let mut pause = RETRY_FIRST;
        loop {
            if !*self.online.borrow_and_update() {
                self.registry.tell_all(&Reach::Unreachable { detail: "switched off".into() });
                self.tell(Status::Offline);
                if self.online.wait_for(|online| *online).await.is_err() {
                    return;
                }
                self.tell(Status::Connecting { fraction: 0.0, message: ASKING.into() });
            }
            let began = Instant::now();
            match self.options.control.clone() {
                None => self.outbound(Barrier::ControlPort, NO_CONTROL).await,
                Some(at) => match self.session(&at).await {
                    Ok(()) => {}
                    Err(error) => self.outbound(self.barrier(&error), &self.words(&error)).await,
                },
            }
            if began.elapsed() > RETRY_MOST {
                pause = RETRY_FIRST;
            }
            tokio::select! {
                () = sleep(pause) => pause = (pause * 2).min(RETRY_MOST),
                changed = self.online.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Keeps services on one control connection until it is lost, or we go offline.
    async fn session(&mut self, at: &ControlAddress) -> Result<(), ControlError> {
        let mut control = Control::connect(at).await?;
        authenticate(&mut control, self.options.password.as_ref()).await?;
        let mut running = Running::default();
        loop {
            let ready = self.look(&mut control).await?;
            self.keep(&mut control, &mut running, ready).await?;
            tokio::select! {
                () = sleep(if ready { LOOK } else { LOOK_SOON }) => {}
                () = self.registry.changed() => {}
                changed = self.online.changed() => if changed.is_err() || !*self.online.borrow() { return Ok(()) },
            }
        }
    }

    /// Asks how Tor stands, and says so.
    async fn look(&self, control: &mut Control) -> Result<bool, ControlError> {
        let circuits = control.ask(&Command::GetInfo(Key::Circuits)).await?;
        if circuits.value(Key::Circuits.word()).as_deref() == Some("1") {
            self.tell(Status::Ready);
            return Ok(true);
        }
        let progress = match control.ask(&Command::GetInfo(Key::Bootstrap)).await {
            Ok(reply) => reply.value(Key::Bootstrap.word()).unwrap_or_default(),
            // A filter may allow less: then we know only that it is under way.
            Err(ControlError::Filtered { .. }) => String::new(),
            Err(error) => return Err(error),
        };
        self.tell(describe(&progress));
        Ok(false)
    }

    /// Starts what is wanted and does not run, ends what runs and is not wanted.
    async fn keep(&self, control: &mut Control, running: &mut Running, ready: bool) -> Result<(), ControlError> {
        let wanted = self.registry.all();
        let gone: Vec<Address> = {
            let still = |address: &Address| wanted.iter().any(|wanted| wanted.key.address() == *address);
            running.refused.retain(|address, _| still(address));
            running.doors.keys().filter(|address| !still(address)).copied().collect()
        };
        for address in gone {
            running.doors.remove(&address);
            self.end(control, address).await?;
        }
        self.notice_losses(control, running).await?;
        if ready {
            for wanted in wanted {
                self.start(control, running, wanted).await?;
            }
        }
        Ok(())
    }

    async fn start(&self, control: &mut Control, running: &mut Running, wanted: Wanted) -> Result<(), ControlError> {
        let address = wanted.key.address();
        let waiting = running.refused.get(&address).is_some_and(|again| Instant::now() < *again);
        if running.doors.contains_key(&address) || waiting {
            return Ok(());
        }
        let Some(mut door) = Door::open(wanted.clone(), control.ends).await else {
            let (first, last) = (PORTS.start(), PORTS.end());
            let detail = format!("the ports {first} to {last} of this machine are in use; close what uses them");
            wanted.tell(Reach::Barred { barrier: Barrier::Ports, detail });
            running.refused.insert(address, Instant::now() + REFUSED_AGAIN);
            return Ok(());
        };
        match control.ask(&Command::AddOnion { key: wanted.key, target: door.at }).await {
            Ok(_) => {
                running.refused.remove(&address);
                door.watch(self.options.socks);
                running.doors.insert(address, door);
            }
            Err(error @ (ControlError::Filtered { .. } | ControlError::Refused { .. })) => {
                door.tell(Reach::Barred { barrier: self.barrier(&error), detail: self.words(&error) });
                running.refused.insert(address, Instant::now() + REFUSED_AGAIN);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn end(&self, control: &mut Control, address: Address) -> Result<(), ControlError> {
        match control.ask(&Command::DelOnion(address)).await {
            // It ends with the connection at the latest.
            Ok(_) | Err(ControlError::Refused { .. } | ControlError::Filtered { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A filter in between (onion-grater) reconnects by itself when tor restarts, and our services are gone unnoticed.
    async fn notice_losses(&self, control: &mut Control, running: &mut Running) -> Result<(), ControlError> {
        if running.doors.is_empty() {
            return Ok(());
        }
        let names = match control.ask(&Command::GetInfo(Key::Onions)).await {
            Ok(reply) => reply.value(Key::Onions.word()).unwrap_or_default(),
            Err(ControlError::Filtered { .. } | ControlError::Refused { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        running.doors.retain(|address, door| {
            let there = names.lines().any(|line| line == name(address));
            if !there {
                tracing::info!("Tor lost an onion service of ours; adding it again");
                door.tell(Reach::Unreachable { detail: "Tor lost the service; adding it again".into() });
            }
            there
        });
        Ok(())
    }

    /// Without a control port: we can dial, nobody can reach us, and both are said.
    async fn outbound(&self, barrier: Barrier, why: &str) {
        let detail = format!("{why}; you can reach others, they cannot reach you");
        self.registry.tell_all(&Reach::Barred { barrier, detail });
        self.tell(if socks::answers(self.options.socks).await {
            Status::Ready
        } else {
            let at = self.options.socks;
            let remedy = self.options.remedy.without_tor();
            Status::Blocked { fraction: 0.0, reason: format!("{why}; no Tor answers at {at}; {remedy}").into() }
        });
    }

    fn words(&self, error: &ControlError) -> String {
        self.options.remedy.words(error)
    }

    fn barrier(&self, error: &ControlError) -> Barrier {
        match error {
            ControlError::Lost(_) | ControlError::Slow | ControlError::Garbage => Barrier::ControlPort,
            ControlError::Password(_) => Barrier::Password,
            ControlError::Cookie(_) => Barrier::Cookie,
            ControlError::Filtered { .. } => self.options.remedy.barrier(),
            ControlError::Refused { command, code: 550 } if command == "ADD_ONION" => Barrier::Twice,
            ControlError::Authentication(_) | ControlError::Refused { .. } => Barrier::Refused,
        }
    }

    fn tell(&self, status: Status) {
        self.status.send_if_modified(|old| {
            let news = *old != status;
            *old = status;
            news
        });
    }
}

/// `NOTICE BOOTSTRAP PROGRESS=45 TAG=requesting_descriptors SUMMARY="Asking for relay descriptors"`, and with WARN also
/// `WARNING="..." REASON=...` (control-spec, 4.1.10.1).
fn describe(progress: &str) -> Status {
    let number = progress.split(' ').find_map(|word| word.strip_prefix("PROGRESS=")?.parse::<u8>().ok());
    let fraction = f32::from(number.unwrap_or(0).min(100)) / 100.0;
    let quoted = |name: &str| Some(progress.split_once(name)?.1.split_once('"')?.0.to_owned());
    let message = quoted("SUMMARY=\"").unwrap_or_else(|| "Tor is connecting".into());
    match quoted("WARNING=\"") {
        Some(warning) if progress.starts_with("WARN") => {
            Status::Blocked { fraction, reason: format!("{message}: {warning}").into() }
        }
        _ => Status::Connecting { fraction, message: message.into() },
    }
}

/// What is said before Tor said anything.
pub(super) const ASKING: &str = "asking the Tor of this machine";

const NO_CONTROL: &str = "there is no control port";

/// Between two attempts to reach the control port.
const RETRY_FIRST: Duration = Duration::from_secs(2);
const RETRY_MOST: Duration = Duration::from_secs(60);

/// Before a service that was refused is tried again: somebody may have installed the profile meanwhile.
const REFUSED_AGAIN: Duration = Duration::from_secs(30);

/// How often Tor is asked how it stands, when it is connected and until then.
const LOOK: Duration = Duration::from_secs(10);
const LOOK_SOON: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_and_warnings_are_told_in_tors_words() {
        let notice = "NOTICE BOOTSTRAP PROGRESS=45 TAG=requesting_descriptors SUMMARY=\"Asking for descriptors\"";
        let asking = Status::Connecting { fraction: 0.45, message: "Asking for descriptors".into() };
        assert_eq!(describe(notice), asking);
        let warn =
            "WARN BOOTSTRAP PROGRESS=10 TAG=conn_done SUMMARY=\"Connected\" WARNING=\"Connection refused\" REASON=X";
        let blocked = Status::Blocked { fraction: 0.1, reason: "Connected: Connection refused".into() };
        assert_eq!(describe(warn), blocked);
        for nonsense in ["", "WARN", "PROGRESS=999", "SUMMARY=\"", "WARN WARNING=\""] {
            describe(nonsense);
        }
    }
}
