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
-- A passkey: the public half of a key that never leaves the person's device.
CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  -- what the device calls it, base64url
  credential TEXT NOT NULL UNIQUE,
  -- how the browser reaches it, as bits
  transports BIGINT NOT NULL,
  -- the public key, and the counter and flags that change with use
  fixed BYTEA NOT NULL,
  moving BYTEA NOT NULL,
  -- what the person calls it
  name TEXT NOT NULL,
  since BIGINT NOT NULL
);
CREATE INDEX passkey_person ON passkey (person);

-- A question put to a passkey and not answered yet.
CREATE TABLE ceremony (
  hash TEXT PRIMARY KEY,
  -- null: whoever answers says who they are
  person TEXT REFERENCES person (id) ON DELETE CASCADE,
  state BYTEA NOT NULL,
  until BIGINT NOT NULL
);
CREATE INDEX ceremony_person ON ceremony (person);

-- What somebody says about themselves, a line of each kind, each with who may see it. Hats ('hat-1' …) are free text and
-- grant nothing: no statement that decides what somebody may do reads this table (R3).
CREATE TABLE profile_line (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  words TEXT NOT NULL,
  -- 'only', 'members' or 'everyone'
  audience TEXT NOT NULL,
  PRIMARY KEY (person, kind)
);
