-- One kind of account (R1): nothing here says what somebody is.
CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- the name as it is compared: NFKC, no case, no accents, no spaces
  folded TEXT NOT NULL UNIQUE,
  -- '16-17' or '18', as the person said, and when
  age TEXT NOT NULL,
  age_said_at BIGINT NOT NULL,
  joined_at BIGINT NOT NULL,
  -- seed of the drawn face; they can reshuffle it
  face TEXT NOT NULL,
  -- when they last changed what they say about themselves: a change made from an older copy is refused
  profile_at BIGINT NOT NULL DEFAULT 0,
  -- null: there is no password
  password TEXT,
  -- secret of six-digit codes, since when they are asked for, and the last step taken, so that none is taken twice
  totp TEXT,
  totp_since BIGINT,
  totp_step BIGINT NOT NULL DEFAULT 0,
  -- the key that an import brought this name under
  brought TEXT UNIQUE,
  -- when somebody claimed it: until then nobody can sign in with it
  claimed_at BIGINT,
  -- when they asked to leave, how, and when it was done
  leaving_at BIGINT,
  leaving_how TEXT,
  left_at BIGINT
);

CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  since BIGINT NOT NULL,
  -- rounded down to the day: enough to tidy up by
  seen_day BIGINT NOT NULL,
  -- until when a way in may be changed without signing in again
  fresh_until BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person);

-- Links that work once: demo sign-in, claiming an imported name, invitations, the step before a second factor.
CREATE TABLE way_in (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  person TEXT REFERENCES person (id) ON DELETE CASCADE,
  -- the member who made it
  giver TEXT REFERENCES person (id) ON DELETE CASCADE,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL
);
CREATE INDEX way_in_giver ON way_in (giver);
CREATE INDEX way_in_person ON way_in (person);

-- Codes on paper, each good once; only their hashes are here.
CREATE TABLE recovery_code (
  hash TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  since BIGINT NOT NULL
);
CREATE INDEX recovery_code_person ON recovery_code (person);

-- Duties are data of the pack; a seat is one of them held by a person for a term (R2).
CREATE TABLE seat (
  id TEXT PRIMARY KEY,
  duty TEXT NOT NULL,
  person TEXT REFERENCES person (id) ON DELETE SET NULL,
  -- 'founding', 'invitation', 'open call', 'draw' or 'emergency'
  filled TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  -- when it ended before its term was over; how: 'handed back', 'ended' by whoever fills seats, or 'left'; and why
  ended_at BIGINT,
  ended_how TEXT,
  ended_why TEXT
);
CREATE INDEX seat_person ON seat (person, until);
CREATE INDEX seat_duty ON seat (duty, until);

-- A seat that somebody was asked to take: it begins when they say yes, and not before.
CREATE TABLE seat_offer (
  id TEXT PRIMARY KEY,
  duty TEXT NOT NULL,
  person TEXT REFERENCES person (id) ON DELETE CASCADE,
  -- 'invitation', 'open call' or 'draw'
  filled TEXT NOT NULL,
  term_days BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- open until then
  until BIGINT NOT NULL,
  -- 'yes' or 'no', and the seat that a yes began
  answer TEXT,
  answered_at BIGINT,
  seat TEXT REFERENCES seat (id)
);
CREATE INDEX seat_offer_person ON seat_offer (person, answer);
CREATE INDEX seat_offer_duty ON seat_offer (duty, answer);

-- A member who holds no seat says that a founding seat may go on past the end it has: the second one renews it.
CREATE TABLE seconding (
  seat TEXT NOT NULL REFERENCES seat (id) ON DELETE CASCADE,
  until BIGINT NOT NULL,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (seat, until, person)
);
CREATE INDEX seconding_person ON seconding (person);

-- Every use of power leaves one row (R4). Never edited, only added to.
CREATE TABLE act (
  id TEXT PRIMARY KEY,
  -- null: the host at the console, or members together
  seat TEXT REFERENCES seat (id),
  -- the seat's duty; 'host', or 'members'
  duty TEXT NOT NULL,
  person TEXT,
  -- key of the sentence that says what was done
  what TEXT NOT NULL,
  place TEXT,
  -- the person it affects, who is told
  whom TEXT,
  why TEXT NOT NULL,
  -- the rule it was done under: the capability of the duty that allows it
  rule TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX act_whom ON act (whom, id);
CREATE INDEX act_person ON act (person);
CREATE INDEX act_place ON act (place, id);
CREATE INDEX act_at ON act (at);

-- The words of a person that an act quotes, in one row that erasure can empty.
CREATE TABLE act_words (
  act TEXT PRIMARY KEY REFERENCES act (id),
  whose TEXT,
  words TEXT NOT NULL,
  emptied_at BIGINT
);
CREATE INDEX act_words_whose ON act_words (whose);

-- Somebody is told of an act that affects them, until they have seen it.
CREATE TABLE notice (
  act TEXT NOT NULL REFERENCES act (id),
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  seen_at BIGINT,
  PRIMARY KEY (person, act)
);

-- The person whom an act affects asks for a second look; somebody in another seat answers, and the answer is an act.
CREATE TABLE second_look (
  act TEXT PRIMARY KEY REFERENCES act (id),
  person TEXT REFERENCES person (id) ON DELETE SET NULL,
  words TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  -- 'stands' or 'wrong', and the act that says so
  answer TEXT,
  answered_at BIGINT,
  answered_in TEXT REFERENCES act (id)
);
CREATE INDEX second_look_person ON second_look (person);
CREATE INDEX second_look_open ON second_look (answer, asked_at);
