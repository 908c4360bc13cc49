//! Texts that an older renderer made, rendered as the house renders today: some at a time, each only while it still
//! says what was read, and all of them once for each version.

use super::{VERSION, render};
use crate::db::{Ask as _, DbResult};
use crate::house::{House, settle, settled};
use crate::vals;

/// Renders a table's texts anew. `older` asks for id and words of the next rows after an id (`$1`) below a version
/// (`$2`); `keep` keeps HTML (`$1`) and version (`$2`) at an id (`$3`) whose words are these (`$4`). The setting `done`
/// says up to which version all of them are.
pub async fn render_again(house: &House, done: &str, older: &'static str, keep: &'static str) -> DbResult<()> {
    let today = VERSION.to_string();
    if settled(&house.db, done).await?.as_ref() == Some(&today) {
        return Ok(());
    }
    let mut after = String::new();
    loop {
        let old: Vec<(String, String)> = house.db.all(older, vals![&after, VERSION]).await?;
        let tx = house.begin().await?;
        for (id, words) in &old {
            let rendered = render(words);
            tx.run(keep, vals![rendered.html, rendered.version, id, words]).await?;
        }
        let Some((last, _)) = old.last() else {
            settle(&tx, done, &today, house.now()).await?;
            return tx.keep().await;
        };
        after.clone_from(last);
        tx.keep().await?;
    }
}
