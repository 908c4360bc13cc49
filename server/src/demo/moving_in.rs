//! Moving in: the demo's content becomes rows, through the same verbs that people's own hands use, at the times it
//! says.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use base::backup::Progress;
use base::clock::{DAY_MS, MINUTE_MS};
use base::db::Tx;
use base::house::House;
use base::place::Place;
use base::room::Way;
use base::veil::{self, Veil};
use base::{id, vals};
use library::article::{self, Article, Kind};
use library::helped::Helped;
use library::playlist::{self, Playlist, Says};
use library::song::{self, Draft, Song};
use people::Person;
use people::person::Joining;
use people::power::{Capability, SeatOffer};
use people::profile;
use talk::remark::{Remark, Saying};

use super::content::{Call, CastMember, Demo, Done, DoneAct, GivenSong, HeldSeat, Said, Suggested, Written};

/// How long an offer of a seat waited for its answer.
const OFFER_DAYS: i64 = 14;

/// Fills a house from the demo that a pack brings, in one write.
pub async fn fill(house: &House, tx: &Tx, pack: &str, progress: Progress<'_>) -> Result<()> {
    let demo = Demo::load(pack)?;
    let mut moving = Moving {
        tx,
        now: house.now(),
        people: HashMap::new(),
        places: HashMap::new(),
        seats: HashMap::new(),
        progress,
    };
    for (done, person) in demo.people.iter().enumerate() {
        moving.at("people", done, demo.people.len());
        moving.person(person).await?;
    }
    for seat in &demo.seats {
        moving.seat(seat).await?;
    }
    for (done, song) in demo.songs.iter().enumerate() {
        moving.at("songs", done, demo.songs.len());
        moving.song(song).await?;
    }
    for helped in &demo.helped {
        let place = moving.place("songs", &helped.song)?;
        Helped::put(
            tx,
            &place,
            moving.who(&helped.person)?,
            &helped.feeling,
            &helped.line,
            moving.ago(helped.minutes_ago),
        )
        .await?;
    }
    for call in &demo.playlists {
        moving.call(call, &demo).await?;
    }
    for written in &demo.articles {
        moving.article(written, pack).await?;
    }
    let mut said: Vec<_> = demo.comments.iter().collect();
    said.sort_by_key(|said| std::cmp::Reverse(said.minutes_ago));
    for said in said {
        moving.comment(said).await?;
    }
    for act in &demo.acts {
        moving.act(act, &demo).await?;
    }
    Ok(())
}

/// What has moved in so far: the demo's own ids and what they became.
struct Moving<'a> {
    tx: &'a Tx,
    now: i64,
    people: HashMap<String, String>,
    places: HashMap<(&'static str, String), Place>,
    /// The first seat of each duty and person.
    seats: HashMap<(String, String), String>,
    progress: Progress<'a>,
}

impl Moving<'_> {
    fn at(&self, what: &str, done: usize, of: usize) {
        (self.progress)(base::backup::Stage { what, done: done as u64, of: of as u64 });
    }

    fn ago(&self, minutes: i64) -> i64 {
        self.now - minutes * MINUTE_MS
    }

    fn who(&self, person: &str) -> Result<&str> {
        self.people.get(person).map(String::as_str).with_context(|| format!("the demo has no {person}"))
    }

    fn place(&self, kind: &'static str, id: &str) -> Result<Place> {
        self.places.get(&(kind, id.to_owned())).cloned().with_context(|| format!("the demo has no {kind}/{id}"))
    }

    async fn person(&mut self, of: &CastMember) -> Result<()> {
        let joining = Joining { name: &of.name, age: &of.age, password: None };
        let person = Person::join(self.tx, &joining, self.ago(of.joined_minutes_ago)).await?;
        if let Some(minutes) = of.left_minutes_ago {
            self.tx.run("UPDATE person SET left_at = $2 WHERE id = $1", vals![&person.id, self.ago(minutes)]).await?;
        }
        let hats = profile::HATS.into_iter().zip(&of.hats).map(|(kind, hat)| (kind, hat.as_str()));
        let lines = [("about", of.line.as_str()), ("pronouns", of.pronouns.as_deref().unwrap_or_default())];
        for (kind, words) in
            lines.into_iter().chain(hats).filter(|(_, words)| !words.is_empty() && of.left_minutes_ago.is_none())
        {
            self.tx
                .run(
                    "INSERT INTO profile_line (person, kind, words, audience) VALUES ($1, $2, $3, 'members')",
                    vals![&person.id, kind, words],
                )
                .await?;
        }
        self.people.insert(of.id.clone(), person.id);
        Ok(())
    }

    async fn seat(&mut self, seat: &HeldSeat) -> Result<()> {
        let since = self.ago(seat.since_minutes_ago);
        let ended_at = seat.ended_minutes_ago.map(|minutes| self.ago(minutes));
        let sql = "INSERT INTO seat (id, duty, person, filled, since, until, ended_at, ended_how, ended_why)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let until = since + seat.term_days * DAY_MS;
        let id = id::at(since);
        let ended_how = ended_at.map(|_| "handed back");
        self.tx
            .run(
                sql,
                vals![
                    &id,
                    &seat.duty,
                    self.who(&seat.person)?,
                    &seat.filled,
                    since,
                    until,
                    ended_at,
                    ended_how,
                    seat.ended_why.clone()
                ],
            )
            .await?;
        self.seats.entry((seat.duty.clone(), seat.person.clone())).or_insert(id);
        Ok(())
    }

    async fn song(&mut self, given: &GivenSong) -> Result<()> {
        let at = self.ago(given.minutes_ago);
        let way = Way::read(&given.way).with_context(|| format!("there is no way {}", given.way))?;
        let draft = Draft {
            artist: given.artist.clone(),
            title: given.title.clone(),
            feeling: given.feelings.first().cloned().unwrap_or_default(),
            way,
            why: given.why.clone(),
            note: given.notes.join(", "),
            genre: given.genres.first().cloned().unwrap_or_default(),
            seconds: given.seconds(),
            links: given.hear_it_at().into_iter().map(|(_, link)| link).collect(),
        };
        let song = id::at(at);
        Song::add(self.tx, &song, &draft, Some(self.who(&given.giver)?), at).await?;
        for feeling in given.feelings.iter().skip(1) {
            song::say_feeling(self.tx, &song, None, feeling, way).await?;
        }
        self.places.insert(("songs", given.id.clone()), Song::place_of(&song));
        Ok(())
    }

    async fn call(&mut self, call: &Call, demo: &Demo) -> Result<()> {
        let (opened, closes) = (self.ago(call.opened_minutes_ago), self.now + call.closes_in_days * DAY_MS);
        let draft = playlist::Draft {
            title: call.title.clone(),
            brief: call.brief.clone(),
            feeling: call.feeling.clone(),
            caution: call.caution.clone(),
            days: None,
        };
        let id = id::at(opened);
        Playlist::add(self.tx, &id, &draft, Some(self.who(&call.curator)?), opened, closes).await?;
        for one in demo.suggestions.iter().filter(|one| one.playlist == call.id) {
            self.suggestion(&id, one).await?;
        }
        if !demo.in_order(&call.id).is_empty() {
            self.tx.run("UPDATE playlist SET decided_at = closes_at WHERE id = $1", vals![&id]).await?;
        }
        playlist::index(self.tx, &id).await?;
        self.places.insert(("playlists", call.id.clone()), Playlist::place_of(&id));
        Ok(())
    }

    async fn suggestion(&self, list: &str, one: &Suggested) -> Result<()> {
        let at = self.ago(one.minutes_ago);
        let (id, song) = (id::at(at), self.place("songs", &one.song)?);
        let song = song.id_of("songs").context("a song's place")?.to_owned();
        let sql = "INSERT INTO suggestion (id, playlist, song, person, reason, n, why_not, since)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.tx.run(sql, vals![&id, list, song, self.who(&one.by)?, &one.reason, one.place, &one.why_not, at]).await?;
        for (says, people) in [(Says::Yes, &one.yes), (Says::No, &one.no)] {
            for person in people {
                playlist::put_voice(self.tx, &id, self.who(person)?, says, "", at).await?;
            }
        }
        for argued in &one.argued {
            playlist::put_voice(self.tx, &id, self.who(&argued.by)?, Says::Argued, &argued.line, at).await?;
        }
        Ok(())
    }

    async fn article(&mut self, written: &Written, pack: &str) -> Result<()> {
        let at = self.ago(written.minutes_ago);
        let place_of =
            |song: &str| self.places.get(&("songs", song.to_owned())).map_or_else(String::new, ToString::to_string);
        let (categories, tags) = (written.categories.clone(), written.tags.clone());
        let words = written.markdown(pack, place_of)?;
        let draft = article::Draft {
            title: written.title.clone(),
            summary: written.summary.clone(),
            words,
            lang: "en".into(),
            categories,
            tags,
            is_closed: false,
        };
        let place =
            Article::add(self.tx, Kind::Article, &written.slug, &draft, Some(self.who(&written.author)?), at, Some(at))
                .await?;
        self.places.insert(("articles", written.slug.clone()), place);
        Ok(())
    }

    async fn comment(&mut self, said: &Said) -> Result<()> {
        let (kind, id) = said.on.split_once('/').context("a comment stands on something")?;
        let kind = if kind == "songs" { "songs" } else { "articles" };
        let (under, answers) = (
            self.place(kind, id)?,
            said.quote.as_ref().map(|quote| self.place("comments", &quote.comment)).transpose()?,
        );
        let saying = Saying {
            words: said.text.clone(),
            speaking_as: said.speaking_as.clone().unwrap_or_default(),
            answers: answers.as_ref().and_then(|place| place.id_of("remarks")).map(str::to_owned),
            quoted: said.quote.as_ref().map(|quote| quote.words.clone()).unwrap_or_default(),
            ..Saying::default()
        };
        let mut words = Vec::new();
        for reaction in &said.reactions {
            for person in &reaction.by {
                words.push((reaction.id.as_str(), self.who(person)?));
            }
        }
        let remark =
            Remark::put(self.tx, &under, self.who(&said.by)?, &saying, &words, self.ago(said.minutes_ago)).await?;
        self.places.insert(("comments", said.id.clone()), Remark::place_of(&remark));
        Ok(())
    }

    /// One use of power, with what it did.
    async fn act(&self, act: &DoneAct, demo: &Demo) -> Result<()> {
        let at = self.ago(act.minutes_ago);
        let by = self.who(&act.by)?;
        let seat = self
            .seats
            .get(&(act.duty.clone(), act.by.clone()))
            .with_context(|| format!("{} holds no {}", act.by, act.duty))?;
        let (kind, on) = act.on.split_once('/').context("an act is done on something")?;
        let place = match act.what {
            Done::SongMerged => self.place("songs", on)?,
            Done::CommentFolded => self.fold(&self.place("comments", on)?, &act.why, at).await?,
            Done::PageChanged => self.change_page(&Place::of(kind, on), act, at).await?,
            Done::SeatOffered => self.offer(on, act, demo).await?,
        };
        let (what, rule) = said(act.what);
        let (act_id, whom) = (id::at(at), act.whom.as_deref().map(|whom| self.who(whom)).transpose()?);
        let sql = "INSERT INTO act (id, seat, duty, person, what, place, whom, why, rule, at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        self.tx.run(sql, vals![&act_id, seat, &act.duty, by, what, place, whom, &act.why, rule.id(), at]).await?;
        if let Some(words) = &act.words {
            self.tx
                .run("INSERT INTO act_words (act, whose, words) VALUES ($1, $2, $3)", vals![&act_id, whom, words])
                .await?;
        }
        Ok(())
    }

    async fn fold(&self, remark: &Place, why: &str, at: i64) -> Result<Place> {
        veil::lay(self.tx, remark, Veil::Folded, why, at).await?;
        Ok(remark.clone())
    }

    /// Leaves the page as the pack brings it, and in its history what it said before.
    async fn change_page(&self, page: &Place, act: &DoneAct, at: i64) -> Result<Place> {
        let slug = page.id_of("pages").context("a page's place")?;
        let known =
            Article::find(self.tx, Kind::Page, slug).await?.with_context(|| format!("there is no page {slug}"))?;
        let (before, instead) =
            act.before.as_deref().zip(act.instead.as_deref()).context("a page said something else before")?;
        let sql =
            "INSERT INTO article_edit (id, article, title, summary, words, until) VALUES ($1, $2, $3, $4, $5, $6)";
        self.tx
            .run(
                sql,
                vals![id::at(at), &known.id, &known.title, &known.summary, known.words.replace(instead, before), at],
            )
            .await?;
        self.tx.run("UPDATE article SET changed_at = $1 WHERE id = $2", vals![at, &known.id]).await?;
        Ok(page.clone())
    }

    /// Somebody was asked to take a seat, and took it: the one of theirs in this duty.
    async fn offer(&self, duty: &str, act: &DoneAct, demo: &Demo) -> Result<Place> {
        let whom = act.whom.as_deref().context("a seat is offered to somebody")?;
        let took = demo
            .seats
            .iter()
            .find(|seat| seat.duty == duty && seat.person == whom)
            .with_context(|| format!("{whom} holds no {duty}"))?;
        let seat = self.seats.get(&(duty.to_owned(), whom.to_owned())).context("a seat that was taken is there")?;
        let at = self.ago(act.minutes_ago);
        let offer = id::at(at);
        let sql = "INSERT INTO seat_offer (id, duty, person, filled, term_days, at, until, answer, answered_at, seat)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 'yes', $8, $9)";
        self.tx
            .run(
                sql,
                vals![
                    &offer,
                    duty,
                    self.who(whom)?,
                    &took.filled,
                    took.term_days,
                    at,
                    at + OFFER_DAYS * DAY_MS,
                    self.ago(took.since_minutes_ago),
                    seat
                ],
            )
            .await?;
        Ok(SeatOffer::place_of(&offer))
    }
}

/// The key of the sentence that says what was done, and what it takes.
fn said(done: Done) -> (&'static str, Capability) {
    match done {
        Done::SongMerged => ("act-song-merged", Capability::TendLibrary),
        Done::CommentFolded => ("act-remark-folded", Capability::TendTalk),
        Done::PageChanged => ("act-page-changed", Capability::TendPages),
        Done::SeatOffered => ("act-seat-offered", Capability::FillSeats),
    }
}
