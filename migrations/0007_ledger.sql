-- What was erased, as hashes alone: laid over every backup that is restored, so that it stays erased.
CREATE TABLE erasure (
  -- SHA-256 of table/id
  hash TEXT PRIMARY KEY,
  -- the table it stood in
  kind TEXT NOT NULL,
  -- 'gone', 'emptied' with its columns, or for a person how they left
  how TEXT NOT NULL,
  day BIGINT NOT NULL
);
