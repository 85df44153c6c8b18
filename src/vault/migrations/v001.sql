-- Version 1: identities, contacts, requests, messages and their search index.

-- The person's own identities. The seed is the secret of the onion service.
CREATE TABLE identity (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    seed    BLOB NOT NULL CHECK (length(seed) = 32),
    address BLOB NOT NULL UNIQUE CHECK (length(address) = 32),
    visible INTEGER NOT NULL DEFAULT 1 CHECK (visible IN (0, 1)),
    doors   TEXT NOT NULL DEFAULT 'open' CHECK (doors IN ('open', 'closed'))
) STRICT;

-- out_epoch, out_next, out_acked: our direction. unread, unread_bytes: counted as messages come, never by scanning.
CREATE TABLE contact (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    identity     INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
    address      BLOB NOT NULL CHECK (length(address) = 32),
    name         TEXT NOT NULL,
    accepted     INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    blocked      INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    verified     INTEGER NOT NULL DEFAULT 0 CHECK (verified IN (0, 1)),
    request_text TEXT NOT NULL,
    out_epoch    BLOB NOT NULL CHECK (length(out_epoch) = 8),
    out_next     INTEGER NOT NULL DEFAULT 1 CHECK (out_next >= 1),
    out_acked    INTEGER NOT NULL DEFAULT 0 CHECK (out_acked BETWEEN 0 AND out_next - 1),
    unread       INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0),
    unread_bytes INTEGER NOT NULL DEFAULT 0 CHECK (unread_bytes >= 0),
    restored     INTEGER NOT NULL DEFAULT 0 CHECK (restored IN (0, 1)),
    created      INTEGER NOT NULL,
    UNIQUE (identity, address)
) STRICT;

-- The highest number received in each epoch of a contact.
CREATE TABLE mark (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    contact INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    epoch   BLOB NOT NULL CHECK (length(epoch) = 8),
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    UNIQUE (contact, epoch)
) STRICT;

-- Who asks to be a contact.
CREATE TABLE request (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    identity INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
    address  BLOB NOT NULL CHECK (length(address) = 32),
    text     TEXT NOT NULL,
    received INTEGER NOT NULL,
    UNIQUE (identity, address)
) STRICT;

-- Who was declined.
CREATE TABLE refused (
    identity INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
    address  BLOB NOT NULL CHECK (length(address) = 32),
    PRIMARY KEY (identity, address)
) STRICT, WITHOUT ROWID;

-- seq: the number in the contact's out_epoch while the message is not yet acknowledged, else NULL.
CREATE TABLE message (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    contact    INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    state      TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'recalled', 'received')),
    seq        INTEGER CHECK (seq >= 1),
    handed     INTEGER NOT NULL DEFAULT 0 CHECK (handed IN (0, 1)),
    time       INTEGER NOT NULL,
    text       TEXT NOT NULL
) STRICT;

CREATE INDEX message_page ON message (contact, id);
CREATE UNIQUE INDEX message_once ON message (contact, message_id, state = 'received');
CREATE UNIQUE INDEX message_owed ON message (contact, seq) WHERE seq IS NOT NULL;

-- Search by any three characters of the folded text. `shelf` writes the contact as one trigram of private characters
-- (12 bits each), so that a search within one contact reads little of the rest.
CREATE VIEW shelved AS
    SELECT id, fold(text) AS text,
        char(57344 + ((contact >> 24) & 4095), 57344 + ((contact >> 12) & 4095), 57344 + (contact & 4095)) AS shelf
    FROM message;

-- The index knows only which messages hold a trigram, not where: it is a third of the size, and the text is at hand.
CREATE VIRTUAL TABLE search USING fts5 (
    text, shelf, content = 'shelved', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', detail = none
);
-- What is deleted leaves the index at once, not at some later merge.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
-- A page of the index fits one page of SQLCipher (4096 bytes less 80 reserved, less 35 of SQLite) without overflow.
INSERT INTO search (search, rank) VALUES ('pgsz', 3960);

-- Messages up to this id are in the index. The rest waits, so that a flood costs only what durability costs.
CREATE TABLE searchable (
    upto INTEGER NOT NULL
) STRICT;
INSERT INTO searchable (upto) VALUES (0);

CREATE TRIGGER message_removed BEFORE DELETE ON message WHEN old.id <= (SELECT upto FROM searchable) BEGIN
    INSERT INTO search (search, rowid, text, shelf) SELECT 'delete', id, text, shelf FROM shelved WHERE id = old.id;
END;

-- What the road (Tor) remembers; in no backup.
CREATE TABLE road (
    name  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Keys of sealed files; in no backup.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
