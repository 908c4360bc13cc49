-- Somebody who asks to join: two members say yes, or two say no. Gone a month after it was decided.
CREATE TABLE join_request (
  id TEXT PRIMARY KEY,
  -- hash of the link under which they see how it stands
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  age TEXT NOT NULL,
  why TEXT NOT NULL,
  password TEXT,
  since BIGINT NOT NULL,
  -- 'in' or 'no'
  decided TEXT,
  decided_at BIGINT
);

-- What one member said to a request, once.
CREATE TABLE join_word (
  request TEXT NOT NULL REFERENCES join_request (id) ON DELETE CASCADE,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  -- 'yes' or 'no'
  word TEXT NOT NULL,
  why TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (request, person)
);
CREATE INDEX join_word_person ON join_word (person);
