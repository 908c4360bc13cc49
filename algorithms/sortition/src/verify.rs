//! Does a published draw again, trusting nothing but its public files.
//!
//! What for: a member, a journalist or a court that was not there.
//! Promises: recomputes every hash, every quota of every panel, every chance, the proof of every level (one
//! whole-number programme each) and the draw itself. Says the first thing that is wrong. Files have one form only, so
//! that no two readers read them differently. A proof is worth what it shows after every tolerance was counted against
//! it. Never does: ask whether the commitment was really published before the draw, whether the randomness is the one
//! that was named, or who stands behind a pseudonym. These take people who were there, see the README.

use data_encoding::HEXLOWER;

use crate::goldilocks::{self, Formula};
use crate::kinds::Kinds;
use crate::levels::{Proof, SHARE_MIN};
use crate::lottery::Lottery;
use crate::odds::Method;
use crate::pool::{Pool, Unreadable};
use crate::record::{
    ANNOUNCEMENT, Announcement, Drawn, Files, LOTTERY, ODDS, POOL, PublishedLevel, PublishedObjective, PublishedOdds,
    QUOTAS, RESULT, Register, VERSION, commitment, json, lottery_file, quotas_file, sha256,
};
use crate::search::{Found, NEAR, Search};

/// Differences below this are rounding.
const ROUNDING: f64 = 1e-6;
/// A panel may weigh this much more than a certificate's cap.
const OVER_CAP: f64 = 2e-9;
/// No proof may leave anybody of a finished leximin more to gain than this, when all tolerances are counted against it.
const LEFT_MAX: f64 = 0.002;

/// A draw that stood up to every check.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// To compare with what was published before the draw.
    pub commitment: String,
    /// What was fixed before the draw.
    pub announcement: Announcement,
    /// What the randomness chose.
    pub drawn: Drawn,
    /// The largest difference of anyone's chance in the lottery from the chance published.
    pub farthest: f64,
    /// The largest proven room left at any level.
    pub gap: f64,
    /// Whether the solver ended by itself. If not, nothing is proven but `gap`, which may be large.
    pub finished: bool,
}

/// Checks everything. `go_on` may stop the proofs, which then count as failed.
///
/// # Errors
/// The first thing wrong, in words.
pub fn verify(files: &Files, go_on: &mut dyn FnMut() -> bool) -> Result<Verified, String> {
    let file = |name: &str| files.get(name).map(String::as_str).ok_or_else(|| format!("{name} is missing"));
    let announcement: Announcement = record(ANNOUNCEMENT, file(ANNOUNCEMENT)?)?;
    if announcement.version != VERSION {
        return Err(format!("{ANNOUNCEMENT}: version {:?} is not {VERSION:?}", announcement.version));
    }
    if announcement.randomness.trim().is_empty() {
        return Err(format!("{ANNOUNCEMENT} does not say where the randomness comes from"));
    }
    for name in [POOL, QUOTAS, ODDS, LOTTERY] {
        if announcement.sha256.get(name) != Some(&sha256(file(name)?.as_bytes())) {
            return Err(format!("{name} is not the file that was announced: its SHA-256 differs"));
        }
    }
    if announcement.sha256.len() != 4 {
        return Err(format!("{ANNOUNCEMENT} names files that do not belong to a draw"));
    }
    let name = |error: &Unreadable| if error.file == "people" { POOL } else { QUOTAS };
    let pool = Pool::read(file(POOL)?, file(QUOTAS)?, announcement.seats)
        .map_err(|error| format!("{}, row {}: {}", name(&error), error.row, error.fault))?;
    let register = Register { rows: Vec::new(), pseudonyms: pseudonyms(file(POOL)?)?, pool };
    let panels = panels(file(LOTTERY)?, &register.pool, announcement.panels)?;
    let lottery = Lottery { panels, farthest: 0.0 };
    for (name, canonical) in
        [(POOL, register.pool_file()), (QUOTAS, quotas_file(&register.pool)), (LOTTERY, lottery_file(&lottery))]
    {
        if file(name)? != canonical {
            return Err(not_canonical(name));
        }
    }
    let odds: PublishedOdds = record(ODDS, file(ODDS)?)?;
    let farthest = chances_hold(&odds, &lottery, &register.pool)?;
    let gap = proofs_hold(&odds, &announcement, &register.pool, go_on)?;
    let drawn: Drawn = record(RESULT, file(RESULT)?)?;
    if drawn.commitment != commitment(files) {
        return Err(format!("{RESULT}: the commitment is not the SHA-256 of {ANNOUNCEMENT}"));
    }
    // Two ways of writing the same bytes would be two draws to choose from.
    if drawn.randomness.is_empty() || HEXLOWER.decode(drawn.randomness.as_bytes()).is_err() {
        return Err(format!("{RESULT}: the randomness is not written as pairs of the digits 0-9 and a-f"));
    }
    if drawn != Drawn::from_lists(&register.pseudonyms, &lottery.panels, &drawn.commitment, &drawn.randomness) {
        return Err(format!("{RESULT}: the commitment and the randomness draw another panel than the one named"));
    }
    Ok(Verified { commitment: drawn.commitment.clone(), announcement, drawn, farthest, gap, finished: odds.finished })
}

fn not_canonical(name: &str) -> String {
    format!("{name} is not written in its canonical form")
}

/// A record that is written exactly as this program writes it, so that no byte can change unseen. (Odds may be spaced
/// otherwise: programs write the same number in more than one way.)
fn record<T: serde::de::DeserializeOwned + serde::Serialize>(name: &str, text: &str) -> Result<T, String> {
    let record: T = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    if name != ODDS && json(&record) != text {
        return Err(not_canonical(name));
    }
    Ok(record)
}

fn pseudonyms(text: &str) -> Result<Vec<String>, String> {
    let lines = csv::Reader::from_reader(text.as_bytes()).into_records();
    let names: Result<Vec<String>, _> = lines.map(|line| line.map(|line| line[0].to_owned())).collect();
    let names = names.map_err(|error| format!("{POOL}: {error}"))?;
    if !names.is_sorted_by(|a, b| a < b) {
        return Err(format!("{POOL} is not sorted by pseudonym, or one is there twice"));
    }
    Ok(names)
}

fn panels(text: &str, pool: &Pool, count: usize) -> Result<Vec<Vec<usize>>, String> {
    let mut panels = Vec::new();
    for (at, line) in text.lines().skip(1).enumerate() {
        let fault = |what: &str| format!("{LOTTERY}, row {}: {what}", at + 2);
        let (number, members) = line.split_once(',').ok_or_else(|| fault("no comma"))?;
        if number != at.to_string() {
            return Err(fault("panels are not numbered from 0"));
        }
        let panel: Result<Vec<usize>, _> = members.split(' ').map(str::parse).collect();
        let panel = panel.map_err(|_| fault("a member is not a number"))?;
        pool.check(&panel).map_err(|why| fault(&why))?;
        if !panel.is_sorted() {
            return Err(fault("members are not in order"));
        }
        panels.push(panel);
    }
    if panels.is_empty() || panels.len() != count {
        return Err(format!("{LOTTERY} has {} panels, not the {count} announced", panels.len()));
    }
    Ok(panels)
}

/// The published chances are those of the lottery, to within what a lottery of so many panels may be off.
fn chances_hold(odds: &PublishedOdds, lottery: &Lottery, pool: &Pool) -> Result<f64, String> {
    if odds.chances.len() != pool.people() {
        return Err(format!("{ODDS} has {} chances for {} people", odds.chances.len(), pool.people()));
    }
    let differences = lottery.chances(pool.people()).into_iter().zip(&odds.chances).map(|(is, said)| (is - said).abs());
    let (person, farthest) = differences.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0));
    // A NaN is not within anything.
    if farthest <= Lottery::NEAR + ROUNDING {
        Ok(farthest)
    } else {
        Err(format!("person {person}: the chance published is {farthest} from that in {LOTTERY}"))
    }
}

/// No lottery is fairer than `odds` says. Returns the largest room left.
fn proofs_hold(
    odds: &PublishedOdds,
    announcement: &Announcement,
    pool: &Pool,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<f64, String> {
    let mut proofs = Proofs::new(odds, pool, go_on)?;
    proofs.unreachable_hold()?;
    let gap = match (announcement.method, &odds.objective) {
        (Method::Goldilocks, None) => return Err(format!("{ODDS}: no objective")),
        (Method::Goldilocks, Some(objective)) => proofs.objective_holds(objective, announcement.seats)?,
        (method, _) => proofs.levels_hold(method)?,
    };
    if odds.finished && (gap.is_nan() || gap > ROUNDING) {
        return Err(format!("{ODDS}: said to be finished, but {gap} is left to gain"));
    }
    Ok(gap)
}

/// The published proofs, and what it takes to check them.
struct Proofs<'a> {
    odds: &'a PublishedOdds,
    kinds: Kinds,
    /// Per kind.
    chance: Vec<f64>,
    reachable: Vec<bool>,
    search: Search,
    go_on: &'a mut dyn FnMut() -> bool,
}

impl<'a> Proofs<'a> {
    fn new(odds: &'a PublishedOdds, pool: &Pool, go_on: &'a mut dyn FnMut() -> bool) -> Result<Self, String> {
        let kinds = Kinds::of(pool);
        if odds.kind_of_person != kinds.of_person {
            return Err(format!("{ODDS}: people are not sorted into kinds by their answers and households"));
        }
        let chance: Vec<f64> = kinds.kinds.iter().map(|kind| odds.chances[kind.people[0]]).collect();
        let unlike =
            kinds.of_person.iter().zip(&odds.chances).position(|(&kind, own)| (chance[kind] - own).abs() > ROUNDING);
        if let Some(person) = unlike {
            return Err(format!("{ODDS}: person {person} has another chance than somebody alike"));
        }
        let mut reachable = vec![true; kinds.kinds.len()];
        for &person in &odds.unreachable {
            reachable[*kinds.of_person.get(person).ok_or_else(|| format!("{ODDS}: no person {person}"))?] = false;
        }
        let search = Search::new(kinds.shape.clone());
        Ok(Self { odds, kinds, chance, reachable, search, go_on })
    }

    fn unreachable_hold(&mut self) -> Result<(), String> {
        let weights: Vec<f64> = self.reachable.iter().map(|&able| if able { 0.0 } else { 1.0 }).collect();
        match self.reachable.contains(&false) && self.heavier(&weights, 0.5)?.is_some() {
            true => Err(format!("{ODDS}: somebody said to be unreachable fits a panel")),
            false => Ok(()),
        }
    }

    fn levels_hold(&mut self, method: Method) -> Result<f64, String> {
        let odds = self.odds;
        let mut settled: Vec<Option<f64>> = self.reachable.iter().map(|&able| (!able).then_some(0.0)).collect();
        let mut gap = 0.0_f64;
        for (at, level) in odds.levels.iter().enumerate() {
            let fault = |what: &str| format!("{ODDS}, level {at}: {what}");
            let proof = Proof { shares: level.shares.clone(), cap: level.cap };
            let proven = self.certified(&proof)?;
            if level.shares.iter().any(|&(_, share)| share < 0.0) {
                return Err(fault("a negative share proves nothing about the lowest chance"));
            }
            let open: f64 = level.shares.iter().filter(|&&(kind, _)| settled[kind].is_none()).map(|pair| pair.1).sum();
            if !near(open, 1.0) {
                return Err(fault("the shares of the kinds not settled before do not sum to 1"));
            }
            let bound = proof.bound(|kind| settled[kind]);
            if bound.is_nan() || !near(bound.max(level.value), level.upper_bound) {
                return Err(fault(&format!("the certificate proves {bound}, not {}", level.upper_bound)));
            }
            if odds.finished {
                let left = proven.bound(|kind| settled[kind]) - level.value;
                self.level_is_final(level, left, method).map_err(|why| fault(&why))?;
            }
            for &kind in &level.kinds {
                let there = settled.get_mut(kind).ok_or_else(|| fault("no such kind"))?;
                if self.chance[kind] < level.value - ROUNDING || there.replace(level.upper_bound).is_some() {
                    return Err(fault("a kind has less than the level's chance, or is there twice"));
                }
            }
            gap = gap.max(level.upper_bound - level.value);
        }
        if settled.contains(&None) { Err(format!("{ODDS}: some kinds are at no level")) } else { Ok(gap) }
    }

    /// That there is nothing `left` to gain; under leximin for nobody at the level, which takes a share for each:
    /// without one the certificate says nothing about that kind, and it belongs to a later level.
    fn level_is_final(&self, level: &PublishedLevel, left: f64, method: Method) -> Result<(), String> {
        let share = |kind: usize| match method {
            Method::Leximin => level.shares.iter().find(|pair| pair.0 == kind).map_or(0.0, |pair| pair.1),
            _ => 1.0,
        };
        match level.kinds.iter().find(|&&kind| share(kind) <= SHARE_MIN || left / share(kind) > LEFT_MAX) {
            Some(kind) => return Err(format!("it is not proven that kind {kind} cannot have more")),
            None if level.kinds.is_empty() => return Err("nobody is at it".to_owned()),
            None => {}
        }
        let more = |kind: &&usize| self.chance.get(**kind).is_some_and(|chance| *chance > level.value + 2.0 * ROUNDING);
        match level.kinds.iter().find(more) {
            Some(kind) if method == Method::Leximin => Err(format!("kind {kind} has more than the level's chance")),
            _ => Ok(()),
        }
    }

    fn objective_holds(&mut self, objective: &PublishedObjective, seats: u32) -> Result<f64, String> {
        let proofs: Vec<Proof> =
            objective.certificates.iter().map(|(shares, cap)| Proof { shares: shares.clone(), cap: *cap }).collect();
        let proven = proofs.iter().map(|proof| self.certified(proof)).collect::<Result<Vec<_>, _>>()?;
        let able = (0..self.chance.len()).filter(|&kind| self.reachable[kind]);
        let formula = Formula { mean: f64::from(seats) / able.clone().map(|kind| self.kinds.sizes[kind]).sum::<f64>() };
        let (value, bound) = (formula.value(able.map(|kind| self.chance[kind])), goldilocks::bound(&proofs, formula));
        if !near(value, objective.value) || !near(bound, objective.lower_bound) {
            return Err(format!(
                "{ODDS}: the objective is {value} and proven to be at least {bound}, not {} and {}",
                objective.value, objective.lower_bound
            ));
        }
        let left = value - goldilocks::bound(&proven, formula);
        if self.odds.finished && (left.is_nan() || left > LEFT_MAX) {
            return Err(format!("{ODDS}: the certificates leave {left} to gain when rounding is counted against them"));
        }
        Ok(objective.value - objective.lower_bound)
    }

    /// The certificate as it is true of every panel: with what it was allowed to be over its cap.
    fn certified(&mut self, proof: &Proof) -> Result<Proof, String> {
        if !proof.shares.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(format!(
                "{ODDS}: the shares of a certificate are not in the order of kinds, or one is there twice"
            ));
        }
        let mut weights = vec![0.0; self.chance.len()];
        for &(kind, share) in &proof.shares {
            let reachable = self.reachable.get(kind).ok_or_else(|| format!("{ODDS}: no kind {kind}"))?;
            if !reachable {
                return Err(format!("{ODDS}: kind {kind} is unreachable, and its share would prove nothing"));
            }
            weights[kind] = share / self.kinds.sizes[kind];
        }
        if let Some(most) = self.heavier(&weights, proof.cap + OVER_CAP)? {
            return Err(format!("{ODDS}: a panel weighs {most}, more than the certificate's {}", proof.cap));
        }
        let largest = weights.iter().fold(0.0_f64, |largest, weight| largest.max(weight.abs()));
        Ok(Proof { shares: proof.shares.clone(), cap: proof.cap + OVER_CAP + NEAR * largest })
    }

    /// The weight of a panel above the cap, if there is one: much less work than finding the heaviest.
    fn heavier(&mut self, weights: &[f64], cap: f64) -> Result<Option<f64>, String> {
        match self.search.best(weights, cap, f64::NEG_INFINITY, self.go_on) {
            Found::Panel(_, most) => Ok(Some(most)),
            Found::Nothing => Ok(None),
            Found::Stopped => Err("stopped before all proofs were checked".to_owned()),
        }
    }
}

/// Equal but for rounding; what is not a number is near nothing.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING
}
