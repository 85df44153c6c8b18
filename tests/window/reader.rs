//! What a screen reader knows of a window: names, roles, states, through AT-SPI.
//!
//! It looks and never touches: what is done goes by the keyboard.

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

/// The programs on one accessibility bus.
pub(crate) struct Reader {
    bus: Connection,
}

/// One thing on the screen.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    /// What it is called.
    pub(crate) name: String,
    /// What it is, in AT-SPI's words: `push button`, `entry`, `label`.
    pub(crate) role: String,
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
        let mut stack = self.children(REGISTRY, ROOT).unwrap_or_default();
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
        Proxy::new(&self.bus, owner.to_owned(), path.to_owned(), ACCESSIBLE)?.call("GetChildren", &())
    }

    fn thing(&self, owner: &str, path: &str) -> zbus::Result<Thing> {
        let proxy = Proxy::new(&self.bus, owner.to_owned(), path.to_owned(), ACCESSIBLE)?;
        let states: Vec<u32> = proxy.call("GetState", &())?;
        let [low, high] = [states.first(), states.get(1)].map(|part| u64::from(part.copied().unwrap_or(0)));
        let role: String = proxy.call("GetRoleName", &())?;
        let text = Proxy::new(&self.bus, owner.to_owned(), path.to_owned(), TEXT)?;
        Ok(Thing {
            name: proxy.get_property("Name")?,
            role,
            // Most things have none, and say so by an error.
            text: text.call("GetText", &(0i32, -1i32)).unwrap_or_default(),
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

const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";
/// Numbers of states in AT-SPI.
const ENABLED: u32 = 8;
const FOCUSED: u32 = 12;
