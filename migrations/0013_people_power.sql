-- How many things were shown to open a session: a password, a code or a link is one, digits beside it or a passkey make two.
ALTER TABLE session ADD COLUMN factors BIGINT NOT NULL DEFAULT 1;
-- How the name looks that somebody asks for, as in person; empty once it is decided.
ALTER TABLE join_request ADD COLUMN looks TEXT NOT NULL DEFAULT '';
