-- Who said that a song meets a feeling: whoever corrects what they said replaces it, and nobody else's. Null: an import, or
-- a name that was taken off.
ALTER TABLE song_feeling ADD COLUMN person TEXT REFERENCES person (id) ON DELETE SET NULL;
UPDATE song_feeling SET person = (SELECT s.giver FROM song s WHERE s.id = song_feeling.song)
  WHERE NOT EXISTS (SELECT 1 FROM song_feeling o WHERE o.song = song_feeling.song AND o.feeling <> song_feeling.feeling);
CREATE INDEX song_feeling_person ON song_feeling (person) WHERE person IS NOT NULL;

-- What is taken back is written into the erasure ledger by its id, so that saying it again later is another thing.
ALTER TABLE voice ADD COLUMN id TEXT NOT NULL DEFAULT '';
UPDATE voice SET id = suggestion || '.' || person;
CREATE UNIQUE INDEX voice_id ON voice (id);
ALTER TABLE remark_word ADD COLUMN id TEXT NOT NULL DEFAULT '';
UPDATE remark_word SET id = remark || '.' || person || '.' || word;
CREATE UNIQUE INDEX remark_word_id ON remark_word (id);
