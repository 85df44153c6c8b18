//! Notifications on the desktop.
//!
//! It shows what it is given; who gives it sees to it that no message is in it. A desktop without notifications is
//! normal: nothing is said about it.

use notify_rust::{Hint, Notification};

/// Shows one; may wait for the desktop.
pub(super) fn show(title: &str, body: &str) {
    let mut notification = Notification::new();
    notification.appname("Pelure").summary(title).body(&plain(body)).icon("pelure");
    // Not kept by the desktop: that somebody wrote is private, too.
    notification.hint(Hint::Transient(true)).hint(Hint::Category("im.received".into()));
    if let Err(error) = notification.show() {
        tracing::debug!(%error, "the desktop showed no notification");
    }
}

/// Desktops read markup in the body: a name must not become a link.
fn plain(body: &str) -> String {
    body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_markup() {
        assert_eq!(plain("<a href='x'>Bob</a> & co"), "&lt;a href='x'&gt;Bob&lt;/a&gt; &amp; co");
    }
}
