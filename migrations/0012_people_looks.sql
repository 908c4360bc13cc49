-- How a name looks: two names that the eye takes for one share it. Empty until somebody has looked (imports, restores); a
-- job does.
ALTER TABLE person ADD COLUMN looks TEXT NOT NULL DEFAULT '';
CREATE INDEX person_looks ON person (looks, id);
