-- How far the talk at a place has come: one line a place, so that a remark gets its number and a page its length in one step.
CREATE TABLE thread (
  place TEXT PRIMARY KEY,
  -- the number of the last remark, and how many stand
  last_n BIGINT NOT NULL,
  standing BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

-- A remark: something a person says under any place. It is rendered when it is written.
CREATE TABLE remark (
  id TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  -- its number at the place, from 1; a page is a run of numbers
  n BIGINT NOT NULL,
  -- null: an import's writer without an account, a name taken off, or words taken back
  author TEXT REFERENCES person (id) ON DELETE SET NULL,
  -- the name an import brought with it
  name TEXT NOT NULL,
  -- a hat, in their own words (R3)
  speaking_as TEXT NOT NULL,
  answers TEXT REFERENCES remark (id) ON DELETE SET NULL,
  -- words of what it answers, plain
  quoted TEXT NOT NULL,
  words TEXT NOT NULL,
  html TEXT NOT NULL,
  -- of the renderer
  version BIGINT NOT NULL,
  -- what others said to it in the pack's words: 'me-too 2,horns 1'
  tallies TEXT NOT NULL,
  since BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  -- when its words were taken back; the line stays so that answers make sense
  gone_at BIGINT,
  UNIQUE (place, n)
);
CREATE INDEX remark_author ON remark (author) WHERE author IS NOT NULL;
CREATE INDEX remark_answers ON remark (answers) WHERE answers IS NOT NULL;

-- What a remark said before it was changed.
CREATE TABLE remark_edit (
  id TEXT PRIMARY KEY,
  remark TEXT NOT NULL REFERENCES remark (id) ON DELETE CASCADE,
  words TEXT NOT NULL,
  -- until when it said that
  until BIGINT NOT NULL
);
CREATE INDEX remark_edit_remark ON remark_edit (remark, id);

-- One of the pack's words, said by one person to one remark.
CREATE TABLE remark_word (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  remark TEXT NOT NULL REFERENCES remark (id) ON DELETE CASCADE,
  word TEXT NOT NULL,
  PRIMARY KEY (person, remark, word)
);
CREATE INDEX remark_word_remark ON remark_word (remark, word);

-- What somebody wrote and has not sent: one a person and place. The place of an answer is the remark it answers.
CREATE TABLE draft (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  place TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (person, place)
);
