//! A draw from announcement to verification, and after drop-outs.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sortition::{
    Certificate, Drawn, FILES, Files, Lottery, Method, Odds, Pool, Register, Replacement, commitment, verify,
};

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

/// What a host does who changed a file before announcing it: makes every hash and the draw fit again.
fn fit(files: &mut Files, randomness: &str) {
    let mut announcement: Value = serde_json::from_str(&files["announcement.json"]).expect("plain JSON");
    let hash = |text: &str| HEXLOWER.encode(&Sha256::digest(text));
    for name in ["lottery.csv", "odds.json", "pool.csv", "quotas.csv"] {
        announcement["sha256"][name] = json!(hash(&files[name]));
    }
    let sums = serde_json::to_string_pretty(&announcement["sha256"]).expect("plain JSON").replace('\n', "\n  ");
    let text = |key: &str| announcement[key].to_string();
    let fields = ["version", "method", "seats", "panels", "randomness"]
        .map(|key| format!("  \"{key}\": {},\n", text(key)))
        .concat();
    files.insert("announcement.json".to_owned(), format!("{{\n{fields}  \"sha256\": {sums}\n}}\n"));
    let panels: Vec<Vec<usize>> = files["lottery.csv"]
        .lines()
        .skip(1)
        .map(|line| line.split([',', ' ']).skip(1).flat_map(str::parse).collect())
        .collect();
    let names: Vec<&str> =
        files["pool.csv"].lines().skip(1).map(|line| line.split(',').next().expect("a line has a start")).collect();
    let commitment = commitment(files);
    let digest = Sha256::digest(format!("{commitment}|{randomness}|0"));
    let number = (u64::from_be_bytes(digest[..8].try_into().expect("eight bytes")) % panels.len() as u64) as usize;
    let members: Vec<&str> = panels[number].iter().map(|&at| *names.get(at).unwrap_or(&"nobody")).collect();
    let list = |list: Value| serde_json::to_string_pretty(&list).expect("plain JSON").replace('\n', "\n  ");
    files.insert("result.json".to_owned(), format!(
        "{{\n  \"commitment\": \"{commitment}\",\n  \"randomness\": {},\n  \"tries\": 0,\n  \"digest\": \"{}\",\n  \"number\": {number},\n  \"panel\": {},\n  \"pseudonyms\": {}\n}}\n",
        json!(randomness), HEXLOWER.encode(&digest), list(json!(panels[number])), list(json!(members)),
    ));
}

fn refusal(files: &Files) -> String {
    verify(files, &mut || true).map_or_else(|why| why, |_| "verified".to_owned())
}

#[test]
fn randomness_has_one_spelling_so_that_nobody_can_choose_among_draws() {
    let (mut files, _, _) = published(b"\x0b\xad");
    fit(&mut files, "0bad");
    assert_eq!(refusal(&files), "verified", "the host's own files are right");
    for spelling in ["", "0BAD", "0bad ", "0ba", "0x0bad", "six, three"] {
        fit(&mut files, spelling);
        assert!(refusal(&files).contains("randomness"), "{spelling:?}: {}", refusal(&files));
    }
}

#[test]
fn a_file_that_could_be_read_in_two_ways_is_refused_even_when_all_hashes_fit() {
    let (files, _, _) = published(b"\x0b\xad");
    assert!(FILES.iter().all(|name| files.contains_key(*name)) && files.len() == FILES.len());
    let change = |name: &str, change: &dyn Fn(&str) -> String| {
        let mut changed = files.clone();
        changed.insert(name.to_owned(), change(&files[name]));
        assert_ne!(changed, files);
        fit(&mut changed, "0bad");
        refusal(&changed)
    };
    for name in ["pool.csv", "quotas.csv", "lottery.csv"] {
        for form in [
            |text: &str| text.replace('\n', "\r\n"),
            |text: &str| format!("\u{feff}{text}"),
            |text: &str| text.trim_end().to_owned(),
        ] {
            assert_eq!(change(name, &form), format!("{name} is not written in its canonical form"));
        }
    }
    assert!(change("pool.csv", &|text| text.replacen("pseudonym", "who", 1)).contains("canonical"));
    assert!(change("pool.csv", &|text| text.replacen("young", "YOUNG", 1)).contains("canonical"));
    assert!(change("pool.csv", &|text| text.replace('\n', ",x\n")).contains("canonical"));
    assert!(change("lottery.csv", &|text| text.replacen("number", "any", 1)).contains("canonical"));
    assert!(
        change("announcement.json", &|text| text.replace("dice thrown on stage on 1 May", " "))
            .contains("where the randomness comes from")
    );
}

#[test]
fn a_pool_or_a_lottery_that_breaks_a_rule_is_refused_even_when_all_hashes_fit() {
    let (files, register, _) = published(b"\x0b\xad");
    let change = |name: &str, change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = files.clone();
        let mut lines: Vec<String> = files[name].lines().map(str::to_owned).collect();
        change(&mut lines);
        changed.insert(name.to_owned(), lines.join("\n") + "\n");
        fit(&mut changed, "0bad");
        refusal(&changed)
    };
    let panel = |panel: &dyn Fn(&[usize]) -> bool| {
        (0_usize..1 << 10)
            .map(|set| (0..10).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>())
            .find(|set| set.len() == 4 && panel(set))
            .unwrap()
    };
    let why = |set: &[usize]| register.pool.check(set).err().unwrap_or_default();
    let line = |set: Vec<usize>| format!("0,{}", set.iter().map(usize::to_string).collect::<Vec<_>>().join(" "));
    assert!(
        change("lottery.csv", &|lines| lines[1] = line(panel(&|set| why(set).contains("people with"))))
            .contains("lottery.csv, row 2")
    );
    assert!(
        change("lottery.csv", &|lines| lines[1] = line(panel(&|set| why(set).contains("lives with"))))
            .contains("lives with")
    );
    assert!(change("lottery.csv", &|lines| lines[1] = "0,1 1 2 3".to_owned()).contains("is there twice"));
    assert!(
        change("lottery.csv", &|lines| (1..200)
            .for_each(|at| lines[at] = format!("{},{}", at - 1, lines[1].split_once(',').unwrap().1)))
        .contains("chance")
    );
    assert!(change("lottery.csv", &|lines| lines.swap(1, 2)).contains("numbered"));
    assert!(change("lottery.csv", &|lines| _ = lines.pop()).contains("999 panels, not the 1000 announced"));
    assert_ne!(change("pool.csv", &|lines| _ = lines.remove(4)), "verified");
    assert!(change("pool.csv", &|lines| lines.swap(1, 2)).contains("sorted"));
    assert!(change("quotas.csv", &|lines| lines[1] = "age,old,3,3".to_owned()).contains("lottery.csv, row 2"));
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
    assert!(publish(&odds).is_ok_and(|verified| verified.finished));
    odds.finished = false;
    assert!(
        publish(&odds).is_ok_and(|verified| !verified.finished),
        "a solve that was stopped proves less, and says so"
    );
    odds.finished = true;
    odds.levels[0].certificate.cap *= 0.9;
    assert!(publish(&odds).unwrap_err().contains("certificate"));
    odds.levels[0].certificate = Certificate { shares: vec![(0, 2.0), (1, -1.0)], cap: 2.0 };
    assert!(publish(&odds).unwrap_err().contains("negative"));
    odds.levels.clear();
    assert!(publish(&odds).unwrap_err().contains("no level"));
}

#[test]
fn a_panel_fixed_in_advance_is_not_proven_fair_by_forged_certificates() {
    // The host wants the first of two old people on every panel, and the same five young ones.
    let people = format!("age,who\nold,0\nold,1\n{}", "young,0\n".repeat(5) + &"young,1\n".repeat(5));
    let pool =
        Pool::read(&people, "category,feature,min,max\nage,old,0,1\nage,young,5,6\nwho,0,0,6\nwho,1,0,6\n", 6).unwrap();
    let register = Register::new(&pool, b"salt");
    let mut odds = Odds::of(&register.pool, Method::Leximin, &mut |_| true).unwrap();
    let chosen: Vec<usize> =
        (0..12).filter(|&at| register.rows[at] == 0 || (2..7).contains(&register.rows[at])).collect();
    register.pool.check(&chosen).unwrap();
    odds.chances = (0..12).map(|at| if chosen.contains(&at) { 1.0 } else { 0.0 }).collect();
    let lottery = Lottery { panels: vec![chosen; 1_000], farthest: 0.0 };
    let (kinds, mut level) = (odds.kind_sizes().len(), odds.levels[0].clone());
    (level.value, level.upper_bound, level.kinds) = (0.0, 0.0, (0..kinds).collect());
    let left_out = odds.kind_of_person()[register.rows.iter().position(|&row| row == 1).unwrap()];
    let mut publish = |method: Method, shares: Vec<(usize, f64)>, cap: f64| {
        level.certificate = Certificate { shares, cap };
        (odds.levels, odds.method) = (vec![level.clone()], method);
        let mut files = register.announce(&odds, &lottery, "dice");
        Drawn::by(&register, &lottery, &commitment(&files), b"1").publish(&mut files);
        verify(&files, &mut || true).map(|verified| verified.finished)
    };
    for method in [Method::Leximin, Method::Maximin] {
        assert!(publish(method, vec![(left_out, 1e9), (left_out, 1e-9)], 1e-9).unwrap_err().contains("order of kinds"));
        assert!(publish(method, vec![(left_out, 1e-9)], 0.0).unwrap_err().contains("sum to 1"));
        assert!(publish(method, vec![], 0.0).unwrap_err().contains("sum to 1"));
        assert!(publish(method, vec![(left_out, 1.0)], 0.0).unwrap_err().contains("a panel weighs"));
    }
}

#[test]
fn a_share_of_people_no_panel_can_hold_proves_nothing() {
    let people = format!("age\nold\n{}{}", "young\n".repeat(4), "middle\n".repeat(8));
    let pool =
        Pool::read(&people, "category,feature,min,max\nage,old,0,0\nage,young,1,2\nage,middle,1,3\n", 3).unwrap();
    let register = Register::new(&pool, b"salt");
    let odds = |method: Method| Odds::of(&register.pool, method, &mut |_| true).unwrap();
    let nobody = odds(Method::Leximin).kind_of_person()[odds(Method::Leximin).unreachable[0]];
    let publish = |odds: &Odds| {
        let mut files = register.announce(odds, &Lottery::of(odds, Lottery::PANELS), "dice");
        Drawn::by(&register, &Lottery::of(odds, Lottery::PANELS), &commitment(&files), b"1").publish(&mut files);
        refusal(&files)
    };
    let (mut levels, mut goldilocks) = (odds(Method::Leximin), odds(Method::Goldilocks));
    assert_eq!((publish(&levels), publish(&goldilocks)), ("verified".to_owned(), "verified".to_owned()));
    // So large a share that any other is rounding beside it.
    levels.levels[0].certificate.shares.push((nobody, 1e15));
    levels.levels[0].certificate.shares.sort_by_key(|pair| pair.0);
    assert!(publish(&levels).contains("is unreachable"), "{}", publish(&levels));
    // "The lowest chance is at most a millionth": true of somebody who has none, and any objective is below that.
    let objective = goldilocks.objective.as_mut().unwrap();
    objective.certificates = vec![Certificate { shares: vec![(nobody, 1.0)], cap: 1e-6 }];
    objective.lower_bound = 0.25 * 1e6 + 4.0 * 1e-6;
    assert!(publish(&goldilocks).contains("is unreachable"), "{}", publish(&goldilocks));
}

#[test]
fn the_lowest_chance_alone_is_not_sold_as_leximin() {
    let pool = Pool::read(
        &format!("age\n{}{}", "young\n".repeat(4), "old\n".repeat(10)),
        "category,feature,min,max\nage,young,2,2\nage,old,2,2\n",
        4,
    )
    .unwrap();
    let register = Register::new(&pool, b"salt");
    let mut odds = Odds::of(&register.pool, Method::Maximin, &mut |_| true).unwrap();
    let lottery = Lottery::of(&odds, Lottery::PANELS);
    let publish = |odds: &Odds| {
        let mut files = register.announce(odds, &lottery, "dice");
        Drawn::by(&register, &lottery, &commitment(&files), b"1").publish(&mut files);
        verify(&files, &mut || true).map(|_| ())
    };
    publish(&odds).unwrap();
    odds.method = Method::Leximin;
    assert!(publish(&odds).unwrap_err().contains("level 0"));
}

#[test]
fn other_randomness_draws_other_panels_and_each_is_about_as_likely() {
    let (files, register, _) = published(b"0");
    let odds = Odds::of(&register.pool, Method::Leximin, &mut |_| true).unwrap();
    let lottery = Lottery::of(&odds, 7);
    let mut times = [0; 7];
    (0..7_000_u32)
        .for_each(|seed| times[Drawn::by(&register, &lottery, &commitment(&files), &seed.to_be_bytes()).number] += 1);
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
    let (first, second) = (Register::new(&pool, b"salt"), Register::new(&replacement.pool, b"salt"));
    for (pseudonym, &at) in second.pseudonyms.iter().zip(&second.rows) {
        let before = first.rows.iter().position(|&row| row == replacement.rows[at]).unwrap();
        assert_eq!(pseudonym, &first.pseudonyms[before], "everybody keeps their pseudonym");
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

#[test]
fn thousands_of_couples_are_seated_and_told_their_chance_without_looking_at_everybody_each_time() {
    // Two looks at everybody for each of 400 seats of 1,000 panels would take hours.
    let people = (0..4_000).fold("age,household\n".to_owned(), |text, at| text + &format!("old,{}\n", at / 2));
    let pool = Pool::read(&people, "category,feature,min,max\nage,old,0,400\n", 400).unwrap();
    let odds = Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap();
    let lottery = Lottery::of(&odds, Lottery::PANELS);
    assert!(lottery.farthest <= Lottery::NEAR);
    lottery.panels.iter().for_each(|panel| pool.check(panel).unwrap());
    assert!((0..4_000).all(|person| (odds.explain(person).least - 0.1).abs() < 1e-9));
}
