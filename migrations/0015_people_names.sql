-- The name somebody had before: how it is compared and how it looked, both hashed, so that nobody else takes it for a
-- while; and the name itself only until the index says the new one.
CREATE TABLE name_before (
  person TEXT PRIMARY KEY REFERENCES person (id),
  folded TEXT NOT NULL,
  looks TEXT NOT NULL,
  until BIGINT NOT NULL,
  name TEXT NOT NULL
);
CREATE INDEX name_before_folded ON name_before (folded);
CREATE INDEX name_before_looks ON name_before (looks);
