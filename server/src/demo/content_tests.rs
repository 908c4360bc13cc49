//! The demo holds together: every reference resolves, in the order of time, and there is enough of everything.

use std::collections::{BTreeMap, BTreeSet};

use base::pack::Pack;
use base::room::Way;
use people::Capability;

use super::{Demo, Done};

fn demo() -> (Pack, Demo) {
    (Pack::load("metal").expect("the metal pack is readable"), Demo::load("metal").expect("its demo is readable"))
}

fn set<'a>(ids: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    ids.map(String::as_str).collect()
}

/// Letters and digits alone, in small: what two spellings of one thing have in common.
fn bare(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[test]
fn there_is_enough_for_a_first_look() {
    let (pack, demo) = demo();
    assert!(demo.songs.len() >= 70 && demo.playlists.len() >= 8 && demo.articles.len() >= 6 && demo.helped.len() >= 30);
    assert_eq!(pack.feelings.len(), 14);
    assert_eq!(demo.people.iter().filter(|it| it.age == "16-17").count(), 2);
    assert_eq!(demo.people.iter().filter(|it| it.age == "18").count(), demo.people.len() - 2);
    assert!(set(pack.helplines.iter().map(|it| &it.country)).len() >= 5);
}

#[test]
fn no_two_songs_people_or_comments_are_the_same() {
    let (_, demo) = demo();
    assert_eq!(
        demo.songs.iter().map(|it| bare(&it.artist) + " " + &bare(&it.title)).collect::<BTreeSet<_>>().len(),
        demo.songs.len()
    );
    assert_eq!(set(demo.songs.iter().map(|it| &it.id)).len(), demo.songs.len());
    assert_eq!(set(demo.songs.iter().map(|it| &it.why)).len(), demo.songs.len());
    assert_eq!(set(demo.people.iter().map(|it| &it.name)).len(), demo.people.len());
    assert_eq!(set(demo.comments.iter().map(|it| &it.id)).len(), demo.comments.len());
}

#[test]
fn every_feeling_has_five_songs_or_more_and_each_way_to_go_has_two() {
    let (pack, demo) = demo();
    for feeling in &pack.feelings {
        let mut ways: BTreeMap<_, _> = Way::IDS.iter().map(|way| (*way, 0)).collect();
        for song in demo.songs.iter().filter(|it| it.feelings.contains(&feeling.id)) {
            *ways.get_mut(song.way.as_str()).expect("one of the three") += 1;
        }
        assert!(ways.values().sum::<i32>() >= 5 && ways.values().all(|count| *count >= 2), "{}: {ways:?}", feeling.id);
    }
}

#[test]
fn a_song_names_feelings_genres_and_a_length_that_exist() {
    let (pack, demo) = demo();
    for song in &demo.songs {
        assert!((1..=3).contains(&song.feelings.len()), "{}", song.id);
        assert!(song.feelings.iter().all(|it| pack.feeling(it).is_some()), "{}", song.id);
        assert!(!song.genres.is_empty() && song.genres.iter().all(|it| pack.genre(it).is_some()), "{}", song.id);
        assert!(song.length.is_none() || song.seconds().is_some_and(|it| it > 0), "{}", song.id);
        assert!(!song.lang.is_empty() && song.notes.iter().all(|it| !it.is_empty()), "{}", song.id);
    }
}

#[test]
fn a_song_is_heard_at_a_search_elsewhere() {
    let (_, demo) = demo();
    let song = demo.songs.iter().find(|it| it.id == "fjara").expect("it is given");
    assert_eq!(
        song.hear_it_at()[1],
        ("YouTube", "https://www.youtube.com/results?search_query=S%C3%B3lstafir+Fjara".to_owned())
    );
}

#[test]
fn nobody_does_anything_before_they_came_or_after_they_left() {
    let (_, demo) = demo();
    let mut deeds: Vec<(&str, i64)> = Vec::new();
    deeds.extend(demo.songs.iter().map(|it| (it.giver.as_str(), it.minutes_ago)));
    deeds.extend(demo.helped.iter().map(|it| (it.person.as_str(), it.minutes_ago)));
    deeds.extend(demo.suggestions.iter().map(|it| (it.by.as_str(), it.minutes_ago)));
    deeds.extend(demo.articles.iter().map(|it| (it.author.as_str(), it.minutes_ago)));
    deeds.extend(demo.comments.iter().map(|it| (it.by.as_str(), it.minutes_ago)));
    deeds.extend(demo.acts.iter().map(|it| (it.by.as_str(), it.minutes_ago)));
    deeds.extend(demo.playlists.iter().map(|it| (it.curator.as_str(), it.opened_minutes_ago)));
    deeds.extend(demo.seats.iter().map(|it| (it.person.as_str(), it.since_minutes_ago)));
    for (who, ago) in deeds {
        let person = demo.people.iter().find(|it| it.id == who).unwrap_or_else(|| panic!("nobody is called {who}"));
        assert!(
            person.joined_minutes_ago >= ago && person.left_minutes_ago.unwrap_or(0) <= ago,
            "{who}, {ago} minutes ago"
        );
    }
}

#[test]
fn what_helped_was_given_before_and_by_a_feeling_that_exists() {
    let (pack, demo) = demo();
    for helped in &demo.helped {
        let song =
            demo.songs.iter().find(|it| it.id == helped.song).unwrap_or_else(|| panic!("no song {}", helped.song));
        assert!(song.minutes_ago > helped.minutes_ago && song.giver != helped.person, "{}", helped.line);
        assert!(pack.feeling(&helped.feeling).is_some() && !helped.line.is_empty());
    }
}

#[test]
fn a_playlist_has_five_suggestions_or_more_each_with_one_vote_a_person() {
    let (pack, demo) = demo();
    let people = set(demo.people.iter().map(|it| &it.id));
    for call in &demo.playlists {
        assert!(
            pack.feeling(&call.feeling).is_some()
                && [&call.title, &call.brief, &call.caution].iter().all(|it| !it.is_empty()),
            "{}",
            call.id
        );
        let all: Vec<_> = demo.suggestions.iter().filter(|it| it.playlist == call.id).collect();
        assert!(all.len() >= 5 && set(all.iter().map(|it| &it.song)).len() == all.len(), "{}", call.id);
        for suggested in all {
            let song = demo
                .songs
                .iter()
                .find(|it| it.id == suggested.song)
                .unwrap_or_else(|| panic!("no song {}", suggested.song));
            assert!(
                song.minutes_ago > suggested.minutes_ago
                    && call.opened_minutes_ago > suggested.minutes_ago
                    && !suggested.reason.is_empty()
            );
            assert!(suggested.minutes_ago > -call.closes_in_days * 24 * 60, "{} after {} closed", song.id, call.id);
            let voices: Vec<_> =
                suggested.yes.iter().chain(&suggested.no).chain(suggested.argued.iter().map(|it| &it.by)).collect();
            assert!(
                voices.iter().all(|it| people.contains(it.as_str()) && **it != suggested.by),
                "{} on {}",
                song.id,
                call.id
            );
            assert_eq!(set(voices.iter().copied()).len(), voices.len(), "{} on {}", song.id, call.id);
            assert!(suggested.argued.iter().all(|it| !it.line.is_empty()));
        }
    }
    assert!(demo.suggestions.iter().all(|it| demo.playlists.iter().any(|call| call.id == it.playlist)));
}

#[test]
fn a_closed_call_is_decided_in_order_and_an_open_one_is_not() {
    let (_, demo) = demo();
    assert!(
        demo.playlists.iter().any(|it| it.closes_in_days > 0) && demo.playlists.iter().any(|it| it.closes_in_days < 0)
    );
    for call in &demo.playlists {
        let places: Vec<_> = demo.in_order(&call.id).iter().filter_map(|it| it.place).collect();
        assert_eq!(places, (1..=places.len() as i64).collect::<Vec<_>>(), "{}", call.id);
        let decided = |it: &super::Suggested| it.place.is_some() != it.out;
        let expected = call.closes_in_days < 0;
        assert!(
            demo.suggestions.iter().filter(|it| it.playlist == call.id).all(|it| decided(it) == expected),
            "{}",
            call.id
        );
    }
}

#[test]
fn articles_are_five_to_nine_hundred_words_and_their_links_lead_to_songs() {
    let (_, demo) = demo();
    for article in &demo.articles {
        let text = article.markdown("metal", |id| {
            assert!(demo.songs.iter().any(|it| it.id == id), "{id} in {}", article.slug);
            format!("/songs/{id}")
        });
        let text = text.expect("the article is there");
        assert!((500..=900).contains(&text.split_whitespace().count()), "{}", article.slug);
        assert!(
            !text.contains("song:") && !article.title.is_empty() && !article.summary.is_empty(),
            "{}",
            article.slug
        );
        assert!(!article.categories.is_empty() && !article.tags.is_empty());
        let comments = demo.comments.iter().filter(|it| it.on.strip_prefix("articles/") == Some(&article.slug)).count();
        assert!((5..=12).contains(&comments), "{}: {comments}", article.slug);
    }
}

#[test]
fn comments_stand_on_something_older_and_quote_what_was_said() {
    let (pack, demo) = demo();
    let people = set(demo.people.iter().map(|it| &it.id));
    for said in &demo.comments {
        let since = match said.on.split_once('/').expect("a place has a room and an id") {
            ("articles", slug) => demo.articles.iter().find(|it| it.slug == slug).map(|it| it.minutes_ago),
            ("songs", id) => demo.songs.iter().find(|it| it.id == id).map(|it| it.minutes_ago),
            _ => None,
        };
        assert!(since.is_some_and(|it| it > said.minutes_ago), "{} on {}", said.id, said.on);
        let person = demo.people.iter().find(|it| it.id == said.by).expect("checked by another test");
        assert!(said.speaking_as.as_ref().is_none_or(|hat| person.hats.contains(hat)), "{}", said.id);
        if let Some(quote) = &said.quote {
            let first = demo
                .comments
                .iter()
                .find(|it| it.id == quote.comment)
                .unwrap_or_else(|| panic!("no comment {}", quote.comment));
            assert!(
                first.text.contains(&quote.words) && first.on == said.on && first.minutes_ago > said.minutes_ago,
                "{}",
                said.id
            );
        }
        for reacted in &said.reactions {
            assert!(pack.reaction(&reacted.id).is_some(), "{}", said.id);
            assert!(reacted.by.iter().all(|it| people.contains(it.as_str()) && *it != said.by), "{}", said.id);
        }
    }
}

#[test]
fn a_seat_is_in_a_duty_that_has_room_for_it_and_holds_somebody_of_age() {
    let (pack, demo) = demo();
    for duty in &pack.duties {
        let running = demo.seats.iter().filter(|it| it.duty == duty.id && it.ended_minutes_ago.is_none());
        assert!(running.count() as i64 <= duty.seats, "{}", duty.id);
    }
    for seat in &demo.seats {
        let duty = pack.duties.iter().find(|it| it.id == seat.duty).unwrap_or_else(|| panic!("no duty {}", seat.duty));
        assert!(
            seat.term_days <= if seat.filled == "founding" { 90 } else { duty.term_days },
            "{} of {}",
            seat.duty,
            seat.person
        );
        assert!(["founding", "invitation", "open call", "draw"].contains(&seat.filled.as_str()));
        assert_eq!(seat.ended_minutes_ago.is_some(), seat.ended_why.is_some());
        assert!(demo.people.iter().any(|it| it.id == seat.person && it.age == "18"), "{}", seat.person);
    }
}

#[test]
fn an_act_is_done_from_a_seat_held_then_on_something_that_it_left_as_it_stands() {
    let (pack, demo) = demo();
    for act in &demo.acts {
        let from = demo.seats.iter().find(|it| it.duty == act.duty && it.person == act.by);
        assert!(
            from.is_some_and(|it| it.since_minutes_ago > act.minutes_ago
                && it.ended_minutes_ago.is_none_or(|end| end < act.minutes_ago)),
            "{}",
            act.on
        );
        let (room, id) = act.on.split_once('/').expect("a place has a room and an id");
        let whom = act.whom.as_ref();
        let is_so = match (act.what, room) {
            (Done::SongMerged, "songs") => {
                demo.songs.iter().any(|it| it.id == id && it.minutes_ago > act.minutes_ago && Some(&it.giver) != whom)
                    && demo.helped.iter().any(|it| {
                        it.song == id
                            && Some(&it.person) == whom
                            && act.words.as_ref().is_some_and(|words| words.ends_with(&it.line))
                    })
            }
            (Done::CommentFolded, "comments") => demo
                .comments
                .iter()
                .any(|it| it.id == id && it.folded && whom == Some(&it.by) && act.words.as_ref() == Some(&it.text)),
            (Done::PageChanged, "pages") => pack.pages.iter().filter(|it| it.slug == id).any(|page| {
                let words = base::pack::file("metal", &page.file).expect("the page is there");
                whom.is_none()
                    && act.instead.as_ref().is_some_and(|instead| words.matches(instead.as_str()).count() == 1)
                    && act.before.is_some()
            }),
            (Done::SeatOffered, "duties") => {
                demo.seats.iter().any(|it| {
                    it.duty == id
                        && Some(&it.person) == whom
                        && it.filled != "founding"
                        && (0..14 * 24 * 60).contains(&(act.minutes_ago - it.since_minutes_ago))
                }) && whom != Some(&act.by)
            }
            _ => false,
        };
        assert!(is_so && !act.why.is_empty(), "{}: {}", act.on, act.why);
        let says_an_age = ["fifteen", "sixteen", "seventeen", "15", "16", "17"]
            .iter()
            .any(|age| act.why.to_lowercase().contains(age));
        assert!(!says_an_age, "{}", act.why);
    }
    let count = |what: Done| demo.acts.iter().filter(|it| it.what == what).count();
    assert_eq!(
        demo.comments.iter().filter(|it| it.folded).count(),
        count(Done::CommentFolded),
        "a fold has its reason"
    );
    assert_eq!(
        demo.seats.iter().filter(|it| it.filled != "founding").count(),
        count(Done::SeatOffered),
        "nobody sits down unasked"
    );
}

#[test]
fn the_packs_bundle_only_capabilities_that_exist_and_all_of_them() {
    for pack in ["metal", "plain"].map(|name| Pack::load(name).expect("the built-in packs are readable")) {
        assert_eq!(Capability::faults(&pack), Vec::<String>::new(), "{}", pack.id);
    }
}

#[test]
fn everybody_in_the_cast_says_something_of_themselves() {
    let (_, demo) = demo();
    for person in &demo.people {
        assert!(!person.line.is_empty() && !person.hats.is_empty(), "{}", person.id);
        assert!(person.pronouns.as_ref().is_none_or(|it| it.contains('/')), "{}", person.id);
    }
}
