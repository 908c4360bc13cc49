//! A draw from announcement to verification, and after drop-outs.

use sortition::{Drawn, Files, Lottery, Method, Odds, Pool, Register, Replacement, commitment, verify};

const PEOPLE: &str = "name,age,region,household\nAda,young,north,1\nBrook,young,south,1\nCleo,old,north,2\nDara,old,south,2\n\
    Ada B,young,north,\nBrook B,old,south,\nCleo B,young,south,3\nDara B,old,north,3\nAda C,old,north,4\nBrook C,young,south,4\n";
const QUOTAS: &str = "category,feature,min,max\nage,young,2,2\nage,old,2,2\nregion,north,1,3\nregion,south,1,3\n";

fn published(seed: &[u8]) -> (Files, Register, Drawn) {
    let register = Register::new(&Pool::read(PEOPLE, QUOTAS, 4).expect("the pool is right"), b"a secret salt");
    let odds = Odds::of(&register.pool, Method::Leximin, &mut |_| true).expect("there are panels");
    let lottery = Lottery::of(&odds, Lottery::PANELS);
    assert!(lottery.farthest <= Lottery::NEAR);
    let mut files = register.announce(&odds, &lottery, "dice thrown on stage on 1 May");
    let drawn = Drawn::by(&register, &lottery, &commitment(&files), seed);
    drawn.publish(&mut files);
    (files, register, drawn)
}

#[test]
fn a_published_draw_can_be_done_again_from_its_files_alone() {
    let (files, register, drawn) = published(b"123456");
    let verified = verify(&files, &mut || true).unwrap();
    assert_eq!(verified.drawn, drawn);
    assert!(verified.gap < 1e-6 && verified.farthest <= Lottery::NEAR);
    assert_eq!(drawn.panel.len(), 4);
    register.pool.check(&drawn.panel).unwrap();
    assert!(!files.values().any(|text| text.contains("Ada")), "no names are published");
    assert_eq!(published(b"123456").0, files, "the same seed draws the same panel");
}

#[test]
fn one_changed_byte_in_any_file_is_found() {
    let (files, _, _) = published(b"123456");
    assert_eq!(files.len(), 6);
    for (name, text) in &files {
        let step = (text.len() / 97).max(1);
        for at in (0..text.len()).step_by(step) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let mut changed = files.clone();
            changed.insert(name.clone(), String::from_utf8(bytes).unwrap());
            assert!(verify(&changed, &mut || true).is_err(), "{name}, byte {at}");
        }
        let mut missing = files.clone();
        missing.remove(name);
        assert!(verify(&missing, &mut || true).unwrap_err().contains(name.as_str()));
    }
}

#[test]
fn a_proof_that_claims_too_much_is_found_even_when_all_hashes_fit() {
    let register = Register::new(&Pool::read(PEOPLE, QUOTAS, 4).unwrap(), b"salt");
    let mut odds = Odds::of(&register.pool, Method::Leximin, &mut |_| true).unwrap();
    let lottery = Lottery::of(&odds, Lottery::PANELS);
    let publish = |odds: &Odds| {
        let mut files = register.announce(odds, &lottery, "dice");
        Drawn::by(&register, &lottery, &commitment(&files), b"1").publish(&mut files);
        verify(&files, &mut || true)
    };
    assert!(publish(&odds).is_ok());
    odds.levels[0].certificate.cap *= 0.9;
    assert!(publish(&odds).unwrap_err().contains("certificate"));
    odds.levels[0].certificate = sortition::Certificate { shares: vec![(0, 2.0), (1, -1.0)], cap: 2.0 };
    assert!(publish(&odds).unwrap_err().contains("negative"));
    odds.levels.clear();
    assert!(publish(&odds).unwrap_err().contains("no level"));
}

#[test]
fn other_randomness_draws_other_panels_and_each_is_about_as_likely() {
    let (files, register, _) = published(b"0");
    let odds = Odds::of(&register.pool, Method::Leximin, &mut |_| true).unwrap();
    let lottery = Lottery::of(&odds, 7);
    let mut times = [0; 7];
    (0..7_000_u32).for_each(|seed| times[Drawn::by(&register, &lottery, &commitment(&files), &seed.to_be_bytes()).number] += 1);
    assert!(times.iter().all(|times| (880..1_120).contains(times)), "{times:?}");
}

#[test]
fn the_seats_of_people_who_dropped_out_are_drawn_again_under_the_same_quotas() {
    let pool = Pool::read(PEOPLE, QUOTAS, 4).unwrap();
    let odds = Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap();
    let panel = Lottery::of(&odds, Lottery::PANELS).panels.swap_remove(17);
    let (gone, kept) = (&panel[..2], &panel[2..]);
    let replacement = Replacement::of(&pool, kept, gone).unwrap();
    assert_eq!(replacement.pool.seats(), 2);
    let again = Odds::of(&replacement.pool, Method::Leximin, &mut |_| true).unwrap();
    assert!(again.gap() < 1e-6 && (again.chances.iter().sum::<f64>() - 2.0).abs() < 1e-9);
    for drawn in Lottery::of(&again, 20).panels {
        let whole: Vec<usize> = drawn.iter().map(|&at| replacement.rows[at]).chain(kept.iter().copied()).collect();
        pool.check(&whole).unwrap();
        assert!(gone.iter().all(|person| !whole.contains(person)));
    }
    assert!(Replacement::of(&pool, &panel, &[]).unwrap_err().contains("none of 4 seats is empty"));
    assert!(Replacement::of(&pool, kept, &[kept[0]]).unwrap_err().contains("named twice"));
}

#[test]
fn everybody_gets_their_chance_in_plain_words() {
    let people = format!("age\n{}{}", "young\n".repeat(4), "old\n".repeat(10));
    let pool = Pool::read(&people, "category,feature,min,max\nage,young,1,2\nage,old,2,3\n", 4).unwrap();
    let odds = Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap();
    let told = odds.explain(0).to_string();
    assert!(told.starts_with("Your chance was 28.6 %, the least anyone had was 28.6 %"), "{told}");
}
