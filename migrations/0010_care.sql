-- What the keepers of the numbers found: laid over the pack's line of the same country and name.
CREATE TABLE helpline (
  -- country and name as the pack has them, with a stroke between
  line TEXT PRIMARY KEY,
  number TEXT NOT NULL,
  sent TEXT NOT NULL,
  url TEXT NOT NULL,
  how TEXT NOT NULL,
  hours TEXT NOT NULL,
  ages TEXT NOT NULL,
  -- when somebody here last rang it or read its own page; null: never
  checked_at BIGINT,
  -- when it was taken off the list because it answers no more
  gone_at BIGINT,
  changed_at BIGINT NOT NULL
);
