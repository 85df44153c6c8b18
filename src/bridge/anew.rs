//! Everything that a window needs, told anew: when the profile was opened, when the screen is unlocked, and when a window
//! that was not drawn looks again.

use pelure_ui::intent::Part;
use pelure_ui::model::Stage;
use pelure_ui::update::Update;

use super::work::Work;
use super::{pages, shape};
use crate::engine::EngineError;

impl Work {
    /// The day changes at midnight, when a clock is set, and while a machine sleeps.
    pub(super) fn tell_day(&mut self) {
        let today = self.calendar.date(self.world.clock.wall());
        if self.today != today {
            self.today = today;
            self.out.tell(Update::Today(today));
        }
    }

    /// Everything the window needs, whatever it knew before; the stage last, so that it never shows half of it.
    pub(super) async fn tell_everything(&mut self) -> Result<(), EngineError> {
        self.out.tell(Update::Place(self.place.clone()));
        self.out.tell(Update::Settings(self.settings));
        self.out.tell(Update::Today(self.today));
        if self.is_locked() {
            self.tell_lock();
            self.show_call();
            return Ok(());
        }
        let identities = self.engine().identities().await?;
        let requests = self.engine().requests(None).await?;
        self.show(Update::Tor(shape::tor(&self.engine().tor().status)));
        self.show(Update::Identities(identities.into_iter().map(shape::identity).collect()));
        self.show(Update::Contacts(self.known.all()));
        self.show(Update::Requests(requests.iter().map(|r| shape::request(r, &self.calendar)).collect()));
        self.tell_blocked().await?;
        self.show(Update::Stage(Stage::Open));
        self.tell_notes();
        self.show_call();
        self.parcels.all().into_iter().for_each(|parcel| self.show(Update::Parcel(parcel)));
        if let Some(contact) = self.talk {
            // The contact may be gone by now: then the window has left the conversation, too.
            if let Ok(page) = pages::page(self.engine(), contact, Part::Newest, &self.calendar).await {
                self.show(Update::Page(page));
            }
        }
        Ok(())
    }

    pub(super) async fn tell_blocked(&mut self) -> Result<(), EngineError> {
        let blocked = self.engine().blocked_addresses().await?;
        self.show(Update::Blocked(blocked.iter().map(shape::blocked).collect()));
        Ok(())
    }
}
