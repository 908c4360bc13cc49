//! The tables as they stand, for whoever copies them whole (backup, restore, export): their names and columns come from
//! the engine, never from people. What can be made again from the rest (the search index) is not among them.

use super::{Ask, Db, DbResult, Engine, Tx, Val};

/// How many values one statement of [`Tx::fill`] takes.
const VALUES_MAX: usize = 1_000;

/// A table of ours, with its columns as they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// How it was declared, in small letters: `text`, `bigint` or `integer`, `bytea` or `blob`.
    pub kind: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// Where it stands in the primary key, from 1; 0 when it does not.
    pub key: i64,
}

impl Db {
    /// Every table with its columns, by name; without the search index and the list of migrations.
    pub async fn tables(&self) -> DbResult<Vec<Table>> {
        let sql = match self.engine() {
            Engine::Sqlite => {
                "SELECT m.name, c.name, lower(c.type), 1 - c.\"notnull\", c.pk
                 FROM sqlite_master m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'findable%'
                 AND m.name <> 'migration'
                 ORDER BY m.name, c.cid"
            }
            Engine::Postgres => {
                "SELECT c.relname::TEXT, a.attname::TEXT, format_type(a.atttypid, NULL), (NOT a.attnotnull)::INT,
                        COALESCE(array_position(k.conkey, a.attnum), 0)::BIGINT
                 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
                 WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
                 AND c.relname NOT LIKE 'findable%' AND c.relname <> 'migration'
                 ORDER BY c.relname COLLATE \"C\", a.attnum"
            }
        };
        let mut tables: Vec<Table> = Vec::new();
        for (table, name, kind, nullable, key) in self.all::<(String, String, String, bool, i64)>(sql, &[]).await? {
            if tables.last().is_none_or(|last| last.name != table) {
                tables.push(Table { name: table, columns: Vec::new() });
            }
            tables.last_mut().expect("just pushed").columns.push(Column { name, kind, nullable, key });
        }
        Ok(tables)
    }

    /// What the engine finds broken in its own pages; `None` when nothing is. PostgreSQL checks as it reads.
    pub async fn what_is_broken(&self) -> DbResult<Option<String>> {
        let said: String = match self.engine() {
            Engine::Sqlite => self.one("PRAGMA quick_check(1)", &[]).await?,
            Engine::Postgres => self.one("SELECT 'ok'", &[]).await?,
        };
        Ok((said != "ok").then_some(said))
    }

    /// Whether there is not a single table in it, of ours or of anybody.
    pub(crate) async fn is_bare(&self) -> DbResult<bool> {
        Ok(self.all_tables().await?.is_empty())
    }

    /// Takes every table away. For a database that was bare before, and is to be so again.
    pub(crate) async fn drop_tables(&self) -> DbResult<()> {
        let tx = self.begin().await?;
        for table in self.all_tables().await? {
            tx.run_script(&format!("DROP TABLE IF EXISTS {} CASCADE", quoted(&table))).await?;
        }
        tx.keep().await
    }

    async fn all_tables(&self) -> DbResult<Vec<String>> {
        let sql = match self.engine() {
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            Engine::Postgres => {
                "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
            }
        };
        self.all(sql, &[]).await
    }

    /// The first table that has a row in it; `None` when all are empty.
    pub async fn first_filled(&self) -> DbResult<Option<String>> {
        let tx = self.begin().await?;
        for table in self.tables().await? {
            if !tx.made_rows(&format!("SELECT 1 FROM {} LIMIT 1", quoted(&table.name)), &[]).await?.is_empty() {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }
}

impl Table {
    /// Reads every row, in an order that is the same on both engines: by key, byte by byte.
    pub(super) fn select(&self, engine: Engine) -> String {
        let mut order: Vec<_> = self.columns.iter().filter(|column| column.key > 0).collect();
        order.sort_by_key(|column| column.key);
        if order.is_empty() {
            order = self.columns.iter().collect();
        }
        let collated = |column: &Column| match engine {
            Engine::Postgres if column.kind == "text" => format!("{} COLLATE \"C\"", quoted(&column.name)),
            _ => quoted(&column.name),
        };
        let order = order.into_iter().map(collated).collect::<Vec<_>>().join(", ");
        format!("SELECT {} FROM {} ORDER BY {order}", self.names(), quoted(&self.name))
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// How many rows [`Tx::fill`] takes at once.
    #[must_use]
    pub(crate) fn rows_at_once(&self) -> usize {
        (VALUES_MAX / self.columns.len()).max(1)
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let gaps = |row: usize| (1..=width).map(|at| format!("${}", row * width + at)).collect::<Vec<_>>().join(", ");
        let rows = (0..rows).map(|row| format!("({})", gaps(row))).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} ({}) VALUES {rows}", quoted(&self.name), self.names())
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Column {
    /// What stands in it when what it said is gone.
    fn nothing(&self) -> Val {
        match self.kind.as_str() {
            _ if self.nullable => Val::Null,
            "text" => Val::Text(String::new()),
            "bytea" | "blob" => Val::Bytes(Vec::new()),
            _ => Val::Int(0),
        }
    }
}

impl Tx {
    /// Puts whole rows into a table: their values one after the other, as many as its columns times the rows.
    pub(crate) async fn fill(&self, table: &Table, vals: &[Val]) -> DbResult<u64> {
        self.made_run(&table.insert(vals.len() / table.columns.len()), vals).await
    }

    /// Takes one row away.
    pub(crate) async fn remove(&self, table: &Table, id: &str) -> DbResult<u64> {
        self.made_run(&format!("DELETE FROM {} WHERE id = $1", quoted(&table.name)), crate::vals![id]).await
    }

    /// Empties columns of one row; a name that is no column of the table is passed over.
    pub(crate) async fn empty(&self, table: &Table, id: &str, columns: &[&str]) -> DbResult<u64> {
        let columns: Vec<_> = columns.iter().filter_map(|name| table.column(name)).collect();
        if columns.is_empty() {
            return Ok(0);
        }
        let sets = columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("{} = ${}", quoted(&column.name), at + 2))
            .collect::<Vec<_>>()
            .join(", ");
        let vals: Vec<_> =
            std::iter::once(Val::from(id)).chain(columns.iter().map(|column| column.nothing())).collect();
        self.made_run(&format!("UPDATE {} SET {sets} WHERE id = $1", quoted(&table.name)), &vals).await
    }

    /// Lets rows point to rows that come later in the same write.
    pub(crate) async fn references_later(&self) -> DbResult<()> {
        match self.engine() {
            Engine::Sqlite => self.run_script("PRAGMA defer_foreign_keys = ON").await,
            Engine::Postgres => self.alter_references("DEFERRABLE INITIALLY DEFERRED").await,
        }
    }

    /// Checks what points where, and lets nothing point to later rows again. SQLite checks when the write is kept.
    pub(crate) async fn references_now(&self) -> DbResult<()> {
        match self.engine() {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => {
                self.run_script("SET CONSTRAINTS ALL IMMEDIATE").await?;
                self.alter_references("NOT DEFERRABLE").await
            }
        }
    }

    async fn alter_references(&self, how: &str) -> DbResult<()> {
        let sql = "SELECT conrelid::regclass::TEXT, conname::TEXT FROM pg_constraint
                   WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname, conrelid";
        for (table, name) in self.all::<(String, String)>(sql, &[]).await? {
            self.run_script(&format!("ALTER TABLE {table} ALTER CONSTRAINT {} {how}", quoted(&name))).await?;
        }
        Ok(())
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
