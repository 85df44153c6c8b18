//! The table of limits in PROTOCOL.md says what `src/wire/limits.rs` says, and leaves nothing out.

use pelure::wire::limits::*;

macro_rules! limits {
    ($($name:ident),* $(,)?) => {
        &[$((stringify!($name), format!("{:?}", $name))),*]
    };
}

#[test]
fn the_protocol_quotes_every_limit() {
    let protocol = include_str!("../PROTOCOL.md");
    let source = include_str!("../src/wire/limits.rs");
    let limits: &[(&str, String)] = limits![
        CELL,
        HANDSHAKE,
        RECORD_CELLS,
        RECORD_BYTES,
        PORT,
        MESSAGE_BYTES,
        REQUEST_CHARS,
        REQUEST_BYTES,
        FRAME_BYTES,
        SEQUENCE,
        WINDOW_MESSAGES,
        WINDOW_BYTES,
        EPOCHS,
        MESSAGE_RATE,
        MESSAGE_BURST,
        UNREAD_BYTES,
        REQUESTS,
        REQUESTS_INVITED,
        HANDSHAKE_DEADLINE,
        HALF_OPEN,
        RENDEZVOUS,
        STRANGER_DELAY,
        TIE_WINDOW,
        PING_EVERY,
        PING_JITTER,
        PING_OVERDUE,
        ONLINE,
        RETRY_FIRST,
        RETRY_MOST,
        REQUEST_RETRY_FIRST,
        REQUEST_RETRY_MOST,
        RETRY_JITTER_PERCENT,
        NETWORK_BACK_SPREAD,
    ];
    for (name, value) in limits {
        let row = format!("| `{name}` | {value} |");
        assert!(protocol.contains(&row), "PROTOCOL.md lacks the row {row}");
    }
    for line in source.lines().filter_map(|line| line.strip_prefix("pub const ")) {
        let name = line.split(':').next().unwrap_or_default();
        assert!(limits.iter().any(|(known, _)| *known == name), "{name} is not compared with PROTOCOL.md");
    }
}
