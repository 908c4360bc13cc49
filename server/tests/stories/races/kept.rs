//! All that is kept, as lines that two evenings can be compared by; and the way back to how it was before.

use std::collections::{BTreeSet, HashSet};

use tokio_postgres::{Client, NoTls, Statement};

/// Ids and secrets are at least this long.
const CHANCE_CHARS: usize = 26;
/// Times are as long as this.
const TIME_CHARS: usize = 13;

/// A connection of its own, past the doorkeeper, and everything as it was when it was made.
pub struct Kept {
    client: Client,
    tables: Vec<String>,
    words_before: HashSet<String>,
    /// Reads the rows that are gone (`-`) and those that came (`+`), each with its table.
    unlike_before: Statement,
    /// The tables in which something is not as it was, where that is known.
    changed: Option<BTreeSet<String>>,
    ways_back: u32,
}

/// What is not as it was: rows that are gone, and rows that came, with a name for everything that chance or the hour
/// gave.
pub type State = BTreeSet<String>;

impl Kept {
    pub async fn of(server: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(server, NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
        let tables: Vec<String> = client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        let copies: String =
            tables.iter().map(|table| format!("CREATE TABLE kept.{table} AS TABLE public.{table};")).collect();
        let database: String = client.query_one("SELECT current_database()::TEXT", &[]).await.unwrap().get(0);
        // Whoever waits for each other is told soon.
        let script = format!("ALTER DATABASE {database} SET deadlock_timeout = '30ms'; CREATE SCHEMA kept; {copies}");
        client.batch_execute(&script).await.unwrap();
        // A question that a device was asked is over when it was answered, whatever came of that.
        let of_each = |sql: &dyn Fn(&str) -> String| {
            let tables = tables.iter().filter(|table| *table != "ceremony");
            tables.map(|table| sql(table)).collect::<Vec<_>>().join(" UNION ALL ")
        };
        let every_row = of_each(&|table| format!("SELECT to_jsonb(x)::TEXT FROM kept.{table} x"));
        let rows: Vec<String> = client.query(&every_row, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        let hashes =
            rows.iter().filter_map(|row| row.split_once("argon2id").and_then(|(_, rest)| rest.split('"').next()));
        let words_before = rows.iter().flat_map(|row| words(row)).chain(hashes).map(str::to_owned).collect();
        let unlike = |sign, one, other, table: &str| {
            format!(
                "SELECT '{sign}', '{table}', to_jsonb(x)::TEXT
                 FROM (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table}) x"
            )
        };
        let unlike_before = of_each(&|table| {
            [unlike('-', "kept", "public", table), unlike('+', "public", "kept", table)].join(" UNION ALL ")
        });
        let unlike_before = client.prepare(&unlike_before).await.unwrap();
        Self { client, tables, words_before, unlike_before, changed: None, ways_back: 0 }
    }

    /// What stands at this hour.
    pub async fn now(&mut self, now: i64) -> State {
        let (mut state, mut changed) = (State::new(), BTreeSet::new());
        for found in self.client.query(&self.unlike_before, &[]).await.unwrap() {
            let (sign, table, mut row): (&str, String, String) = (found.get(0), found.get(1), found.get(2));
            if sign == "+" {
                row = self.named(&row, now);
            }
            let mut line = format!("{sign} {table} {}", in_any_order(&table, row));
            while !state.insert(line.clone()) {
                line += " once more";
            }
            changed.insert(table);
        }
        self.changed = Some(changed);
        state
    }

    /// A row with `#` for what chance gave since, and times since as how long before or after now they are.
    fn named(&self, row: &str, now: i64) -> String {
        let mut named = String::new();
        let mut rest = row;
        while let Some(word) = words(rest).next() {
            let at = word.as_ptr() as usize - rest.as_ptr() as usize;
            named.push_str(&rest[..at]);
            rest = &rest[at + word.len()..];
            if word.starts_with("argon2") {
                let hash = rest.find('"').unwrap_or(rest.len());
                named.push_str(if self.words_before.contains(&rest[..hash]) { "the same" } else { "another" });
                rest = &rest[hash..];
            } else if word.len() > TIME_CHARS && word.bytes().all(|byte| byte.is_ascii_digit()) {
                named.push('#'); // a place in the index has few numbers to draw from, and draws one again now and then
            } else if self.words_before.contains(word) {
                named.push_str(word);
            } else if word.len() == TIME_CHARS && word.bytes().all(|byte| byte.is_ascii_digit()) {
                // Whole seconds from now or the moment after it, or counted from something that was there.
                let away = word.parse::<i64>().unwrap() - now;
                named.push_str(&if away.rem_euclid(1_000) < 2 { format!("now{away:+}") } else { word.to_owned() });
            } else if word.len() >= CHANCE_CHARS {
                named.push('#');
            } else {
                named.push_str(word);
            }
        }
        named + rest
    }

    /// Puts everything back to how it was, but that somebody asked to leave with everything, eight days ago.
    pub async fn go_back(&mut self, leaves: Option<&str>, asked_at: i64) {
        let changed = self.changed.take().unwrap_or_else(|| self.tables.iter().cloned().collect());
        let mut script = "SET session_replication_role = replica; BEGIN;".to_owned();
        script.extend(changed.iter().map(String::as_str).chain(["ceremony"]).map(|table| {
            format!("DELETE FROM public.{table}; INSERT INTO public.{table} SELECT * FROM kept.{table};")
        }));
        if let Some(person) = leaves {
            script +=
                &format!("UPDATE person SET leaving_at = {asked_at}, leaving_how = 'remove' WHERE id = '{person}';");
        }
        script += "COMMIT; SET session_replication_role = DEFAULT;";
        self.client.batch_execute(&script).await.unwrap();
        self.ways_back += 1;
        if self.ways_back.is_multiple_of(300) {
            self.client.batch_execute("VACUUM").await.unwrap();
        }
    }

    /// Whether somebody waits for a lock that somebody else has.
    pub async fn does_somebody_wait(&self) -> bool {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) > 0
    }
}

/// Two lines of the same moment stand in an order that chance gave; what is found of them stands without it.
fn in_any_order(table: &str, row: String) -> String {
    let sorted = |text: &str, by: &str| {
        let mut parts: Vec<_> = text.split(by).collect();
        parts.sort_unstable();
        parts.join(by)
    };
    match table {
        "findable" => row.split('"').map(|part| sorted(part, " · ")).collect::<Vec<_>>().join("\""),
        "findable_words" => {
            row.split(' ').map(|word| word.split("':").next().unwrap_or_default()).collect::<Vec<_>>().join(" ")
        }
        _ => row,
    }
}

fn words(row: &str) -> impl Iterator<Item = &str> {
    row.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// The rows that one state has and another has not, and the other way round.
pub fn differences(one: &State, other: &State) -> Vec<String> {
    let only = |one: &State, other: &State, whose| {
        one.difference(other).map(|line| format!("{whose} {line}")).collect::<Vec<_>>()
    };
    [only(one, other, "here "), only(other, one, "right")].concat()
}
