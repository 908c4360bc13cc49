-- A playlist begins as a call: a brief, a feeling, a day on which it closes. Members suggest, each with a reason.
CREATE TABLE playlist (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  brief TEXT NOT NULL,
  feeling TEXT NOT NULL,
  -- what somebody may want to know before they press play
  caution TEXT NOT NULL,
  curator TEXT REFERENCES person (id) ON DELETE SET NULL,
  closes_at BIGINT NOT NULL,
  -- when the curator said what is in, and in which order
  decided_at BIGINT,
  since BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX playlist_curator ON playlist (curator);
CREATE INDEX playlist_feeling ON playlist (feeling, id);

CREATE TABLE suggestion (
  id TEXT PRIMARY KEY,
  playlist TEXT NOT NULL REFERENCES playlist (id) ON DELETE CASCADE,
  song TEXT NOT NULL REFERENCES song (id) ON DELETE CASCADE,
  person TEXT REFERENCES person (id) ON DELETE SET NULL,
  reason TEXT NOT NULL,
  -- its number in the list; null while it is open, and for what did not get in
  n BIGINT,
  -- why it did not get in (R11)
  why_not TEXT NOT NULL,
  since BIGINT NOT NULL,
  UNIQUE (playlist, song)
);
CREATE INDEX suggestion_song ON suggestion (song);
CREATE INDEX suggestion_person ON suggestion (person);

-- What members say to a suggestion: 'yes', 'no' or 'argued', the last with a line.
CREATE TABLE voice (
  suggestion TEXT NOT NULL REFERENCES suggestion (id) ON DELETE CASCADE,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  voice TEXT NOT NULL,
  line TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (suggestion, person)
);
CREATE INDEX voice_person ON voice (person);
