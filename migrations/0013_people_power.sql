-- How many things were shown to open a session: a password, a code or a link is one, digits beside it or a passkey make two.
ALTER TABLE session ADD COLUMN factors BIGINT NOT NULL DEFAULT 1;
-- The seat that a link was made from, with which it ends.
ALTER TABLE way_in ADD COLUMN seat TEXT REFERENCES seat (id) ON DELETE CASCADE;
CREATE INDEX way_in_seat ON way_in (seat);
-- Whose link somebody came in by: they do not second a seat of that person's. Gone when either of them leaves.
ALTER TABLE person ADD COLUMN let_in_by TEXT;
CREATE INDEX person_let_in_by ON person (let_in_by);
-- How the name looks that somebody asks for, as in person; empty once it is decided.
ALTER TABLE join_request ADD COLUMN looks TEXT NOT NULL DEFAULT '';
