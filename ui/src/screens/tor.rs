//! What Tor is doing and what stands in its way, in words.

use egui::{Response, Ui};

use super::Scene;
use crate::model::{Obstacle, Step, Tor};
use crate::parts::{Icon, text};

/// The step being done, as it follows a colon.
pub(super) fn step(scene: &Scene<'_>, step: &Step) -> String {
    match step {
        Step::Network => scene.say("tor-step-network").into_owned(),
        Step::Bridge => scene.say("tor-step-bridge").into_owned(),
        Step::Proxy => scene.say("tor-step-proxy").into_owned(),
        Step::Directory => scene.say("tor-step-directory").into_owned(),
        Step::Words(words) => scene.say_with("tor-words", &[("words", words.as_str().into())]),
    }
}

/// One or two sentences: what stands in the way, and what can be done.
pub(super) fn obstacle(scene: &Scene<'_>, obstacle: &Obstacle) -> String {
    let name = match obstacle {
        Obstacle::Offline => "tor-obstacle-offline",
        Obstacle::Filtered => "tor-obstacle-filtered",
        Obstacle::Clock(words) => return scene.say_with("tor-obstacle-clock", &[("words", words.as_str().into())]),
        Obstacle::Directory => "tor-obstacle-directory",
        Obstacle::Network => "tor-obstacle-network",
        Obstacle::Bridges => "tor-obstacle-bridges",
        Obstacle::Proxy => "tor-obstacle-proxy",
        Obstacle::NoProgram(transport) => {
            return scene.say_with("tor-obstacle-no-program", &[("transport", (*transport).into())]);
        }
        Obstacle::Unreadable => "tor-obstacle-unreadable",
        Obstacle::Stopped => "tor-obstacle-stopped",
        Obstacle::Words(words) => return scene.say_with("tor-says", &[("words", words.as_str().into())]),
    };
    scene.say(name).into_owned()
}

/// In one line.
pub(super) fn state(ui: &mut Ui, scene: &Scene<'_>) -> Response {
    let palette = scene.palette;
    match scene.model.tor {
        Tor::Offline => text::state(ui, Icon::Onion, palette.muted, &scene.say("tor-offline")),
        Tor::Connecting { .. } => text::state(ui, Icon::Clock, palette.wait, &scene.say("settings-tor-connecting")),
        Tor::Blocked { .. } => text::state(ui, Icon::Warning, palette.bad, &scene.say("settings-tor-blocked")),
        Tor::Ready => text::state(ui, Icon::Onion, palette.good, &scene.say("tor-ready")),
    }
}
