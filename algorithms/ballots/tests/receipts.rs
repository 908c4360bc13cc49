//! A secret poll from the ballot paper to the public file: everybody recounts, everybody finds their own, nobody finds
//! another's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use ballots::receipt::{Receipt, Sealed, find, fingerprint, public_file, secrecy};
use ballots::{Ballots, Lot, Poll, irv, parse};

const POLL: &str = "2026-11 the autumn song";

fn paper() -> Poll {
    parse(b"title: the autumn song\nsource: us\nseats: 1\ntype: ranked\ncandidate: 1 Ada\ncandidate: 2 Brook\ncandidate: 3 Cleo\nballots:\n").unwrap()
}

fn cast(people: u8) -> Vec<(Receipt, Sealed)> {
    let ballots = ["1>2", "2", "3>>1", "1=3>2", ""];
    let one = |person: u8| {
        let receipt = Receipt::new([person; 16], if person.is_multiple_of(2) { "" } else { "loud  and clear" });
        let sealed = Sealed { tag: receipt.tag(POLL), ballot: ballots[usize::from(person) % ballots.len()].to_owned() };
        (receipt, sealed)
    };
    (0..people).map(one).collect()
}

#[test]
fn a_public_file_says_who_withdrew_and_not_who_had_named_them() {
    let mut poll = parse(paper().head().replace("ballots:", "withdrawn: 2\nballots:").as_bytes()).unwrap();
    let file = public_file(&poll, cast(40).into_iter().map(|(_, sealed)| sealed).collect()).unwrap();
    poll = parse(file.as_bytes()).unwrap();
    assert_eq!((poll.ids(), poll.withdrawn.iter().map(|one| one.id).collect::<Vec<_>>()), (vec![1, 3], vec![2]));
    let ballots: BTreeSet<_> =
        file.lines().filter_map(|line| Some(line.strip_prefix("1: ")?.split_once(" #")?.0)).collect();
    assert_eq!(ballots, BTreeSet::from(["", "1", "1=3", "3>>1"]));
}

#[test]
fn everybody_finds_the_ballot_they_cast_and_anyone_recounts() {
    let cast = cast(40);
    let file = public_file(&paper(), cast.iter().map(|(_, sealed)| sealed.clone()).collect()).unwrap();
    for (receipt, sealed) in &cast {
        let (line, ballot) = find(&file, POLL, receipt).unwrap();
        assert_eq!(ballot, sealed.ballot, "these are written as every other one is");
        assert_eq!(file.lines().nth(line - 1).unwrap(), format!("1: {ballot} #{}", sealed.tag));
        let typed =
            Receipt::read(&receipt.to_string().to_uppercase().replace("LOUD AND CLEAR", " loud and  clear ")).unwrap();
        assert_eq!(find(&file, POLL, &typed), Some((line, ballot)));
    }
    let poll = parse(file.as_bytes()).unwrap();
    let Ballots::Ranked(rankings) = &poll.ballots else { panic!("the paper is ranked") };
    let counted = irv::count(rankings, &Lot::in_paper_order(3)).unwrap();
    assert_eq!((rankings.ballots(), rankings.blank(), rankings.with_skips()), (40, 8, 8));
    assert_eq!(counted.rounds[0].votes, [Some(24), Some(16), Some(24)]); // in halves
}

#[test]
fn the_file_says_nothing_about_the_order_of_voting() {
    let mut sealed: Vec<_> = cast(40).into_iter().map(|(_, sealed)| sealed).collect();
    let file = public_file(&paper(), sealed.clone()).unwrap();
    sealed.reverse();
    assert_eq!(fingerprint(&public_file(&paper(), sealed).unwrap()), fingerprint(&file));
    let tags: Vec<_> = file.lines().filter_map(|line| line.rsplit_once('#')).map(|(_, tag)| tag).collect();
    assert!(tags.is_sorted() && tags.len() == 40);
}

#[test]
fn how_a_ballot_was_written_tells_nobody_apart() {
    let sealed = |ballots: &[&str]| -> Vec<_> {
        let tag = |at: usize| format!("{at:032x}");
        ballots.iter().enumerate().map(|(at, ballot)| Sealed { tag: tag(at), ballot: (*ballot).to_owned() }).collect()
    };
    let scored = parse(b"type: scored\ncandidate: 1 Ada\ncandidate: 2 Brook\nballots:\n").unwrap();
    let consent = parse(b"type: consent\nballots:\n").unwrap();
    let cases: [(&Poll, &[&str]); 5] = [
        (&paper(), &["1=3>2", "3=1>2", " 01 = 3>2>", "3=1>2>>"]),
        (&paper(), &["3>>1", "3>>>>1"]),
        (&paper(), &["", ">", ">>"]),
        (&scored, &["1/5", "1/5 2/0", "2/00  01/5"]),
        (&consent, &["stand aside", " stand   aside"]),
    ];
    for (poll, ballots) in cases {
        let file = public_file(poll, sealed(ballots)).unwrap();
        let lines: BTreeSet<_> = file
            .lines()
            .filter_map(|line| line.strip_prefix("1: ")?.rsplit_once('#'))
            .map(|(ballot, _)| ballot)
            .collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
    assert!(public_file(&scored, sealed(&["1/0 1/5"])).is_err(), "writing repairs nothing");
}

#[test]
fn a_head_cannot_smuggle_in_another_line() {
    let mut poll = paper();
    poll.title = "song\nseats: 2".to_owned();
    poll.candidates[1].name = "Brook\nballots:\n9: 1".to_owned();
    let read = parse(public_file(&poll, Vec::new()).unwrap().as_bytes()).unwrap();
    assert_eq!((read.seats, read.candidates.len(), read.ballot_count()), (Some(1), 3, 0));
}

#[test]
fn nobody_finds_a_ballot_without_the_whole_receipt() {
    let file = public_file(&paper(), cast(40).into_iter().map(|(_, sealed)| sealed).collect()).unwrap();
    let spaced = file.replace("ballots:", " ballots :");
    assert!(
        parse(spaced.as_bytes()).is_ok() && find(&spaced, POLL, &Receipt::new([1; 16], "loud and clear")).is_some()
    );
    assert_eq!(find(&file, POLL, &Receipt::new([1; 16], "")), None);
    assert_eq!(find(&file, POLL, &Receipt::new([41; 16], "loud and clear")), None);
    assert_eq!(find(&file, "another poll", &Receipt::new([1; 16], "loud and clear")), None);
    assert_eq!(Receipt::read("1234"), None);
    assert_eq!(format!("{:?}", Receipt::new([1; 16], "mine")), "Receipt(secret)");
}

#[test]
fn a_tag_is_the_one_that_sha256sum_gives() {
    // printf 'ballots receipt 1\nspring\n00000000000000000000000000000000\nmine' | sha256sum | cut -c1-32
    assert_eq!(Receipt::new([0; 16], "mine").tag("spring"), "b31d26d1c5f48b5f2d981d59ca62f8dc");
}

#[test]
fn a_public_file_that_was_tampered_with_is_refused() {
    let file = public_file(&paper(), cast(3).into_iter().map(|(_, sealed)| sealed).collect()).unwrap();
    let (first, last) = (file.lines().nth_back(2).unwrap(), file.lines().last().unwrap());
    let rows = file.lines().count();
    let refusal = |text: String| parse(text.as_bytes()).unwrap_err().to_string();
    assert!(refusal(format!("{file}{last}\n")).ends_with("a second time"));
    assert!(refusal(format!("{file}{first}\n")).ends_with("ballots with tags stand in the order of the tags"));
    assert_eq!(
        refusal(format!("{file}1: 2>1\n")),
        format!("line {}: this ballot has no receipt tag, the ones before have", rows + 1)
    );
    assert_eq!(
        refusal(file.replacen("\n1: ", "\n2: ", 1)),
        format!("line {}: a ballot with a receipt tag was cast once, found 2", rows - 2)
    );
    let late = format!("{}1: 1\n1: 2 #{}\n", paper().head(), "0".repeat(32));
    assert!(refusal(late).ends_with("this ballot has a receipt tag, the ones before have none"));
}

#[test]
fn what_does_not_fit_the_paper_is_not_published() {
    let sealed = |tag: &str, ballot: &str| vec![Sealed { tag: tag.to_owned(), ballot: ballot.to_owned() }];
    let tag = "0".repeat(32);
    assert!(public_file(&paper(), sealed(&tag, "1>2")).is_ok());
    for (tag, ballot) in [(tag.as_str(), "9"), (&tag, "1\n5: 2"), (&tag, "1>1"), ("short", "1"), (&"G".repeat(32), "1")]
    {
        assert!(public_file(&paper(), sealed(tag, ballot)).is_err(), "{ballot} {tag}");
    }
}

#[test]
fn people_are_warned_when_secrecy_cannot_hold() {
    let head = paper().head();
    let of = |lines: &str| secrecy(&parse(format!("{head}{lines}").as_bytes()).unwrap());
    assert!(of("9: 1\n").cannot_hold() && of("50: 1\n").cannot_hold());
    let many = of("50: 1\n2: 2=3\n3: 3=2\n1: 3>1\n");
    assert_eq!((many.ballots, many.alone, many.unanimous, many.cannot_hold()), (56, 1, false, false));
}
