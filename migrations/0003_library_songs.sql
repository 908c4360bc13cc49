-- A song: no lyrics, no sound; artist, title, a feeling and a line on why (R9).
CREATE TABLE song (
  id TEXT PRIMARY KEY,
  artist TEXT NOT NULL,
  title TEXT NOT NULL,
  -- artist and title as they are compared: no case, accents, punctuation or guests
  folded TEXT NOT NULL UNIQUE,
  why TEXT NOT NULL,
  -- what somebody may want to know before they press play
  note TEXT NOT NULL,
  genre TEXT NOT NULL,
  seconds BIGINT,
  -- null: no name, or the name was taken off
  giver TEXT REFERENCES person (id) ON DELETE SET NULL,
  since BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX song_giver ON song (giver);
CREATE INDEX song_genre ON song (genre, id);

-- What it is for, and which way it goes from there: 'stay', 'move' or 'land'.
CREATE TABLE song_feeling (
  song TEXT NOT NULL REFERENCES song (id) ON DELETE CASCADE,
  feeling TEXT NOT NULL,
  way TEXT NOT NULL,
  PRIMARY KEY (song, feeling)
);
CREATE INDEX song_feeling_way ON song_feeling (feeling, way, song);

-- Where it can be heard; nothing is loaded from there before somebody follows the link.
CREATE TABLE song_link (
  song TEXT NOT NULL REFERENCES song (id) ON DELETE CASCADE,
  n BIGINT NOT NULL,
  url TEXT NOT NULL,
  PRIMARY KEY (song, n)
);

-- "It helped me": once a person and thing, with a feeling and a line. Never counted in public.
CREATE TABLE helped (
  id TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  person TEXT REFERENCES person (id) ON DELETE CASCADE,
  feeling TEXT NOT NULL,
  line TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (place, person)
);
CREATE INDEX helped_person ON helped (person);
