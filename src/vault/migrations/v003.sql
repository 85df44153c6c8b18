-- Version 3: files; who is blocked, and who was only declined.

-- A file is a message whose text is its name, and this row. state: 'queued' is ours and waits for a place among the
-- offers; paused: by the person, or by `fault`. fault: a number of the wire, or one of ours above 255. path, mark: what of
-- ours is sent from where it lies; blob, blob_key: what is sealed here. top: hashes; have: the blocks that are here;
-- done: bytes of them, or what the other side says it has. removed: words, one a line.
CREATE TABLE transfer (
    message  INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    contact  INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    incoming INTEGER NOT NULL CHECK (incoming IN (0, 1)),
    kind     TEXT NOT NULL CHECK (kind IN ('file', 'folder', 'voice')),
    files    INTEGER CHECK ((files IS NULL) = (kind <> 'folder') AND files > 0),
    seconds  INTEGER CHECK ((seconds IS NULL) = (kind <> 'voice') AND seconds >= 0),
    size     INTEGER NOT NULL CHECK (size >= 0),
    root     BLOB NOT NULL CHECK (length(root) = 32),
    state    TEXT NOT NULL
             CHECK (state IN ('queued', 'offered', 'waiting', 'done', 'declined', 'cancelled', 'failed')),
    paused   INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    fault    INTEGER,
    path     BLOB,
    mark     BLOB CHECK ((mark IS NULL) = (path IS NULL)),
    blob     BLOB UNIQUE CHECK (length(blob) = 16),
    blob_key BLOB CHECK ((blob_key IS NULL) = (blob IS NULL) AND length(blob_key) = 32),
    top      BLOB,
    have     BLOB,
    done     INTEGER NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND size),
    removed  TEXT NOT NULL DEFAULT '',
    finished INTEGER
) STRICT;

CREATE INDEX transfer_of ON transfer (contact, message);
CREATE INDEX transfer_open ON transfer (contact, message) WHERE state IN ('queued', 'offered', 'waiting');

-- Sealed files whose keys are gone and which are still to be removed from the disk.
CREATE TABLE shred (
    blob BLOB PRIMARY KEY CHECK (length(blob) = 16)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER transfer_removed AFTER DELETE ON transfer WHEN old.blob IS NOT NULL BEGIN
    INSERT OR IGNORE INTO shred (blob) VALUES (old.blob);
END;

CREATE TRIGGER transfer_emptied AFTER UPDATE OF blob ON transfer WHEN old.blob IS NOT NULL AND new.blob IS NOT old.blob BEGIN
    INSERT OR IGNORE INTO shred (blob) VALUES (old.blob);
END;

-- What became of a transfer is owed as an edit is.
CREATE TABLE owed AS SELECT * FROM deed;
DROP TABLE deed;
CREATE TABLE deed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    contact    INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    seq        INTEGER NOT NULL CHECK (seq >= 1),
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    kind       TEXT NOT NULL CHECK (kind IN ('edit', 'delete', 'react', 'terms', 'fate', 'skip')),
    message    INTEGER,
    body       BLOB CHECK ((body IS NULL) = (kind = 'skip')),
    time       INTEGER NOT NULL,
    handed     INTEGER NOT NULL CHECK (handed IN (0, 1)),
    UNIQUE (contact, seq)
) STRICT;
INSERT INTO deed (id, contact, seq, message_id, kind, message, body, time, handed)
    SELECT id, contact, seq, message_id, kind, message, body, time, handed FROM owed;
DROP TABLE owed;

CREATE INDEX deed_about ON deed (message) WHERE message IS NOT NULL;

-- refused.text: the words that were declined, and no others; NULL is an address that is blocked whatever it says.
ALTER TABLE refused ADD COLUMN text TEXT;
