-- What an import took, by the key it had where it came from: bringing it again then changes nothing, and what was edited or
-- erased here since stays so.
CREATE TABLE brought (
  key TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  -- key of what it hung on there, for the pictures of a gallery
  under TEXT,
  at BIGINT NOT NULL
);
CREATE INDEX brought_under ON brought (under, key);
