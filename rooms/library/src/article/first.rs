//! Articles and pages that nobody wrote here: the pack's first pages, and what an import brings.

use base::brought;
use base::db::{DbResult, Tx};
use base::house::House;
use base::pack::Pack;
use base::place::Place;

use super::{Article, Draft, Kind, files, slug_of};

/// Writes the pack's first pages, where nobody wrote one of that name: once, when a host settles the house.
pub async fn first_pages(tx: &Tx, pack: &Pack, now: i64) -> DbResult<()> {
    for page in &pack.pages {
        if let (None, Some(draft)) = (Article::find(tx, Kind::Page, &page.slug).await?, first_page(pack, &page.slug)) {
            Article::add(tx, Kind::Page, &page.slug, &draft, None, now, Some(now)).await?;
        }
    }
    Ok(())
}

/// A page as the pack brings it.
#[must_use]
pub fn first_page(pack: &Pack, slug: &str) -> Option<Draft> {
    let page = pack.pages.iter().find(|page| page.slug == slug)?;
    Some(Draft { title: page.title.clone(), words: page.words.clone(), lang: pack.lang.clone(), ..Draft::default() })
}

/// Takes in what an import brought.
pub(crate) async fn take_in(tx: &Tx, brought: &brought::BroughtArticle, house: &House) -> DbResult<Place> {
    // A page that nobody reads yet is its author's draft like any other; the community's pages have no author.
    let kind = if brought.is_page && !brought.is_draft { Kind::Page } else { Kind::Article };
    let draft = Draft {
        title: brought.title.clone(),
        summary: brought.summary.clone(),
        words: brought.words.clone(),
        lang: if brought.lang.is_empty() { house.pack.lang.clone() } else { brought.lang.clone() },
        categories: brought.categories.clone(),
        tags: brought.tags.clone(),
        is_closed: !brought.comments_open,
    };
    let author = brought.author.as_ref().and_then(|place| place.id_of("people")).filter(|_| kind == Kind::Article);
    let slug = Some(slug_of(&brought.slug)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| slug_of(&brought.title));
    let place =
        Article::add(tx, kind, &slug, &draft, author, brought.at, (!brought.is_draft).then_some(brought.at)).await?;
    if let Some(article) = Article::find(tx, kind, place.id_of(kind.shelf()).unwrap_or_default()).await? {
        files::bring(tx, &article, &brought.files).await?;
    }
    Ok(place)
}
