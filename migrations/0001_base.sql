-- What every room stands on.
CREATE TABLE migration (
  number BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL
);

-- What the host has settled about this community, one line each (name, pack, how people join …).
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- What may be seen at a place when it is not simply open: 'folded', 'held' or 'withdrawn'.
CREATE TABLE veil (
  place TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  since BIGINT NOT NULL
);

-- What may be found: one line a place. n sorts by time (milliseconds << 20 | chance) and is the full-text row.
CREATE TABLE findable (
  n BIGINT PRIMARY KEY,
  place TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  preview TEXT NOT NULL,
  author TEXT,
  audience TEXT NOT NULL,
  marks TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX findable_kind ON findable (kind, n);
--sqlite:CREATE VIRTUAL TABLE findable_words USING fts5(words, marks, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
--postgres:CREATE TABLE findable_words (n BIGINT PRIMARY KEY REFERENCES findable (n) ON DELETE CASCADE, words TSVECTOR NOT NULL);
--postgres:CREATE INDEX findable_words_words ON findable_words USING GIN (words);

-- Files people gave: the row says what it is, the bytes lie in the data folder under their hash.
CREATE TABLE file (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  width BIGINT,
  height BIGINT,
  giver TEXT,
  audience TEXT NOT NULL,
  since BIGINT NOT NULL
);
CREATE INDEX file_hash ON file (hash);

-- Old addresses that lead somewhere here.
CREATE TABLE redirect (
  old TEXT PRIMARY KEY,
  place TEXT NOT NULL
);
