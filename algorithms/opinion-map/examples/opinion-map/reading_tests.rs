//! What the reader takes, and how it refuses the rest.

use proptest::prelude::*;

use super::*;

const WIDE: &str = "participant,group-id,n-votes,n-agree,n-disagree,0,7\n4,1,2,1,1,1,-1\n9,,1,0,0,,0\n";

fn refusal(result: Result<Ballots, Trouble>) -> String {
    result.expect_err("this file should have been refused").0
}

#[test]
fn the_wide_form_is_taken_with_its_groups() {
    let ballots = votes(WIDE.as_bytes(), false).unwrap();
    assert_eq!(ballots.votes, BTreeMap::from([((4, 0), Vote::Agree), ((4, 7), Vote::Disagree), ((9, 7), Vote::Pass)]));
    assert_eq!(ballots.groups, Some(BTreeMap::from([(4, 1)])));
}

#[test]
fn of_two_votes_the_later_counts_wherever_it_stands() {
    let one = votes(b"timestamp,comment-id,voter-id,vote\n20,3,1,-1\n10,3,1,1\n", false).unwrap();
    let other = votes(b"timestamp,comment-id,voter-id,vote\n10,3,1,1\n20,3,1,-1\n", false).unwrap();
    assert_eq!(one.votes, BTreeMap::from([((1, 3), Vote::Disagree)]));
    assert_eq!(one.votes, other.votes);
}

#[test]
fn of_two_votes_at_the_same_time_the_order_of_rows_decides_only_where_asked() {
    let (one, other) = (
        "timestamp,comment-id,voter-id,vote\n5,3,1,-1\n5,3,1,1\n",
        "timestamp,comment-id,voter-id,vote\n5,3,1,1\n5,3,1,-1\n",
    );
    assert_eq!(votes(one.as_bytes(), false), votes(other.as_bytes(), false));
    assert_ne!(votes(one.as_bytes(), true), votes(other.as_bytes(), true));
}

#[test]
fn the_form_that_tells_arrivals_does() {
    let ballots = votes(b"modified_ms,participant,statement,vote\n30,2,0,1\n10,5,0,1\n20,2,1,1\n", true).unwrap();
    assert_eq!(ballots.arrivals, Some(vec![5, 2]));
}

#[test]
fn what_is_wrong_is_said_with_its_row() {
    for (file, row, why) in [
        ("", "row 1", "empty"),
        ("a,b\n1,2\n", "row 1", "participant"),
        ("participant,0,0\n", "row 1", "two columns"),
        ("participant,0,x\n", "row 1", "\"x\""),
        ("participant,vote,vote\n", "row 1", "two columns"),
        ("participant,0\n1,2\n", "row 2", "neither 1, 0 nor -1"),
        ("participant,0\n1,1\n1,0\n", "row 3", "already"),
        ("participant,0\n1\n", "row 2", "fields"),
        ("participant,0\n-1,1\n", "row 2", "participant"),
        ("participant,0\n99999999999999999999999,1\n", "row 2", "participant"),
        ("participant,n-votes,0\n1,1,1\n2,7,1\n", "row 3", "n-votes says 7"),
        ("participant,group-id,0\n1,two,1\n", "row 2", "group-id"),
        ("timestamp,comment-id,voter-id,vote\n1,2,3,4\n", "row 2", "\"4\""),
        ("timestamp,comment-id,voter-id,vote\nnoon,2,3,1\n", "row 2", "time"),
        ("comment-id,voter-id,vote\n", "row 1", "timestamp"),
    ] {
        let said = refusal(votes(file.as_bytes(), false));
        assert!(said.starts_with(row) && said.contains(why) && !said.contains('\n'), "{file:?}: {said}");
    }
    let said = refusal(votes(b"participant,0\r\n1,1\r\n\r\n2,5\r\n", false));
    assert!(said.starts_with("row 3 (line 4): "), "{said}");
    let said = refusal(votes(b"participant,0\n1,1\n\xFF\xFE,1\n", false));
    assert!(said.starts_with("row 3"), "{said}");
    for (file, why) in [
        ("comment-id,moderated\n1,5\n", "moderated"),
        ("comment-id,moderated\n1,1\n1,1\n", "already"),
        ("comment-id\n1\n", "moderated"),
        ("comment-id,moderated,comment-body\n1,1,\"one\n2,-1,two\n", "row 2: a quotation mark is never closed"),
    ] {
        let said = comments(file.as_bytes()).expect_err("this file should have been refused").0;
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_statement_listed_and_never_voted_on_is_said_to_be_unseen() {
    let listed = comments(b"comment-id,moderated,is-meta\n0,1,false\n7,-1,false\n8,0,\n9,-1,0\n").unwrap();
    let conversation = votes(WIDE.as_bytes(), false).unwrap().number(&listed).unwrap();
    assert_eq!(conversation.unseen, [8]);
    assert!(conversation.unlisted.is_empty());
    assert_eq!(conversation.votes.standings(), [Standing::Live, Standing::Rejected]);
}

#[test]
fn a_statement_voted_on_and_never_listed_is_said_to_be_unlisted() {
    let listed = comments(b"comment-id,moderated\n0,1\n").unwrap();
    let unlisted = |comments| votes(WIDE.as_bytes(), false).unwrap().number(comments).unwrap().unlisted;
    assert_eq!((unlisted(&listed), unlisted(&Comments::default())), (vec![7], vec![]));
}

proptest! {
    #[test]
    fn no_bytes_bring_the_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = (votes(&bytes, false), comments(&bytes));
    }

    #[test]
    fn no_broken_file_brings_it_down(at in 0..WIDE.len(), with in any::<u8>(), cut in 0..WIDE.len()) {
        let mut bytes = WIDE.as_bytes().to_vec();
        bytes[at] = with;
        for bytes in [&bytes[..], &bytes[..cut]] {
            if let Err(Trouble(line)) = votes(bytes, false) {
                prop_assert!(line.starts_with("row ") && !line.contains('\n'), "{line:?}");
            }
        }
    }

    #[test]
    fn rows_in_any_order_read_the_same(
        rows in proptest::collection::vec((0..9_i64, 0..4_u64, 0..5_u64, -1..2_i64), 0..40)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let file = |rows: &[(i64, u64, u64, i64)]| {
            let lines: String = rows.iter().map(|(time, person, statement, vote)| format!("{time},{statement},{person},{vote}\n")).collect();
            format!("timestamp,comment-id,voter-id,vote\n{lines}")
        };
        prop_assert_eq!(votes(file(&rows.0).as_bytes(), false), votes(file(&rows.1).as_bytes(), false));
    }
}
