//! The draw on the command line. `odds` prints everyone's chance, `draw` draws and publishes, `verify` does a published
//! draw again. See the crate's README for the files and the JSON.

#[path = "sortition/asked.rs"]
mod asked;

use std::collections::HashMap;
use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sortition::{
    Drawn, Files, Lottery, NoOdds, Odds, Pool, Price, Register, Relaxation, Replacement, commitment, verify,
};

use asked::Asked;

const USAGE: &str = "usage:
  sortition odds   --people FILE --quotas FILE --panel-size K [--method leximin|maximin|goldilocks] [--prices] [--seconds N] [--json]
  sortition draw   --people FILE --quotas FILE --panel-size K [--method ...] [--out DIR] [--seed HEX] [--salt HEX]
                   [--randomness TEXT] [--announce] [--kept ROWS --gone ROWS] [--seconds N] [--json]
  sortition verify DIR [--commitment HEX] [--seed HEX] [--seconds N] [--json]

--announce writes what is published before the draw and draws nothing; draw again with the same files and the public
randomness as --seed. Without --seed the operating system's chance is used. --kept and --gone (row numbers from 0,
separated by commas) draw the seats of people who dropped out. --seconds stops early with the best lottery so far.
verify: give it the commitment that was printed before the draw and the randomness that you saw yourself.";
/// The most that `verify` reads of one file.
const FILE_BYTES_MAX: u64 = 256 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = match Asked::read(&arguments) {
        Ok(asked) => asked,
        Err(fault) => {
            eprintln!("{fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match asked.command.as_str() {
        "odds" => odds(&asked),
        "draw" => draw(&asked),
        _ => check(&asked),
    };
    match done {
        Ok((answer, well)) => {
            asked.print(&answer);
            if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            eprintln!("{}", fault.to_string().replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

type Answer = Result<(Value, bool), Box<dyn Error>>;

fn odds(asked: &Asked) -> Answer {
    let pool = asked.pool()?;
    let mut watch = asked.watch();
    let odds = match Odds::of(&pool, asked.method()?, &mut watch) {
        Ok(odds) => odds,
        Err(NoOdds::Infeasible) => return Ok((infeasible(asked, &pool), true)),
        Err(other) => return Err(other.into()),
    };
    let mut answer = describe(asked, &pool, &odds);
    if asked.options.contains_key("prices") {
        answer["prices"] = Price::of_each(&pool, &mut watch)?
            .iter()
            .map(|price| {
                json!({
                    "change": change(&price.change), "price": price.price(),
                    "before": price.before, "before_at_most": price.before_at_most, "after": price.after,
                    "after_at_most": price.after_at_most,
                })
            })
            .collect();
    }
    Ok((answer, true))
}

fn draw(asked: &Asked) -> Answer {
    let mut pool = asked.pool()?;
    let mut rows: Vec<usize> = (0..pool.people()).collect();
    let (kept, gone) = (asked.rows("kept")?, asked.rows("gone")?);
    if !kept.is_empty() || !gone.is_empty() {
        Replacement { pool, rows } = Replacement::of(&pool, &kept, &gone)?;
    }
    let salt = match asked.hex("salt")? {
        Some(salt) => salt,
        // As hard to guess as the organiser's own file, and the same whenever the draw is done again.
        None => Sha256::digest(asked.text("people")?).to_vec(),
    };
    let register = Register::new(&pool, &salt);
    let odds = match Odds::of(&register.pool, asked.method()?, &mut asked.watch()) {
        Ok(odds) => odds,
        Err(NoOdds::Infeasible) => return Ok((infeasible(asked, &pool), false)),
        Err(other) => return Err(other.into()),
    };
    let lottery = Lottery::of(&odds, Lottery::PANELS);
    if lottery.farthest > Lottery::NEAR {
        return Err(format!(
            "no lottery of {} panels within {} of everybody's chance was found, and no other stands up to verify",
            Lottery::PANELS,
            Lottery::NEAR
        )
        .into());
    }
    let randomness = asked.option("randomness").unwrap_or("the bytes given to the draw as its seed");
    let mut files = register.announce(&odds, &lottery, randomness);
    let mut answer = describe(asked, &register.pool, &odds);
    say_by_row(&mut answer, asked, &register, &odds, &rows);
    answer["commitment"] = json!(commitment(&files));
    answer["lottery_farthest"] = json!(lottery.farthest);
    if !asked.options.contains_key("announce") {
        let seed = asked.hex("seed")?.map_or_else(chance, Ok)?;
        let drawn = Drawn::by(&register, &lottery, &commitment(&files), &seed);
        drawn.publish(&mut files);
        let mut panel: Vec<usize> = drawn.panel.iter().map(|&at| rows[register.rows[at]]).collect();
        panel.sort_unstable();
        answer["panel"] = json!(panel);
        answer["number"] = json!(drawn.number);
        answer["seed"] = json!(drawn.randomness);
    }
    if let Some(directory) = asked.option("out") {
        publish(directory, &files)?;
    }
    Ok((answer, true))
}

/// A register's people stand in the order of their pseudonyms; what is said of each goes back to the file's rows.
fn say_by_row(answer: &mut Value, asked: &Asked, register: &Register, odds: &Odds, rows: &[usize]) {
    let mut places = vec![0; rows.len()];
    register.rows.iter().enumerate().for_each(|(at, &row)| places[row] = at);
    answer["probability"] = places.iter().map(|&at| odds.chances[at]).collect();
    answer["type_of_person"] = places.iter().map(|&at| odds.kind_of_person()[at]).collect();
    answer["pseudonyms"] = places.iter().map(|&at| register.pseudonyms[at].clone()).collect();
    answer["unreachable"] = unreachable(asked, &register.pool, odds, |at| rows[register.rows[at]]);
    answer["explanation"] = places.iter().map(|&at| odds.explain(at).to_string()).collect();
    answer["rows"] = json!(rows);
}

/// Writes the public files, never over those of another draw.
fn publish(directory: &str, files: &Files) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(directory).map_err(|error| format!("{directory}: {error}"))?;
    let other = |(name, text): &(&String, &String)| {
        std::fs::read(Path::new(directory).join(name)).is_ok_and(|there| there != text.as_bytes())
    };
    if let Some((name, _)) = files.iter().find(other) {
        return Err(format!(
            "{directory}/{name} is of another draw, which stays as it was published; choose another folder"
        )
        .into());
    }
    for (name, text) in files {
        std::fs::write(Path::new(directory).join(name), text)
            .map_err(|error| format!("{directory}/{name}: {error}"))?;
    }
    Ok(())
}

fn check(asked: &Asked) -> Answer {
    let mut files = Files::new();
    for name in sortition::FILES {
        let file =
            std::fs::File::open(Path::new(&asked.directory).join(name)).map_err(|error| format!("{name}: {error}"))?;
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| format!("{name}: {error}"))?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(format!("{name} has more than {FILE_BYTES_MAX} bytes").into());
        }
        files.insert(name.to_owned(), String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text"))?);
    }
    let verified = verify(&files, &mut || asked.in_time())?;
    if asked.option("commitment").is_some_and(|printed| !printed.eq_ignore_ascii_case(&verified.commitment)) {
        return Err(format!("the commitment is {}, not the one that was printed", verified.commitment).into());
    }
    let seed = &verified.drawn.randomness;
    if asked.option("seed").is_some_and(|seen| !seen.eq_ignore_ascii_case(seed)) {
        return Err(format!("the randomness used is {seed}, not the one that you saw").into());
    }
    let verdict = if verified.finished {
        "The draw was done as announced, and no lottery is fairer.".to_owned()
    } else {
        format!(
            "The draw was done as announced, but that its lottery is the fairest is NOT proven: the solver was stopped early, and the lowest chance of a level could be higher by up to {}.",
            verified.gap
        )
    };
    if !verified.finished {
        eprintln!("{verdict}");
    }
    Ok((
        json!({
            "verdict": verdict, "verified": true, "fairest": verified.finished, "commitment": verified.commitment,
            "randomness": verified.announcement.randomness, "seed": seed,
            "number": verified.drawn.number, "panel": verified.drawn.panel, "pseudonyms": verified.drawn.pseudonyms,
            "finished": verified.finished, "farthest": verified.farthest, "gap": verified.gap,
        }),
        true,
    ))
}

fn describe(asked: &Asked, pool: &Pool, odds: &Odds) -> Value {
    if !odds.finished {
        eprintln!(
            "stopped early: that no lottery is fairer is NOT proven, and the lowest chance of a level could be higher by up to {}",
            odds.gap()
        );
    }
    let people = odds.chances.len() as f64;
    let mean = f64::from(pool.seats()) / people;
    let mut sorted = odds.chances.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let gini: f64 =
        sorted.iter().enumerate().map(|(at, chance)| (2.0 * (at as f64 + 1.0) - people - 1.0) * chance).sum::<f64>()
            / (people * people * mean);
    let geometric = (sorted.iter().map(|chance| chance.ln()).sum::<f64>() / people).exp();
    let sizes = odds.kind_sizes();
    let dual = |shares: &[(usize, f64)]| -> Value {
        shares.iter().map(|(kind, share)| (kind.to_string(), json!(share))).collect::<serde_json::Map<_, _>>().into()
    };
    let levels = odds.levels.iter().map(|level| json!({
        "value": level.value, "upper_bound": level.upper_bound, "gap": level.upper_bound - level.value,
        "types": level.kinds,
        "people": level.kinds.iter().map(|&kind| sizes[kind]).sum::<usize>(), "dual": dual(&level.certificate.shares),
        "cap": level.certificate.cap,
    }));
    let mut answer = json!({
        "feasible": true, "n": odds.chances.len(), "k": pool.seats(), "method": odds.method, "finished": odds.finished,
        "probability": odds.chances, "min_prob": odds.min(), "max_prob": odds.max(), "gini": gini,
        "geometric_mean": geometric,
        "levels": levels.collect::<Vec<_>>(), "max_certificate_gap": odds.gap(), "cuts": odds.cuts,
        "type_of_person": odds.kind_of_person(), "type_size": sizes, "excluded_people": odds.unreachable.len(),
        "unreachable": unreachable(asked, pool, odds, |at| at),
        "support": odds.support().map(|(share, panel)| json!({
            "probability": share, "types": panel
        })).collect::<Vec<_>>(),
    });
    if let Some(objective) = &odds.objective {
        answer["objective"] = json!(objective.value);
        answer["lower_bound"] = json!(objective.lower_bound);
        answer["certificates"] = objective
            .certificates
            .iter()
            .map(|certificate| json!({"dual": dual(&certificate.shares), "cap": certificate.cap}))
            .collect();
    }
    answer["explanation"] = (0..odds.chances.len()).map(|person| odds.explain(person).to_string()).collect();
    answer
}

/// People no panel can hold, by the row of the organiser's file, each with the reason.
fn unreachable(asked: &Asked, pool: &Pool, odds: &Odds, row: impl Fn(usize) -> usize) -> Value {
    let mut reasons: HashMap<usize, Value> = HashMap::new();
    odds.unreachable.iter().map(|&at| {
        let reason = reasons.entry(odds.kind_of_person()[at]).or_insert_with(|| Relaxation::smallest(pool, Some(at), &mut || asked.in_time()).map_or_else(
            || json!({
                "reason": "no change of quotas within their flex was found that makes room for somebody with these answers"
            }),
            |relaxation| json!({"reason": format!("no panel that keeps all quotas has room; the smallest change that makes room: {relaxation}"),
                "cost": relaxation.cost, "changes": relaxation.changes.iter().map(change).collect::<Vec<_>>()}),
        ));
        let mut entry = reason.clone();
        entry["row"] = json!(row(at));
        entry["answers"] = json!(pool.answers(at));
        entry
    }).collect()
}

fn infeasible(asked: &Asked, pool: &Pool) -> Value {
    match Relaxation::smallest(pool, None, &mut || asked.in_time()) {
        Some(relaxation) => json!({
            "feasible": false,
            "reason": format!("no panel keeps all quotas; the smallest change under which one does: {relaxation}"),
            "min_relaxation_cost": relaxation.cost,
            "one_optimal_change": relaxation.changes.iter().map(change).collect::<Vec<_>>(),
        }),
        None if pool.most_seats() < pool.seats() as usize => json!({
            "feasible": false,
            "reason": format!("only {} people (one per household) for {} seats", pool.most_seats(), pool.seats()),
        }),
        None if asked.in_time() => {
            json!({
                "feasible": false,
                "reason": "no panel keeps all quotas, and no change of quotas within their flex helps"
            })
        }
        None => {
            json!({
                "feasible": false,
                "reason": "no panel keeps all quotas, and no change of quotas within their flex was found in time that helps"
            })
        }
    }
}

fn change(change: &sortition::Change) -> Value {
    json!({"category": change.category, "feature": change.value, "old": change.old, "new": change.new})
}

/// 32 bytes from the operating system, for a draw whose randomness nobody else has to trust.
fn chance() -> Result<Vec<u8>, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("no chance from the operating system: {error}"))?;
    Ok(bytes.to_vec())
}
