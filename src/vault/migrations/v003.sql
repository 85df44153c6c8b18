-- Version 3: who is blocked, and who was only declined.

-- text: the words that were declined, and no others; NULL is an address that is blocked whatever it says.
ALTER TABLE refused ADD COLUMN text TEXT;
