-- Version 2: replies, edits, deletions, reactions, messages that disappear, receipts, drafts.

-- expires_in, terms_version: the agreed timer in seconds (NULL: off) and how often it was changed. newest, newest_id: the
-- last message of theirs that came; read_upto, read_id: the last one that was displayed. They outlive its row.
-- seen_upto: our last message that they displayed.
ALTER TABLE contact ADD COLUMN expires_in INTEGER CHECK (expires_in > 0);
ALTER TABLE contact ADD COLUMN terms_version INTEGER NOT NULL DEFAULT 0 CHECK (terms_version BETWEEN 0 AND 4294967295);
ALTER TABLE contact ADD COLUMN receipts_mine INTEGER NOT NULL DEFAULT 0 CHECK (receipts_mine IN (0, 1));
ALTER TABLE contact ADD COLUMN receipts_theirs INTEGER NOT NULL DEFAULT 0 CHECK (receipts_theirs IN (0, 1));
ALTER TABLE contact ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN newest_id BLOB CHECK (length(newest_id) = 16);
ALTER TABLE contact ADD COLUMN read_upto INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN read_id BLOB CHECK (length(read_id) = 16);
ALTER TABLE contact ADD COLUMN seen_upto INTEGER NOT NULL DEFAULT 0;

UPDATE contact SET newest = coalesce((SELECT max(id) FROM message WHERE contact = contact.id AND state = 'received'), 0);
UPDATE contact SET newest_id = (SELECT message_id FROM message WHERE id = newest);
UPDATE contact SET read_upto = newest, read_id = newest_id WHERE unread = 0;

-- reply_to, reply_mine: the name of the quoted message, and whether we wrote that. expires_in: seconds; expires_at: unix
-- milliseconds, NULL until its time runs. deleted: an empty marker stays. reacted_mine, reacted_theirs: one emoji a side.
ALTER TABLE message ADD COLUMN reply_to BLOB CHECK (length(reply_to) = 16);
ALTER TABLE message ADD COLUMN reply_mine INTEGER CHECK (reply_mine IN (0, 1));
ALTER TABLE message ADD COLUMN expires_in INTEGER CHECK (expires_in > 0);
ALTER TABLE message ADD COLUMN expires_at INTEGER;
ALTER TABLE message ADD COLUMN edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1));
ALTER TABLE message ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1));
ALTER TABLE message ADD COLUMN reacted_mine TEXT;
ALTER TABLE message ADD COLUMN reacted_theirs TEXT;

-- Whose time runs, and whose time waits for display or delivery. Both hold such messages only.
CREATE INDEX message_expiring ON message (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX message_waiting ON message (contact) WHERE expires_in IS NOT NULL AND expires_at IS NULL;

-- What a message said before; time: when that was replaced.
CREATE TABLE revision (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    text    TEXT NOT NULL,
    time    INTEGER NOT NULL
) STRICT;

CREATE INDEX revision_of ON revision (message, id);

-- What we owe that is no text, numbered together with the texts. message: the row it is about (which may be gone);
-- body: as on the wire, NULL is a skip.
CREATE TABLE deed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    contact    INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    seq        INTEGER NOT NULL CHECK (seq >= 1),
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    kind       TEXT NOT NULL CHECK (kind IN ('edit', 'delete', 'react', 'terms', 'skip')),
    message    INTEGER,
    body       BLOB CHECK ((body IS NULL) = (kind = 'skip')),
    time       INTEGER NOT NULL,
    handed     INTEGER NOT NULL CHECK (handed IN (0, 1)),
    UNIQUE (contact, seq)
) STRICT;

CREATE INDEX deed_about ON deed (message) WHERE message IS NOT NULL;

-- Messages whose row is gone: their names are never shown again, and message (the row) still tells their place.
CREATE TABLE past (
    contact    INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    received   INTEGER NOT NULL CHECK (received IN (0, 1)),
    message    INTEGER NOT NULL,
    PRIMARY KEY (contact, message_id, received)
) STRICT, WITHOUT ROWID;

-- What was typed and not sent.
CREATE TABLE draft (
    contact INTEGER PRIMARY KEY REFERENCES contact ON DELETE CASCADE,
    text    TEXT NOT NULL
) STRICT;

-- The search index follows the text.
CREATE TRIGGER message_rewritten BEFORE UPDATE OF text ON message WHEN old.id <= (SELECT upto FROM searchable) BEGIN
    INSERT INTO search (search, rowid, text, shelf) SELECT 'delete', id, text, shelf FROM shelved WHERE id = old.id;
END;

CREATE TRIGGER message_written AFTER UPDATE OF text ON message WHEN old.id <= (SELECT upto FROM searchable) BEGIN
    INSERT INTO search (rowid, text, shelf) SELECT id, text, shelf FROM shelved WHERE id = old.id;
END;
