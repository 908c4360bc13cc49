//! What people put into a list and say to it: suggestions with a reason each, voices, and what the curator makes of
//! them.

use std::collections::HashSet;

use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::refusal::Refusal;
use base::room::Way;
use base::veil;
use base::{kept_as, ledger, row, vals};
use people::Member;

use super::sheet::Track;
use super::{Playlist, SUGGESTIONS_MAX, VOICES_SHOWN, index};
use crate::song::{self, Song};

/// A song that somebody suggested for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub id: String,
    pub song: String,
    pub artist: String,
    pub title: String,
    pub seconds: Option<i64>,
    pub note: String,
    pub person: Option<String>,
    pub by: Option<String>,
    pub reason: String,
    /// Its number in the list, once it is in.
    pub n: Option<i64>,
    pub why_not: String,
}
row!(Suggestion { id, song, artist, title, seconds, note, person, by, reason, n, why_not });

/// What became of a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggested {
    In,
    /// The song was here and was withdrawn; why. It stays off.
    Withdrawn(String),
}

kept_as! {
    /// What somebody says to a suggestion.
    pub enum Says {
        Yes = "yes",
        No = "no",
        /// With a line.
        Argued = "argued",
    }
}

/// What one member says to a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub suggestion: String,
    pub person: String,
    pub by: String,
    pub says: Says,
    pub line: String,
    /// How many say the same to it.
    pub many: i64,
}
row!(Voice { suggestion, person, by, says, line, many });

/// What the curator says to one suggestion: its number in the list, or why it is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub suggestion: String,
    pub n: Option<i64>,
    pub why_not: String,
}

impl Playlist {
    /// Where the songs that were suggested for it can be heard: a song and an address each.
    pub async fn links(ask: &impl Ask, id: &str) -> DbResult<Vec<(String, String)>> {
        let sql = "SELECT l.song, l.url FROM song_link l JOIN suggestion g ON g.song = l.song WHERE g.playlist = $1
                   ORDER BY l.song, l.n";
        ask.all(sql, vals![id]).await
    }

    /// Every suggestion: what is in by its number, then the others by when they came.
    pub async fn suggestions(ask: &impl Ask, id: &str) -> DbResult<Vec<Suggestion>> {
        let sql =
            "SELECT g.id, g.song, s.artist, s.title, s.seconds, s.note, g.person, p.name, g.reason, g.n, g.why_not
             FROM suggestion g JOIN song s ON s.id = g.song LEFT JOIN person p ON p.id = g.person
             WHERE g.playlist = $1 AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/songs/' || s.id)
             ORDER BY CASE WHEN g.n IS NULL THEN 1 ELSE 0 END, g.n, g.id";
        ask.all(sql, vals![id]).await
    }

    /// What members say, by suggestion, the oldest first: of those who say the same [`VOICES_SHOWN`], who gave a line
    /// before who gave none and the newer before the older, and the reader in any case.
    pub async fn voices(ask: &impl Ask, id: &str, reader: Option<&str>) -> DbResult<Vec<Voice>> {
        let sql = "SELECT o.suggestion, o.person, o.name, o.voice, o.line, o.many FROM (
                     SELECT v.suggestion, v.person, p.name, v.voice, v.line, v.at,
                       count(*) OVER (PARTITION BY v.suggestion, v.voice) AS many,
                       row_number() OVER (PARTITION BY v.suggestion, v.voice
                         ORDER BY CASE WHEN v.line = '' THEN 1 ELSE 0 END, v.at DESC, v.person) AS n
                     FROM voice v JOIN suggestion g ON g.id = v.suggestion JOIN person p ON p.id = v.person
                     WHERE g.playlist = $1
                   ) o WHERE o.n <= $2 OR o.person = $3 ORDER BY o.suggestion, o.at, o.person";
        ask.all(sql, vals![id, VOICES_SHOWN, reader]).await
    }

    /// Suggests a song with a reason. A song that is not on the shelf yet is put there with the list's feeling.
    pub async fn suggest(
        &self,
        member: &Member,
        artist: &str,
        title: &str,
        reason: &str,
    ) -> Result<Suggested, Refusal> {
        let tx = member.begin().await?;
        let track =
            Track { artist: artist.to_owned(), title: title.to_owned(), why: reason.to_owned(), ..Track::default() };
        // First, for a song's turn comes before that of a list it is in.
        let song = self.song_of(&tx, &member.house, &track, Some(&member.person.id)).await?;
        self.must_be_open(&tx, member, false).await?;
        let many: i64 = tx.one("SELECT count(*) FROM suggestion WHERE playlist = $1", vals![&self.id]).await?;
        if many >= SUGGESTIONS_MAX {
            return Err(Refusal::NotNow("playlist-full"));
        }
        if let Some(why) = veil::withdrawn(&tx, &Song::place_of(&song)).await? {
            return Ok(Suggested::Withdrawn(why));
        }
        if !self
            .put(&tx, &member.house.new_id(), &song, Some(&member.person.id), reason, None, member.house.now())
            .await?
        {
            return Err(Refusal::NotNow("playlist-has-it"));
        }
        index(&tx, &self.id).await?;
        tx.keep().await?;
        Ok(Suggested::In)
    }

    /// The song of a track: the one on the shelf, or a new one there.
    pub(super) async fn song_of(
        &self,
        tx: &Tx,
        house: &House,
        track: &Track,
        giver: Option<&str>,
    ) -> Result<String, Refusal> {
        if let Some(song) = Song::known_in_turn(tx, &track.artist, &track.title).await? {
            return Ok(song);
        }
        let draft = song::Draft {
            artist: track.artist.clone(),
            title: track.title.clone(),
            feeling: self.feeling.clone(),
            way: Way::Stay,
            why: if track.why.is_empty() {
                self.brief.chars().take(*song::WHY_CHARS.end()).collect()
            } else {
                track.why.clone()
            },
            seconds: track.seconds,
            links: track.link.clone().into_iter().collect(),
            ..song::Draft::default()
        };
        let id = house.new_id();
        Song::add(tx, &id, &draft, giver, house.now()).await?;
        Ok(id)
    }

    /// Writes a suggestion as it is given, unless the song is in the list: whether it did.
    #[expect(clippy::too_many_arguments, reason = "each is a column; the demo fills them all")]
    pub async fn put(
        &self,
        tx: &Tx,
        id: &str,
        song: &str,
        person: Option<&str>,
        reason: &str,
        n: Option<i64>,
        now: i64,
    ) -> DbResult<bool> {
        let sql = "INSERT INTO suggestion (id, playlist, song, person, reason, n, why_not, since)
                   VALUES ($1, $2, $3, $4, $5, $6, '', $7) ON CONFLICT DO NOTHING";
        Ok(tx.run(sql, vals![id, &self.id, song, person, reason, n, now]).await? == 1)
    }

    /// Begins a write that the list is open for; nobody decides it until that is done. Voices are heard until the
    /// decision, past the closing day.
    async fn begin_while_open(&self, member: &Member, past_the_day: bool) -> Result<Tx, Refusal> {
        let tx = member.begin().await?;
        self.must_be_open(&tx, member, past_the_day).await?;
        Ok(tx)
    }

    async fn must_be_open(&self, tx: &Tx, member: &Member, past_the_day: bool) -> Result<(), Refusal> {
        let now = member.house.now();
        tx.take_turn(self.place().as_str()).await?;
        Self::seen_by(tx, &member.reader(), &self.id).await?;
        let sql = "SELECT id FROM playlist WHERE id = $1 AND decided_at IS NULL AND (closes_at > $2 OR $3 = 1)";
        if tx.hold(sql, vals![&self.id, now, i64::from(past_the_day)]).await? == 1 {
            Ok(())
        } else {
            Err(Refusal::NotNow(if past_the_day { "playlist-decided" } else { "playlist-closed" }))
        }
    }

    /// Takes the person's own suggestion back while the call is open.
    pub async fn unsuggest(&self, member: &Member, suggestion: &str) -> Result<(), Refusal> {
        let tx = self.begin_while_open(member, false).await?;
        let gone = tx
            .run(
                "DELETE FROM suggestion WHERE id = $1 AND playlist = $2 AND person = $3",
                vals![suggestion, &self.id, &member.person.id],
            )
            .await?;
        if gone == 0 {
            return Err(Refusal::NotYours("playlist-not-your-suggestion"));
        }
        ledger::gone(&tx, "suggestion", suggestion, member.house.now()).await?;
        index(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    /// Says yes, no or argues; saying nothing takes it back. Open until the curator has decided.
    pub async fn say(&self, member: &Member, suggestion: &str, says: Option<Says>, line: &str) -> Result<(), Refusal> {
        let tx = self.begin_while_open(member, true).await?;
        if !tx.any("SELECT 1 FROM suggestion WHERE id = $1 AND playlist = $2", vals![suggestion, &self.id]).await? {
            return Err(Refusal::NotFound);
        }
        if let Some(says) = says {
            put_voice(&tx, suggestion, &member.person.id, says, line, member.house.now()).await?;
        } else {
            let gone: Option<String> = tx
                .first(
                    "DELETE FROM voice WHERE suggestion = $1 AND person = $2 RETURNING id",
                    vals![suggestion, &member.person.id],
                )
                .await?;
            if let Some(id) = gone {
                ledger::gone(&tx, "voice", &id, member.house.now()).await?;
            }
        }
        Ok(tx.keep().await?)
    }

    /// Says what is in, in which order, and why the rest is not; the call is closed with it. Nothing is decided, and
    /// `false` comes back, when somebody suggested another song meanwhile.
    pub async fn decide(&self, member: &Member, decisions: &[Decision]) -> Result<bool, Refusal> {
        self.must_be_curated_by(member)?;
        let (tx, now) = (member.begin_at(&self.place()).await?, member.house.now());
        let sql =
            "UPDATE playlist SET decided_at = $1, closes_at = CASE WHEN closes_at > $1 THEN $1 ELSE closes_at END,
             changed_at = $1 WHERE id = $2";
        tx.run(sql, vals![now, &self.id]).await?;
        let decided: HashSet<_> = decisions.iter().map(|decision| decision.suggestion.as_str()).collect();
        if Self::suggestions(&tx, &self.id).await?.iter().any(|one| !decided.contains(one.id.as_str())) {
            return Ok(false);
        }
        for decision in decisions {
            let sql = "UPDATE suggestion SET n = $1, why_not = $2 WHERE id = $3 AND playlist = $4";
            tx.run(sql, vals![decision.n, &decision.why_not, &decision.suggestion, &self.id]).await?;
        }
        index(&tx, &self.id).await?;
        tx.keep().await?;
        Ok(true)
    }
}

/// Whole minutes of these, and how many of them have no length.
#[must_use]
pub fn minutes<'a>(suggestions: impl Iterator<Item = &'a Suggestion>) -> (i64, usize) {
    let (seconds, unknown) = suggestions.fold((0, 0), |(seconds, unknown), one| {
        (seconds + one.seconds.unwrap_or(0), unknown + usize::from(one.seconds.is_none()))
    });
    ((seconds + 30) / 60, unknown)
}

/// Writes what somebody says to a suggestion, or writes it anew.
pub async fn put_voice(tx: &Tx, suggestion: &str, person: &str, says: Says, line: &str, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO voice (id, suggestion, person, voice, line, at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (suggestion, person) DO UPDATE
               SET voice = excluded.voice, line = excluded.line, at = excluded.at";
    tx.run(sql, vals![base::id::at(now), suggestion, person, says, line, now]).await.map(drop)
}
