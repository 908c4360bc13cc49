//! A house with one of everything in it, and everything that can be done to it, by whom.

use base::clock::DAY_MS;
use base::db::Ask as _;
use base::vals;
use people::way_in::{Kind, WayIn};

use crate::house::{Browser, Page, TestHouse};
use crate::people::{PASSWORD, browser, joined, set};
use crate::people_backstage::bring_named;
use crate::people_ways_in::{Device, HERE, add_passkey, half_way, question, use_digits};

/// Something that can be done, in the words of a list of them.
pub struct Verb<'a> {
    pub name: &'static str,
    /// What it may meet there.
    pub nouns: &'static [&'static str],
    pub does: Does<'a>,
}

pub enum Does<'a> {
    Sends {
        who: Browser<'a>,
        path: String,
        fields: Vec<(String, String)>,
    },
    /// The seven days of somebody are over, who leaves with everything.
    Leaves(String),
}

impl Verb<'_> {
    /// Whether it goes through a door as the source names it.
    pub fn goes_through(&self, door: &str) -> bool {
        let Does::Sends { path, .. } = &self.does else { return false };
        let parts = || door.split('/').zip(path.split('/'));
        door.split('/').count() == path.split('/').count()
            && parts().all(|(named, part)| named == part || (named.contains('{') && !part.is_empty()))
    }
}

const SONG: &[&str] = &["song"];
/// What moves or takes away what others hang on it.
const GROUND: &[&str] = &["song", "list", "talk"];
const SONG_OF_LIST: &[&str] = &["song", "list"];
const LIST: &[&str] = &["list"];
const ARTICLE: &[&str] = &["article"];
const PAGE: &[&str] = &["page"];
const TALK: &[&str] = &["talk"];
const PERSON: &[&str] = &["person"];
const SEAT: &[&str] = &["seat"];
const JOINING: &[&str] = &["joining", "seat"];
const LOOK: &[&str] = &["look"];
const ALL: &[&str] = &["song", "list", "article", "talk", "person", "seat", "joining", "look"];

/// The house while it is filled, and what was done to fill it.
struct World<'a> {
    house: &'a TestHouse,
    verbs: Vec<Verb<'a>>,
}

impl<'a> World<'a> {
    fn can(
        &mut self,
        name: &'static str,
        nouns: &'static [&'static str],
        who: &Browser<'a>,
        path: &str,
        fields: &[(&str, &str)],
    ) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let who = Browser { house: who.house, cookie: who.cookie.clone(), person: who.person.clone() };
        self.verbs.push(Verb { name, nouns, does: Does::Sends { who, path: path.to_owned(), fields } });
    }

    async fn run(&self, sql: &'static str, vals: &[base::db::Val]) {
        let tx = self.house.house.begin().await.unwrap();
        tx.run(sql, vals).await.unwrap();
        tx.keep().await.unwrap();
    }

    async fn one(&self, sql: &'static str, vals: &[base::db::Val]) -> String {
        self.house.house.db.one(sql, vals).await.unwrap()
    }

    /// Somebody with a password who came a month ago.
    async fn member(&self, name: &str) -> Browser<'a> {
        let who = joined(self.house, name).await;
        let month = self.house.house.now() - 30 * DAY_MS;
        self.run("UPDATE person SET joined_at = $1 WHERE id = $2", vals![month, &who.person]).await;
        who
    }

    /// Somebody who holds a seat in each of these duties.
    async fn holder(&self, name: &str, duties: &[&str]) -> Browser<'a> {
        let who = self.house.holder(name, duties[0]).await;
        for duty in &duties[1..] {
            self.seat(&who, duty, 30).await;
        }
        who
    }

    async fn seat(&self, who: &Browser<'a>, duty: &str, days: i64) {
        let now = self.house.house.now();
        let sql = "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ($1, $2, $3, 'founding', $4, $5)";
        self.run(sql, vals![self.house.house.new_id(), duty, &who.person, now, now + days * DAY_MS]).await;
    }

    async fn seat_of(&self, who: &Browser<'a>, duty: &str) -> String {
        self.one("SELECT id FROM seat WHERE person = $1 AND duty = $2", vals![&who.person, duty]).await
    }

    async fn say(&self, who: &Browser<'a>, fields: &[(&str, &str)]) -> String {
        let answer = who.post("/remarks", fields).await;
        self.house.house.clock.turn(1_000);
        answer.is(303).headers["location"].to_str().unwrap().split_once("#r-").unwrap().1.to_owned()
    }

    async fn link(&self, kind: Kind, person: Option<&str>, giver: Option<&str>) -> String {
        let tx = self.house.house.begin().await.unwrap();
        let secret = WayIn::make(&tx, kind, person, giver, self.house.house.now()).await.unwrap();
        tx.keep().await.unwrap();
        secret
    }
}

struct Cast<'a> {
    ada: Browser<'a>,
    brook: Browser<'a>,
    /// Whose things they are, and who may leave.
    dara: Browser<'a>,
    /// Each holds a seat in every duty.
    cleo: Browser<'a>,
    lou: Browser<'a>,
    /// Whose seats end.
    gus: Browser<'a>,
}

const DUTIES: &[&str] = &["door", "shelf", "pit-crew", "pages", "numbers", "seats", "lost-property", "desk"];

/// Fills a house that is empty, and says what can be done there.
pub async fn verbs(house: &TestHouse) -> Vec<Verb<'_>> {
    let mut world = World { house, verbs: Vec::new() };
    set(house, "inviting", "members").await;
    let cast = Cast {
        ada: world.member("Ada").await,
        brook: world.member("Brook").await,
        dara: world.member("Dara").await,
        cleo: world.holder("Cleo", DUTIES).await,
        lou: world.holder("Lou", DUTIES).await,
        gus: world.holder("Gus", &["pit-crew", "door"]).await,
    };
    let (song, other) = songs(&mut world, &cast).await;
    lists(&mut world, &cast).await;
    articles(&mut world, &cast).await;
    pages(&mut world, &cast).await;
    talk(&mut world, &cast, &other).await;
    seats(&mut world, &cast).await;
    ways_in(&mut world).await;
    persons(&mut world, &cast).await;
    joining(&mut world, &cast).await;
    yesterday(&world, &cast, &song).await;
    let dara = cast.dara.person.clone();
    world.verbs.push(Verb { name: "Dara leaves", nouns: ALL, does: Does::Leaves(dara) });
    world.verbs
}

/// Everybody did something yesterday: whoever counts how much they do begins anew when they do something today.
async fn yesterday(world: &World<'_>, cast: &Cast<'_>, song: &str) {
    let Cast { ada, brook, dara, cleo, lou, gus } = cast;
    world.house.house.clock.turn(-DAY_MS);
    for who in [ada, brook, dara, cleo, lou, gus] {
        who.post("/remarks", &[("place", song), ("words", "Morning.")]).await.is(303);
    }
    for name in ["Dara", "Eli", "Fern"] {
        world.house.guest().post("/sign-in", &[("name", name), ("password", "not this one")]).await.is(422);
    }
    world.house.house.clock.turn(DAY_MS);
}

async fn bring<'a>(who: &Browser<'a>, artist: &str, title: &str, why: &str) -> String {
    who.house.house.clock.turn(1_000);
    who.post("/songs", &[("artist", artist), ("title", title), ("feeling", "numb"), ("why", why)]).await.is(303).place()
}

/// Two songs, of which one is Dara's, and one of hers that was withdrawn.
async fn songs<'a>(world: &mut World<'a>, cast: &Cast<'a>) -> (String, String) {
    let Cast { ada, brook, dara, cleo, lou, .. } = cast;
    let song = bring(dara, "Earth", "Old Black", "Darawords, slow.").await;
    let other = bring(brook, "Sleep", "Dragonaut", "It walks.").await;
    let off = bring(dara, "Om", "Gebel Barkal", "Darawords, late.").await;
    brook.post(&format!("{song}/helped"), &[("feeling", "rage"), ("line", "It held.")]).await.is(303);
    cleo.post(&format!("{off}/tend"), &[("what", "withdraw"), ("why", "The singer asked us.")]).await.is(303);
    let seen = dara.get(&format!("{song}/edit")).await.is(200).field("seen");
    let edit = |title: &'static str, why: &'static str| {
        [("artist", "Earth"), ("title", title), ("feeling", "numb"), ("why", why), ("links", "https://earth.example/x")]
    };
    let with = |fields: [(&'static str, &'static str); 5]| {
        let mut all: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.push(("seen".to_owned(), seen.clone()));
        all
    };
    for (name, fields) in [
        ("Dara renames her song", with(edit("Young Black", "Darawords, slow."))),
        ("Dara corrects why", with(edit("Old Black", "Darawords, slower."))),
    ] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        world.can(name, SONG, dara, &song, &fields);
    }
    world.can("Dara takes her song back", GROUND, dara, &format!("{song}/take-back"), &[]);
    world.can("Brook takes their song back", GROUND, brook, &format!("{other}/take-back"), &[]);
    let why = ("why", "The singer asked us to.");
    world.can("Cleo withdraws the song", GROUND, cleo, &format!("{song}/tend"), &[("what", "withdraw"), why]);
    world.can("Lou withdraws the song", SONG, lou, &format!("{song}/tend"), &[("what", "withdraw"), why]);
    let merge = |other: &str| [("other", other.to_owned()), ("merge-why", "The same song twice.".to_owned())];
    for (name, into, from) in
        [("Cleo merges the other song into it", &song, &other), ("Lou merges it into the other song", &other, &song)]
    {
        let fields = merge(from);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let who = if name.starts_with("Cleo") { cleo } else { lou };
        world.can(name, GROUND, who, &format!("{into}/merge"), &fields);
    }
    let rename = [("artist", "Earth"), ("title", "Very Old Black"), ("rename-why", "A word was missing.")];
    world.can("Cleo renames the song", GROUND, cleo, &format!("{song}/rename"), &rename);
    world.can(
        "Ada says that it helped",
        SONG,
        ada,
        &format!("{song}/helped"),
        &[("feeling", "grief"), ("line", "Me too.")],
    );
    world.can(
        "Brook says it otherwise",
        SONG,
        brook,
        &format!("{song}/helped"),
        &[("feeling", "numb"), ("line", "It holds.")],
    );
    world.can("Brook takes that back", SONG, brook, &format!("{song}/helped/unsay"), &[]);
    let again = [("artist", "EARTH"), ("title", "old black"), ("feeling", "rage"), ("why", "It is loud.")];
    world.can("Ada brings the same song", SONG, ada, "/songs", &again);
    let again = [("artist", "Earth"), ("title", "Young Black"), ("feeling", "rage"), ("why", "It is loud.")];
    world.can("Ada brings one of the new name", SONG, ada, "/songs", &again);
    world.can(
        "Ada says something under the song",
        GROUND,
        ada,
        "/remarks",
        &[("place", &song), ("words", "So it is.")],
    );
    let draft = [("place", song.as_str()), ("words", "So it"), ("keep", "draft")];
    world.can("Ada begins to say something", SONG, ada, "/remarks", &draft);
    world.can("Cleo lifts it", SONG, cleo, &format!("{off}/tend"), &[("what", "lift"), ("why", "It was a mistake.")]);
    world.can("Dara takes what is off back", SONG, dara, &format!("{off}/take-back"), &[]);
    (song, other)
}

/// A list of Dara's with two suggestions, argued over.
async fn lists<'a>(world: &mut World<'a>, cast: &Cast<'a>) {
    let Cast { ada, brook, dara, cleo, .. } = cast;
    let fields = [("title", "Stairs"), ("brief", "Darawords for the stairs."), ("feeling", "rage"), ("days", "7")];
    let list = dara.post("/playlists", &fields).await.is(303).place();
    let suggest = |artist, title| [("artist", artist), ("title", title), ("reason", "It climbs.")];
    brook.post(&format!("{list}/suggestions"), &suggest("Sleep", "Dragonaut")).await.is(303);
    dara.post(&format!("{list}/suggestions"), &suggest("Om", "Kapila's Theme")).await.is(303);
    let of = "SELECT id FROM suggestion WHERE person = $1";
    let (theirs, hers) = (world.one(of, vals![&brook.person]).await, world.one(of, vals![&dara.person]).await);
    let voice = |id: &str, word: &str, line: &str| {
        vec![("voice".to_owned(), word.to_owned()), (format!("line-{id}"), line.to_owned())]
    };
    let path = |id: &str| format!("{list}/suggestions/{id}/voice");

    for (who, fields) in [(dara, voice(&theirs, "argued", "Darawords, too long.")), (ada, voice(&hers, "yes", ""))] {
        let id = if who.person == dara.person { &theirs } else { &hers };
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        who.post(&path(id), &fields).await.is(303);
    }
    for (name, who, id, fields) in [
        ("Ada says yes to it", ada, &theirs, voice(&theirs, "yes", "")),
        ("Dara says no to it", dara, &theirs, voice(&theirs, "no", "Darawords, no.")),
        ("Dara takes her voice back", dara, &theirs, voice(&theirs, "", "")),
    ] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        world.can(name, LIST, who, &path(id), &fields);
    }
    let at = format!("{list}/suggestions");
    world.can("Ada suggests a new song", LIST, ada, &at, &suggest("Yob", "Marrow"));
    world.can("Ada suggests Dara's song", SONG_OF_LIST, ada, &at, &suggest("Earth", "Old Black"));
    world.can("Dara suggests her song", SONG_OF_LIST, dara, &at, &suggest("Earth", "Old Black"));
    world.can("Brook takes the suggestion back", LIST, brook, &format!("{at}/{theirs}/take-back"), &[]);
    world.can("Dara takes her suggestion back", LIST, dara, &format!("{at}/{hers}/take-back"), &[]);
    let order = [(format!("n-{theirs}"), "1"), (format!("n-{hers}"), "2")];
    let order: Vec<_> = order.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    world.can("Dara puts the list in order", LIST, dara, &format!("{list}/order"), &order);
    let seen = dara.get(&format!("{list}/edit")).await.is(200).field("seen");
    let fields = [
        ("title", "More stairs"),
        ("brief", "Darawords for more stairs."),
        ("feeling", "rage"),
        ("days", "9"),
        ("seen", &seen),
    ];
    world.can("Dara corrects the list", LIST, dara, &list, &fields);
    world.can("Dara takes the list back", LIST, dara, &format!("{list}/take-back"), &[]);
    let tend = [("what", "withdraw"), ("why", "Asked for twice.")];
    world.can("Cleo withdraws the list", LIST, cleo, &format!("{list}/tend"), &tend);
    world.can("Ada says something under the list", LIST, ada, "/remarks", &[("place", &list), ("words", "Up.")]);
    let fields = [("title", "Floors"), ("brief", "For all the floors."), ("feeling", "rage"), ("days", "7")];
    world.can("Ada asks for a list", LIST, ada, "/playlists", &fields);
    let fields = [
        ("paste", "Earth - Old Black\nSleep - Dragonaut"),
        ("title", "From a friend"),
        ("brief", "What a friend sent."),
        ("feeling", "rage"),
    ];
    world.can("Ada brings a list", SONG_OF_LIST, ada, "/playlists/bring", &fields);
    let empty = dara
        .post("/playlists", &[("title", "Lifts"), ("brief", "Darawords, none."), ("feeling", "rage"), ("days", "7")])
        .await
        .is(303)
        .place();
    world.can(
        "Ada suggests into the empty list",
        SONG_OF_LIST,
        ada,
        &format!("{empty}/suggestions"),
        &suggest("Earth", "Old Black"),
    );
    world.can("Dara takes the empty list back", SONG_OF_LIST, dara, &format!("{empty}/take-back"), &[]);
}

/// An article of Dara's that is up and was changed, one that is off, and one that was not sent.
async fn articles<'a>(world: &mut World<'a>, cast: &Cast<'a>) {
    let Cast { ada, brook, dara, cleo, .. } = cast;
    let now = world.house.house.now();
    let given =
        base::file::Given::read(&world.house.house, "leaflet.txt", "Darawords in a file.".into()).await.unwrap();
    let tx = world.house.house.begin().await.unwrap();
    let file = given.keep(&tx, Some(&dara.person), base::room::Audience::Only, now).await.unwrap();
    tx.keep().await.unwrap();
    let words = format!("Darawords. [Leaflet](/files/{}/leaflet.txt)", file.id);
    let write = async |title: &str, done: &str| {
        let fields = [("title", title), ("words", words.as_str()), ("tags", "ears, loud"), ("do", done)];
        dara.post("/articles", &fields).await.is(303).place()
    };
    let (up, off, draft) =
        (write("Two ears", "publish").await, write("Three ears", "publish").await, write("No ears", "draft").await);
    dara.post(&format!("{off}/withdraw"), &[]).await.is(303);
    brook.post(&format!("{up}/helped"), &[("feeling", "rage"), ("line", "It held.")]).await.is(303);
    brook.post("/remarks", &[("place", &up), ("words", "Both of them.")]).await.is(303);
    let seen = dara.get(&format!("{up}/edit")).await.field("seen");
    dara.post(&up, &[("title", "Two ears"), ("words", &format!("{words} Again.")), ("seen", &seen)]).await.is(303);
    let version = dara.get(&format!("{up}/history")).await.is(200).field("version");
    world.can("Dara takes a wording away", ARTICLE, dara, &format!("{up}/history/unsay"), &[("version", &version)]);
    let seen = dara.get(&format!("{up}/edit")).await.field("seen");
    let fields = [("title", "Two good ears"), ("words", "Darawords, but few."), ("tags", "ears"), ("seen", &*seen)];
    world.can("Dara corrects the article", ARTICLE, dara, &up, &fields);
    let seen = dara.get(&format!("{draft}/edit")).await.field("seen");
    let fields = [("title", "No ears"), ("words", &*words), ("tags", "loud"), ("seen", &*seen), ("do", "publish")];
    world.can("Dara puts the draft up", ARTICLE, dara, &draft, &fields);
    let fields = [("title", "No ears at all"), ("words", &*words), ("seen", &*seen), ("do", "draft")];
    world.can("Dara goes on with the draft", ARTICLE, dara, &draft, &fields);
    world.can("Dara takes the article off", ARTICLE, dara, &format!("{up}/withdraw"), &[]);
    world.can("Dara puts it back", ARTICLE, dara, &format!("{off}/put-back"), &[]);
    world.can("Dara removes what is off", ARTICLE, dara, &format!("{off}/remove"), &[]);
    world.can("Dara removes the article", ARTICLE, dara, &format!("{up}/remove"), &[]);
    world.can("Dara removes the draft", ARTICLE, dara, &format!("{draft}/remove"), &[]);
    let tend = [("what", "withdraw"), ("why", "Names a third person.")];
    world.can("Cleo withdraws the article", ARTICLE, cleo, &format!("{up}/tend"), &tend);
    world.can(
        "Ada says the article helped",
        ARTICLE,
        ada,
        &format!("{up}/helped"),
        &[("feeling", "rage"), ("line", "Me too.")],
    );
    world.can("Brook takes back that the article helped", ARTICLE, brook, &format!("{up}/helped/unsay"), &[]);
    world.can("Ada says something under the article", ARTICLE, ada, "/remarks", &[("place", &up), ("words", "Three.")]);
    let fields = [("title", "Two ears"), ("words", &*words), ("do", "publish")];
    world.can("Dara writes one of the same title", ARTICLE, dara, "/articles", &fields);
    let fields = [("title", "Two ears"), ("words", "Mine are three."), ("do", "publish")];
    world.can("Ada writes one of the same title", ARTICLE, ada, "/articles", &fields);
}

/// A page of the house that was written and one that was withdrawn; the desk; a helpline.
async fn pages<'a>(world: &mut World<'a>, cast: &Cast<'a>) {
    let Cast { cleo, lou, .. } = cast;
    let fields = [("title", "Where we meet"), ("words", "In the back room."), ("why", "People asked.")];
    let page = cleo.post("/pages", &fields).await.is(303).place();
    let fields = [("title", "When we meet"), ("words", "On Thursdays."), ("why", "People asked.")];
    let off = cleo.post("/pages", &fields).await.is(303).place();
    let tend = |what| [("what", what), ("why", "Nobody meets there.")];
    cleo.post(&format!("{off}/tend"), &tend("withdraw")).await.is(303);
    let seen = cleo.get(&format!("{page}/edit")).await.is(200).field("seen");
    for (name, who, words) in
        [("Cleo changes the page", cleo, "In the front room."), ("Lou changes the page", lou, "In the cellar.")]
    {
        let fields = [("title", "Where we meet"), ("words", words), ("why", "We moved."), ("seen", &*seen)];
        world.can(name, PAGE, who, &page, &fields);
    }
    for (name, who) in [("Cleo changes a first page", cleo), ("Lou changes a first page", lou)] {
        let fields = [("title", "What this is"), ("words", name), ("why", "It was long."), ("seen", "")];
        world.can(name, PAGE, who, "/pages/about", &fields);
    }
    world.can("Lou withdraws the page", PAGE, lou, &format!("{page}/tend"), &tend("withdraw"));
    world.can("Cleo lifts the other page", PAGE, cleo, &format!("{off}/tend"), &tend("lift"));
    world.can("Lou lifts the other page", PAGE, lou, &format!("{off}/tend"), &tend("lift"));
    for (name, who) in [("Cleo writes a page", cleo), ("Lou writes the same page", lou)] {
        let fields = [("title", "Who we are"), ("words", name), ("why", "People asked.")];
        world.can(name, PAGE, who, "/pages", &fields);
    }
    let seen = cleo.get("/desk").await.is(200).field("seen");
    for (name, who) in [("Cleo settles it", cleo), ("Lou settles it", lou)] {
        let fields = [("name", name), ("joining", "invite"), ("country", "FI"), ("why", "We moved."), ("seen", &*seen)];
        world.can(name, &["desk"], who, "/desk", &fields);
    }
    let line = care::helpline::place_of(&world.house.house.pack.helplines[0]).to_string();
    world.can("Cleo checks the helpline", &["helpline"], cleo, &format!("{line}/check"), &[("way", "rang")]);
    let fields = [("number", "112"), ("hours", "any hour"), ("why", "It is 112 now.")];
    world.can("Lou corrects the helpline", &["helpline"], lou, &format!("{line}/correct"), &fields);
    world.can(
        "Lou takes the helpline off",
        &["helpline"],
        lou,
        &format!("{line}/take-off"),
        &[("off-why", "It is dead.")],
    );
}

/// A remark of Dara's that was changed, answered with a quote, and met with a word; one of hers that was taken down.
async fn talk<'a>(world: &mut World<'a>, cast: &Cast<'a>, place: &str) {
    let Cast { ada, brook, dara, cleo, lou, gus } = cast;
    let hers = world.say(dara, &[("place", place), ("words", "Darawords said here.")]).await;
    let path = |end: &str| format!("/remarks/{hers}/{end}");
    let seen = dara.get(&path("edit")).await.is(200).field("seen");
    world.house.house.clock.turn(60_000);
    dara.post(&path("edit"), &[("words", "Darawords said better."), ("seen", &seen)]).await.is(303);
    let answer = [("answers", &*hers), ("words", "Yes."), ("quoted", "Darawords said")];
    let theirs = world.say(brook, &answer).await;
    brook.post(&path("words"), &[("word", "thinking-of-you")]).await.is(303);
    let new = world.say(dara, &[("place", place), ("words", "Darawords said just now.")]).await;
    let down = world.say(dara, &[("place", place), ("words", "Darawords taken down.")]).await;
    let tend = |what| [("what", what), ("why", "It names a method.")];
    cleo.post(&format!("/remarks/{down}/tend"), &tend("withdraw")).await.is(303);
    let act = world.one("SELECT id FROM act ORDER BY id DESC LIMIT 1", &[]).await;
    world.can("Ada says something", TALK, ada, "/remarks", &[("place", place), ("words", "And so on.")]);
    let answer = |id| [("answers", id), ("words", "Indeed."), ("quoted", "Darawords said")];
    world.can("Ada answers with a quote", TALK, ada, "/remarks", &answer(&*hers));
    world.can("Ada answers the newest", TALK, ada, "/remarks", &answer(&*new));
    world.can(
        "Brook corrects the answer",
        TALK,
        brook,
        &format!("/remarks/{theirs}/edit"),
        &[("words", "No."), ("seen", &brook.get(&format!("/remarks/{theirs}/edit")).await.field("seen"))],
    );
    let draft = [("answers", &*hers), ("words", "Ind"), ("keep", "draft")];
    world.can("Ada begins an answer", TALK, ada, "/remarks", &draft);
    let seen = dara.get(&path("edit")).await.is(200).field("seen");
    world.can("Dara corrects it", TALK, dara, &path("edit"), &[("words", "Darawords, other."), ("seen", &seen)]);
    let wording = dara.get(&path("history")).await.is(200).field("wording");
    world.can("Dara takes what it said before away", TALK, dara, &path("history/unsay"), &[("wording", &wording)]);
    world.can("Dara takes it back", TALK, dara, &path("take-back"), &[]);
    world.can("Dara takes the newest back", TALK, dara, &format!("/remarks/{new}/take-back"), &[]);
    world.can("Dara takes what is down back", TALK, dara, &format!("/remarks/{down}/take-back"), &[]);
    world.can("Brook takes the answer back", TALK, brook, &format!("/remarks/{theirs}/take-back"), &[]);
    world.can("Ada says a word to it", TALK, ada, &path("words"), &[("word", "thinking-of-you")]);
    world.can("Brook takes the word back", TALK, brook, &path("words"), &[("word", "thinking-of-you")]);
    world.can("Cleo folds it", TALK, cleo, &path("tend"), &tend("fold"));
    world.can("Lou withdraws it", TALK, lou, &path("tend"), &tend("withdraw"));
    world.can("Gus folds it", &["talk", "seat"], gus, &path("tend"), &tend("fold"));
    world.can("Lou lifts what is down", TALK, lou, &format!("/remarks/{down}/tend"), &tend("lift"));
    // The second look at what was taken down, and at a song of hers.
    world.can(
        "Dara asks for a second look",
        LOOK,
        dara,
        &format!("/acts/{act}/second-look"),
        &[("words", "Darawords, why.")],
    );
    let taken = world.one("SELECT id FROM act WHERE what = 'act-song-withdrawn' ORDER BY id LIMIT 1", &[]).await;
    dara.post(&format!("/acts/{taken}/second-look"), &[("words", "Darawords, look again.")]).await.is(303);
    for (name, who, answer) in [("Lou looks again", lou, "wrong"), ("Gus looks again", gus, "stands")] {
        let fields = [("answer", answer), ("why", "It says so here.")];
        world.can(name, LOOK, who, &format!("/acts/{taken}/second-look/answer"), &fields);
    }
    world.can("Dara has seen it", LOOK, dara, "/backstage/notices/seen", &[("up-to", &act)]);
}

/// Offers and seats that end, each in somebody's hands.
async fn seats<'a>(world: &mut World<'a>, cast: &Cast<'a>) {
    let Cast { ada, brook, dara, cleo, lou, gus } = cast;
    let fill = |name| [("name", name), ("filled", "invitation"), ("days", "30"), ("why", "Knows it well.")];
    for (name, who, duty, whom) in [
        ("Cleo asks Ada to take the last seat", cleo, "shelf", "Ada"),
        ("Lou asks Brook to take the last seat", lou, "shelf", "Brook"),
        ("Lou asks Ada to take the last seat, too", lou, "shelf", "Ada"),
        ("Cleo asks Dara to take the last seat", cleo, "shelf", "Dara"),
    ] {
        world.can(name, SEAT, who, &format!("/duties/{duty}/fill"), &fill(whom));
    }
    cleo.post("/duties/seats/fill", &fill("Brook")).await.is(303);
    cleo.post("/duties/pit-crew/fill", &fill("Dara")).await.is(303);
    let of = "SELECT id FROM seat_offer WHERE person = $1";
    for (names, who) in [
        (["Brook says yes", "Brook says no", "Lou takes Brook's offer back"], brook),
        (["Dara says yes", "Dara says no", "Lou takes Dara's offer back"], dara),
    ] {
        let offer = world.one(of, vals![&who.person]).await;
        world.can(names[0], SEAT, who, &format!("/seat-offers/{offer}/yes"), &[]);
        world.can(names[1], SEAT, who, &format!("/seat-offers/{offer}/no"), &[]);
        world.can(names[2], SEAT, lou, &format!("/seat-offers/{offer}/take-back"), &[("why", "By mistake.")]);
    }
    let (crew, door) = (world.seat_of(gus, "pit-crew").await, world.seat_of(gus, "door").await);
    let soon = world.house.house.now() + 10 * DAY_MS;
    world.run("UPDATE seat SET until = $1 WHERE id = $2", vals![soon, &crew]).await;
    world.can("Gus hands the crew back", SEAT, gus, &format!("/seats/{crew}/hand-back"), &[]);
    world.can("Gus hands the door back", JOINING, gus, &format!("/seats/{door}/hand-back"), &[]);
    let why = [("why", "Away since June.")];
    world.can("Cleo ends the crew's seat", SEAT, cleo, &format!("/seats/{crew}/end"), &why);
    world.can("Lou ends the crew's seat", SEAT, lou, &format!("/seats/{crew}/end"), &why);
    world.can("Ada seconds the crew's seat", SEAT, ada, &format!("/seats/{crew}/second"), &[]);
    world.can("Brook seconds the crew's seat", SEAT, brook, &format!("/seats/{crew}/second"), &[]);
    world.can("Dara seconds the crew's seat", SEAT, dara, &format!("/seats/{crew}/second"), &[]);
    world.can("Gus invites from the door", JOINING, gus, "/join/invitations", &[("why", "A friend from the bus.")]);
}

/// Eli, who has a password, two passkeys, codes on paper, and two browsers; Fern, who has digits.
async fn ways_in(world: &mut World<'_>) {
    let house = world.house;
    let eli = joined(house, "Eli").await;
    let (mut phone, mut laptop, mut key) = (Device::new(1), Device::new(2), Device::new(3));
    add_passkey(&eli, &mut phone, "the phone").await.is(303);
    add_passkey(&eli, &mut laptop, "the laptop").await.is(303);
    let codes = eli.post("/backstage/ways-in/codes", &[]).await;
    let code = listed(&codes)[0].clone();
    let sign_in = [("name", "Eli"), ("password", PASSWORD), ("then", "/songs")];
    let elsewhere = browser(house, house.guest().post("/sign-in", &sign_in).await.is(303)).await;
    let guest = house.guest();
    let ways = |end: &str| format!("/backstage/ways-in/{end}");
    world.can("Eli signs in", PERSON, &guest, "/sign-in", &sign_in);
    world.can("Eli comes by a code", PERSON, &guest, "/sign-in/recovery", &[("name", "Eli"), ("code", &code)]);
    let (ceremony, options) = question(&guest, "/sign-in/passkey/begin").await;
    let answer = phone.answer(&options, HERE, true);
    let fields = [("ceremony", &*ceremony), ("answer", &*answer), ("then", "/songs")];
    world.can("Eli comes by passkey", PERSON, &guest, "/sign-in/passkey", &fields);
    world.can("a passkey is asked for", PERSON, &guest, "/sign-in/passkey/begin", &[]);
    let link = world.link(Kind::SignIn, Some(&eli.person), None).await;
    world.can("Eli comes by link", PERSON, &guest, &format!("/in/{link}"), &[]);
    world.can("Eli signs out elsewhere", PERSON, &elsewhere, "/sign-out", &[]);
    let session =
        world.one("SELECT hash FROM session WHERE person = $1 ORDER BY hash LIMIT 1", vals![&eli.person]).await;
    world.can("Eli ends a session", PERSON, &eli, "/backstage/sessions/end", &[("session", &session)]);
    world.can("Eli ends all sessions", PERSON, &eli, "/backstage/sessions/end-all", &[]);
    world.can("Eli changes the password", PERSON, &eli, &ways("password"), &[("password", "a much better one")]);
    world.can("Eli changes it elsewhere", PERSON, &elsewhere, &ways("password"), &[("password", "another good one")]);
    world.can("Eli drops the password", PERSON, &eli, &ways("password/drop"), &[]);
    world.can("Eli makes new codes", PERSON, &eli, &ways("codes"), &[]);
    let page = eli.get(&ways("totp")).await;
    let secret = page.is(200).field("secret");
    let digits = people::totp::digits(&secret, house.house.now() + 150_000).unwrap();
    world.can("Eli turns digits on", PERSON, &elsewhere, &ways("totp"), &[("secret", &secret), ("code", &digits)]);
    world.can("a passkey is made", PERSON, &eli, &ways("passkeys/begin"), &[]);
    let (ceremony, options) = question(&eli, &ways("passkeys/begin")).await;
    let fields = [("name", "the key"), ("ceremony", &*ceremony), ("answer", &*key.make(&options, HERE))];
    world.can("Eli adds a passkey", PERSON, &eli, &ways("passkeys"), &fields);
    for (name, key, who) in
        [("Eli drops the phone", "the phone", &eli), ("Eli drops the laptop elsewhere", "the laptop", &elsewhere)]
    {
        let id = world.one("SELECT id FROM passkey WHERE person = $1 AND name = $2", vals![&eli.person, key]).await;
        world.can(name, PERSON, who, &ways("passkeys/drop"), &[("passkey", &id)]);
    }
    let leaves = eli.person.clone();
    world.verbs.push(Verb { name: "Eli leaves", nouns: &["person"], does: Does::Leaves(leaves) });
    let fern = joined(house, "Fern").await;
    let (secret, codes) = use_digits(house, &fern).await;
    let fern_id = fern.person.clone();
    house.house.clock.turn(60_000);
    let digits = people::totp::digits(&secret, house.house.now() + 90_000).unwrap();
    let step = half_way(house, "Fern").await;
    world.can("Fern comes by digits", PERSON, &guest, "/sign-in/second", &[("step", &step), ("code", &digits)]);
    let fields = [("step", &*step), ("code", &*codes[0]), ("takes-code", "yes")];
    world.can("Fern comes by a code", PERSON, &guest, "/sign-in/second", &fields);
    world.can("Fern turns digits off", PERSON, &fern, &ways("totp/off"), &[]);
    world.can("Fern ends all sessions", PERSON, &fern, "/backstage/sessions/end-all", &[]);
    world.can("Fern changes the password", PERSON, &fern, &ways("password"), &[("password", "a much better one")]);
    world.can("Fern signs in", PERSON, &guest, "/sign-in", &[("name", "Fern"), ("password", PASSWORD)]);
    world.verbs.push(Verb { name: "Fern leaves", nouns: &["person"], does: Does::Leaves(fern_id) });
}

/// The codes that a page shows.
fn listed(page: &Page) -> Vec<String> {
    let list = page.is(200).html.split("class=\"keys\"").nth(1).unwrap().split("</ul>").next().unwrap();
    list.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// What Dara says about herself, and on her way out.
async fn persons<'a>(world: &mut World<'a>, cast: &Cast<'a>) {
    let dara = &cast.dara;
    let seen = dara.get("/backstage/profile").await.is(200).field("seen");
    let lines = [("about", "Darawords on me."), ("about-for", "members"), ("seen", &*seen)];
    dara.post("/backstage/profile", &lines).await.is(303);
    let seen = dara.get("/backstage/profile").await.is(200).field("seen");
    let lines = [("about", "Darawords, new."), ("about-for", "everyone"), ("seen", &*seen)];
    world.can("Dara says who she is", PERSON, dara, "/backstage/profile", &lines);
    world.can("Dara takes another name", PERSON, dara, "/backstage/name", &[("name", "Mist")]);
    world.can("Dara draws a new face", PERSON, dara, "/backstage/face", &[]);
    world.can("Dara asks to leave", PERSON, dara, "/backstage/leave", &[("how", "keep")]);
    world.can("Dara stays", PERSON, dara, "/backstage/leave/stay", &[]);
    world.can("Dara takes everything along", PERSON, dara, "/backstage/take", &[]);
    world.can(
        "Dara changes her password",
        PERSON,
        dara,
        "/backstage/ways-in/password",
        &[("password", "a much better one")],
    );
    world.can("Dara signs in", PERSON, &world.house.guest(), "/sign-in", &[("name", "Dara"), ("password", PASSWORD)]);
    world.can("Dara invites", JOINING, dara, "/join/invitations", &[]);
}

/// Invitations, requests, and names that were brought.
async fn joining<'a>(world: &mut World<'a>, cast: &Cast<'a>) {
    let Cast { dara, cleo, lou, gus, .. } = cast;
    let guest = world.house.guest();
    let newcomer = |name: &'static str| [("name", name), ("age", "18"), ("password", PASSWORD)];
    let made = world.link(Kind::Invitation, None, Some(&dara.person)).await;
    let from_seat = {
        let page = gus.post("/join/invitations", &[("why", "A friend from the train.")]).await;
        page.is(200)
            .html
            .split("/join/")
            .find(|rest| rest.len() > 32 && rest[..32].bytes().all(|b| b.is_ascii_alphanumeric()))
            .unwrap()[..32]
            .to_owned()
    };
    for (name, link, who) in [
        ("Hale joins by Dara's invitation", &made, "Hale"),
        ("Iris joins by Dara's invitation", &made, "Iris"),
        ("Hale joins by the door's invitation", &from_seat, "Hale"),
    ] {
        world.can(name, JOINING, &guest, &format!("/join/{link}"), &newcomer(who));
    }
    world.can("Jo joins", JOINING, &guest, "/join", &newcomer("Jo"));
    world.can("Hale joins", JOINING, &guest, "/join", &newcomer("H a l e"));
    let hash = base::id::hash(&made);
    world.can("Dara withdraws the invitation", JOINING, dara, "/join/invitations/withdraw", &[("link", &hash)]);
    let now = world.house.house.now();
    let sql = "INSERT INTO join_request (id, hash, name, folded, age, why, since, looks)
               VALUES ($1, $1, $2, $3, '18', 'Heard of you at a gig.', $4, $3)";
    world.run(sql, vals!["asks", "Kit", "kit", now]).await;
    let request = "/join/requests/asks";
    for (name, who, word) in [
        ("Cleo says yes to Kit", cleo, "yes"),
        ("Lou says yes to Kit", lou, "yes"),
        ("Gus says no to Kit", gus, "no"),
        ("Lou says no to Kit", lou, "no"),
    ] {
        world.can(name, JOINING, who, request, &[("word", word), ("why", "We met there.")]);
    }
    let brought = bring_named(world.house, "Max").await;
    let unclaimed = people::claiming::Unclaimed::find(&world.house.house.db, &brought).await.unwrap().unwrap();
    let link = unclaimed.issue_by_host(&world.house.house, "Known since school.").await.unwrap();
    world.can("Max claims the name", JOINING, &guest, &format!("/claim/{link}"), &newcomer("Max"));
    world.can("Max claims it as Jo", JOINING, &guest, &format!("/claim/{link}"), &newcomer("Jo"));
    for (name, who) in [("Cleo hands Max a link", cleo), ("Lou hands Max a link", lou)] {
        world.can(name, JOINING, who, "/claims", &[("person", &brought), ("why", "She rang.")]);
    }
}
