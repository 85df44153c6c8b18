//! The way to the window: bounded, and never waited for.
//!
//! A window that is hidden may not take anything for hours. What no longer fits is left out, and [`Out::room`] tells
//! when everything should be told anew.

use pelure_ui::update::Update;
use tokio::sync::mpsc;

/// Where updates go.
pub(super) struct Out {
    updates: mpsc::Sender<Update>,
    /// Something was left out.
    behind: bool,
}

impl Out {
    pub(super) fn new(updates: mpsc::Sender<Update>) -> Self {
        Self { updates, behind: false }
    }

    /// Says something, unless the window is behind: then it will be said anew.
    pub(super) fn tell(&mut self, update: Update) {
        if !self.behind {
            // A window that is gone needs nothing any more.
            self.behind = matches!(self.updates.try_send(update), Err(mpsc::error::TrySendError::Full(_)));
        }
    }

    /// Whether something was left out.
    pub(super) fn is_behind(&self) -> bool {
        self.behind
    }

    /// Waits until the window has taken all that waits for it; from then on it is no longer behind.
    pub(super) async fn room(&mut self) {
        let all = self.updates.max_capacity();
        if self.updates.reserve_many(all).await.is_err() {
            // The window is gone: its wishes end too, and the program with them.
            std::future::pending::<()>().await;
        }
        self.behind = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pelure_ui::model::Date;

    fn day(day: u8) -> Update {
        Update::Today(Date { day, ..Date::default() })
    }

    #[tokio::test]
    async fn a_window_that_takes_nothing_is_not_waited_for_and_catches_up() {
        let (updates, mut window) = mpsc::channel(2);
        let mut out = Out::new(updates);
        (1..=5).for_each(|number| out.tell(day(number)));
        assert!(out.is_behind());
        assert!(matches!(window.try_recv(), Ok(Update::Today(Date { day: 1, .. }))));
        // Room for one is not room for everything: nothing slips in between.
        out.tell(day(6));
        assert!(matches!(window.try_recv(), Ok(Update::Today(Date { day: 2, .. }))));
        assert!(window.try_recv().is_err());
        out.room().await;
        assert!(!out.is_behind());
        out.tell(day(7));
        assert!(matches!(window.try_recv(), Ok(Update::Today(Date { day: 7, .. }))));
    }
}
