//! What the other side answered to what a dialog asked for.
//!
//! A fault that answers a dialog is said in it and not beside it: the dialog takes it from the notices.

use egui::Ui;

use super::super::{Scene, fault};
use crate::intent::Intent;
use crate::model::{Done, Fault, Notice};
use crate::parts::{Icon, text};

/// Where an answer stands.
#[derive(Default)]
pub(crate) struct Answer {
    waiting: bool,
    fault: Option<Fault>,
    done: Option<Done>,
}

/// Asks, and waits for the answer.
pub(super) fn asking(scene: &mut Scene<'_>, answer: &mut Answer, intent: Intent) {
    // Only what comes from now on is an answer.
    scene.model.notices.retain(|notice| !is_answer(notice));
    *answer = Answer { waiting: true, ..Answer::default() };
    scene.ask(intent);
}

impl Answer {
    /// Looks for the answer.
    pub(super) fn hear(&mut self, scene: &mut Scene<'_>) {
        if !self.waiting {
            return;
        }
        let notices = &mut scene.model.notices;
        let Some(at) = notices.iter().rposition(is_answer) else { return };
        match notices.get(at) {
            Some(Notice::Failed(fault)) => {
                *self = Self { fault: Some(fault.clone()), ..Self::default() };
                notices.remove(at);
            }
            Some(Notice::Done(done)) => *self = Self { done: Some(*done), ..Self::default() },
            Some(Notice::Missed(_)) | None => {}
        }
    }

    /// Says what went wrong, if anything did.
    pub(super) fn show(&self, ui: &mut Ui, scene: &Scene<'_>) {
        if let Some(fault) = &self.fault {
            text::state(ui, Icon::Warning, scene.palette.bad, &fault::say(scene, fault));
        }
    }

    /// It worked.
    pub(super) fn done(&self, done: Done) -> bool {
        self.done == Some(done)
    }

    /// The answer has not come.
    pub(super) fn waiting(&self) -> bool {
        self.waiting
    }

    /// It failed, said by something other than a notice.
    pub(super) fn fail(&mut self, fault: Fault) {
        *self = Self { fault: Some(fault), ..Self::default() };
    }

    /// What was said no longer matters.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether it may be the answer to what was asked.
fn is_answer(notice: &Notice) -> bool {
    !matches!(notice, Notice::Missed(_))
}
