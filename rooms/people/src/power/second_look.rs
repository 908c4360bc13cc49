//! A second look: the person whom an act affects asks for one, in their own words; somebody in another seat answers
//! with a reason, and that answer is an act like any other. Never by whoever did it, and never by counting.

use base::db::{Ask, DbResult};
use base::house::House;
use base::refusal::Refusal;
use base::{kept_as, row, vals};

use super::{Act, Deed, Holding, Notice, SecondLook};
use crate::visitor::Member;

kept_as! {
    /// What somebody found who looked again.
    pub enum Finding {
        /// It stays as it is.
        Stands = "stands",
        /// It was wrong, and whoever did it puts it right.
        Wrong = "wrong",
    }
}

impl Finding {
    /// The key of the words for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Stands => "second-look-stands",
            Self::Wrong => "second-look-wrong",
        }
    }

    fn deed(self) -> &'static str {
        match self {
            Self::Stands => "act-second-look-stands",
            Self::Wrong => "act-second-look-wrong",
        }
    }
}

/// Somebody asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub act: String,
    pub words: String,
    pub asked_at: i64,
    pub answer: Option<Finding>,
    pub answered_at: Option<i64>,
    /// The act that answers.
    pub answered_in: Option<String>,
}
row!(Look { act, words, asked_at, answer, answered_at, answered_in });

impl Look {
    /// Asks for one; only the person affected can, once.
    pub async fn ask(member: &Member, act: &Act, words: &str) -> Result<(), Refusal> {
        if !act.affects(&member.person.id) {
            return Err(Refusal::NotYours("second-look-not-yours"));
        }
        let tx = member.begin().await?;
        let sql = "INSERT INTO second_look (act, person, words, asked_at) VALUES ($1, $2, $3, $4)";
        tx.run(sql, vals![&act.id, &member.person.id, words, member.house.now()]).await?;
        Ok(tx.keep().await?)
    }

    pub async fn at(ask: &impl Ask, act: &str) -> DbResult<Option<Self>> {
        ask.first(
            "SELECT act, words, asked_at, answer, answered_at, answered_in FROM second_look WHERE act = $1",
            vals![act],
        )
        .await
    }

    /// Those that wait and that this seat may answer, oldest first.
    pub async fn waiting(holding: &Holding<SecondLook>) -> DbResult<Vec<Self>> {
        let sql = "SELECT l.act, l.words, l.asked_at, l.answer, l.answered_at, l.answered_in
                   FROM second_look l JOIN act a ON a.id = l.act
                   WHERE l.answer IS NULL AND COALESCE(a.person, '') <> $1 AND COALESCE(l.person, '') <> $1
                   ORDER BY l.asked_at, l.act LIMIT 100";
        holding.member.house.db.all(sql, vals![&holding.member.person.id]).await
    }

    /// How many wait that only somebody else may answer: whoever holds this seat did it, or asked.
    pub async fn waiting_for_others(holding: &Holding<SecondLook>) -> DbResult<i64> {
        let sql = "SELECT count(*) FROM second_look l JOIN act a ON a.id = l.act WHERE l.answer IS NULL
                   AND (a.person = $1 OR l.person = $1)";
        holding.member.house.db.one(sql, vals![&holding.member.person.id]).await
    }

    /// Answers it from another seat. Whoever asked and whoever did it are told.
    pub async fn answer(
        &self,
        holding: &Holding<SecondLook>,
        act: &Act,
        answer: Finding,
        why: &str,
    ) -> Result<(), Refusal> {
        if !may_answer(holding, act) {
            return Err(Refusal::NotYours("second-look-own"));
        }
        let place = Act::place_of(&act.id);
        let tx = holding
            .act(&Deed { what: answer.deed(), place: Some(&place), whom: act.whom.as_deref(), why, ..Deed::default() })
            .await?;
        let sql =
            "UPDATE second_look SET answer = $1, answered_at = $2, answered_in = $3 WHERE act = $4 AND answer IS NULL";
        if tx.run(sql, vals![answer, holding.member.house.now(), &tx.act, &self.act]).await? == 0 {
            return Err(Refusal::NotNow("second-look-answered"));
        }
        if let Some(doer) = &act.person {
            Notice::tell(&tx, doer, &tx.act).await?;
        }
        Ok(tx.keep().await?)
    }
}

/// Whether somebody holds a seat now who may look at it.
pub async fn is_there_somebody(house: &House, act: &Act) -> DbResult<bool> {
    let sql = "SELECT 1 FROM seat WHERE person IS NOT NULL AND since <= $1 AND until > $1 AND ended_at IS NULL
               AND person <> $2 AND person <> $3";
    let or_nobody = |person: &Option<String>| person.clone().unwrap_or_default();
    house.db.any(sql, vals![house.now(), or_nobody(&act.person), or_nobody(&act.whom)]).await
}

/// Whether this seat may look at it: not whoever did it, nor from the same seat, nor whom it affects.
#[must_use]
pub fn may_answer(holding: &Holding<SecondLook>, act: &Act) -> bool {
    let me = Some(holding.member.person.id.as_str());
    act.person.as_deref() != me && act.whom.as_deref() != me && act.seat.as_deref() != Some(holding.seat.id.as_str())
}
