//! What a screen reader knows of a window: names, roles, states, through AT-SPI.
//!
//! It looks and never touches: what is done goes by the keyboard.

use zbus::blocking::Connection;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

/// The programs on one accessibility bus.
pub(crate) struct Reader {
    bus: Connection,
}

/// One thing on the screen.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    /// What it is called.
    pub(crate) name: String,
    /// What it is, as AT-SPI counts: [`ENTRY`], [`FRAME`] and others.
    pub(crate) role: u32,
    /// Its text, where it has one: what is written in a field.
    pub(crate) text: String,
    states: u64,
}

impl Reader {
    pub(crate) fn new(bus: Connection) -> Self {
        Self { bus }
    }

    /// Everything that is shown, in the order of the tree. What goes while it is looked at is left out.
    pub(crate) fn things(&self) -> Vec<Thing> {
        let mut things = Vec::new();
        let mut stack = self.children(REGISTRY, ROOT).unwrap();
        stack.reverse();
        while let Some((owner, path)) = stack.pop() {
            if let Ok(thing) = self.thing(&owner, &path) {
                things.push(thing);
                let mut children = self.children(&owner, &path).unwrap_or_default();
                children.reverse();
                stack.extend(children);
            }
        }
        things
    }

    fn children(&self, owner: &str, path: &str) -> zbus::Result<Vec<(String, OwnedObjectPath)>> {
        let answer = self.bus.call_method(Some(owner), path, Some(ACCESSIBLE), "GetChildren", &())?;
        answer.body().deserialize()
    }

    fn thing(&self, owner: &str, path: &str) -> zbus::Result<Thing> {
        let ask = |method: &str| self.bus.call_method(Some(owner), path, Some(ACCESSIBLE), method, &());
        let states: Vec<u32> = ask("GetState")?.body().deserialize()?;
        let [low, high] = [0, 1].map(|part| u64::from(states.get(part).copied().unwrap_or(0)));
        let name = self.bus.call_method(Some(owner), path, Some(PROPERTIES), "Get", &(ACCESSIBLE, "Name"))?;
        let name: OwnedValue = name.body().deserialize()?;
        // Most things have no text, and say so by an error.
        let text = self.bus.call_method(Some(owner), path, Some(TEXT), "GetText", &(0i32, -1i32));
        Ok(Thing {
            name: String::try_from(name).unwrap_or_default(),
            role: ask("GetRole")?.body().deserialize()?,
            text: text.and_then(|text| text.body().deserialize()).unwrap_or_default(),
            states: low | high << 32,
        })
    }
}

impl Thing {
    /// Has it the keyboard?
    pub(crate) fn focused(&self) -> bool {
        self.states >> FOCUSED & 1 == 1
    }

    /// Can it be used?
    pub(crate) fn enabled(&self) -> bool {
        self.states >> ENABLED & 1 == 1
    }
}

/// A field to write in (`ATSPI_ROLE_ENTRY`).
pub(crate) const ENTRY: u32 = 79;
/// A window (`ATSPI_ROLE_FRAME`).
pub(crate) const FRAME: u32 = 23;

const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const TEXT: &str = "org.a11y.atspi.Text";
/// Numbers of states in AT-SPI.
const ENABLED: u32 = 8;
const FOCUSED: u32 = 12;
