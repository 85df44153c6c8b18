//! How long a passphrase would stand, in words: an estimate of guesses at the price the vault asks for each.
//!
//! It is honest, not exact: somebody who knows the person guesses faster, and the estimate never sees a dictionary of them.

use egui::Ui;
use egui::cache::{ComputerMut, FrameCache};

use super::Scene;
use crate::parts::{Icon, text};
use crate::theme::GRID;
use crate::words::Value;

/// How well a passphrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Found within a month.
    Weak,
    /// Found within ten years.
    Fair,
    /// Found later than that.
    Good,
}

/// Says it; gives it for the screen to judge.
pub(crate) fn show(ui: &mut Ui, scene: &Scene<'_>, passphrase: &str) -> Strength {
    let hours = ui.memory_mut(|memory| *memory.caches.cache::<FrameCache<f64, Guesser>>().get(passphrase));
    let strength = Strength::of(hours);
    let palette = &scene.palette;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = GRID;
        let said = match strength {
            Strength::Weak => text::state(ui, Icon::Warning, palette.bad, &scene.say("strength-weak")),
            Strength::Fair => text::state(ui, Icon::Info, palette.wait, &scene.say("strength-fair")),
            Strength::Good => text::state(ui, Icon::Check, palette.good, &scene.say("strength-good")),
        };
        text::status(&said);
        text::note(ui, palette, &time(scene, hours));
    });
    strength
}

impl Strength {
    fn of(hours: f64) -> Self {
        match hours {
            hours if hours < MONTH => Self::Weak,
            hours if hours < 10.0 * YEAR => Self::Fair,
            _ => Self::Good,
        }
    }
}

fn time(scene: &Scene<'_>, hours: f64) -> String {
    let count = |unit: f64| [("count", Value::Number((hours / unit).round().max(1.0) as i64))];
    match hours {
        hours if hours < 1.0 => scene.say("strength-at-once").into_owned(),
        hours if hours < 2.0 * DAY => scene.say_with("strength-hours", &count(1.0)),
        hours if hours < 2.0 * MONTH => scene.say_with("strength-days", &count(DAY)),
        hours if hours < 2.0 * YEAR => scene.say_with("strength-months", &count(MONTH)),
        hours if hours < 1_000.0 * YEAR => scene.say_with("strength-years", &count(YEAR)),
        _ => scene.say("strength-longer").into_owned(),
    }
}

/// Estimates once for each passphrase, not in each frame.
#[derive(Default)]
struct Guesser;

impl ComputerMut<&str, f64> for Guesser {
    fn compute(&mut self, passphrase: &str) -> f64 {
        let guesses = 10_f64.powf(zxcvbn::zxcvbn(passphrase, &["pelure"]).guesses_log10());
        guesses * SECONDS_A_GUESS / MACHINES / 3_600.0
    }
}

/// What a guess costs: the vault measures its Argon2id to take at least this long.
const SECONDS_A_GUESS: f64 = 0.5;
/// What an attacker is given: a rented cluster, each machine making eight guesses at once. The words say "10,000 computers".
const MACHINES: f64 = 10_000.0 * 8.0;
const DAY: f64 = 24.0;
const MONTH: f64 = 30.0 * DAY;
const YEAR: f64 = 365.0 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_good_ones_are_told_apart() {
        let of = |passphrase: &str| Strength::of(Guesser.compute(passphrase));
        for weak in ["a", "password", "pelure", "Summer2026", "qwertyuiop", "correcthorse"] {
            assert_eq!(of(weak), Strength::Weak, "{weak}");
        }
        for good in ["mule lantern ochre fabric drizzle", "kT9#vQ2!xL7$mZ4p"] {
            assert_eq!(of(good), Strength::Good, "{good}");
        }
        assert_eq!(Strength::of(MONTH), Strength::Fair);
    }
}
