//! Asking less: how many fewer answers settle what each group shares, over several orders of people. All eight
//! conversations and more orders: `cargo bench -p opinion-map --bench routing`.

#![expect(clippy::unwrap_used, reason = "whatever is missing here should fail the test")]

#[expect(dead_code, reason = "a replay needs the votes alone")]
mod open_data;
#[path = "routing/replay.rs"]
mod replay;

/// Of so many orders, over which the mean still wavers by about a tenth.
const ORDERS: u64 = 8;

#[test]
fn what_each_group_shares_is_found_with_fewer_votes() {
    for (folder, least) in [
        ("15-per-hour-seattle", 0.25),
        ("brexit-consensus", 0.5),
        ("scoop-hivemind.taxes", 0.4),
        ("scoop-hivemind.ubi", 0.4),
    ] {
        let [needed, _] = replay::answers_needed(folder, ORDERS, replay::surety);
        let (saved, spread) = replay::saved(&needed);
        println!("{folder}: {saved:.3} saved ({spread:.3} from one order to another): {needed:?}");
        assert!(saved > least, "{folder}: {saved}");
    }
}
