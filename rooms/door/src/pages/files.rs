//! Files that people gave, to whoever may see them.

use axum::extract::Path;
use axum::http::HeaderMap;
use base::file;
use base::refusal::Reply;
use people::Visitor;

pub async fn file(visitor: Visitor, Path((id, name)): Path<(String, String)>, asked: HeaderMap) -> Reply {
    file::serve(&visitor.house, &visitor.reader(), &id, &name, &asked).await
}
