//! What an export holds, as it was written: the site, its authors, items and comments. Nothing is believed here.

/// What the export says of the site as a whole, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    pub title: String,
    pub blog_url: String,
    pub site_url: String,
    pub link: String,
    pub language: String,
}

/// One thing out of an export.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Author(Author),
    Term(Term),
    Item(Box<Item>),
}

/// A category, tag or whatever else texts are sorted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    pub id: String,
    /// `category`, `post_tag`, or another's name.
    pub kind: String,
    /// How addresses name it.
    pub slug: String,
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    pub id: String,
    pub login: String,
    pub display_name: String,
}

/// A post, page, attachment or whatever else WordPress keeps as one. Everything is as it was written; nothing is
/// believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    pub kind: String,
    pub status: String,
    pub title: String,
    pub slug: String,
    pub link: String,
    pub guid: String,
    pub creator: String,
    pub content: String,
    pub excerpt: String,
    pub date_gmt: String,
    pub date: String,
    pub published: String,
    pub modified_gmt: String,
    pub comment_status: String,
    pub password: String,
    pub parent: String,
    pub attachment_url: String,
    /// Its path below `wp-content/uploads`, from its metadata.
    pub attached_file: String,
    /// Id of the picture that stands for it.
    pub thumbnail: String,
    /// What is said in place of a picture.
    pub alt: String,
    /// Its footnotes, as WordPress keeps them (JSON).
    pub footnotes: String,
    /// The number of the reply that one in a forum answers, and what somebody without an account called themselves
    /// there.
    pub answers: String,
    pub nickname: String,
    /// What its address ended in before.
    pub old_slugs: Vec<String>,
    /// Names of what its authors or a plugin kept with it.
    pub fields: Vec<String>,
    /// Ways of sorting that a plugin or theme added.
    pub taxonomies: Vec<String>,
    pub categories: Vec<String>,
    /// Of which nobody says whether they are categories or tags.
    pub terms: Vec<String>,
    pub tags: Vec<String>,
    pub comments: Vec<Comment>,
    /// All who wrote it, where a plugin for several says so: how addresses name each, and their name.
    pub writers: Vec<(String, String)>,
    /// Sound or film that came with it in the feed.
    pub enclosures: Vec<String>,
    /// What it is written in, where a plugin for several languages says so.
    pub lang: String,
    /// How addresses name its categories and tags, by kind and name.
    pub term_slugs: Vec<(&'static str, String, String)>,
    /// Where it stands among those beside it; `0` where nobody said.
    pub order: String,
    /// `1`: it stands above the newest.
    pub sticky: String,
    /// Something in it was longer than [`super::scan::PIECE_BYTES_MAX`] and lost its end.
    pub was_cut: bool,
    /// These are more comments of an item that came before.
    pub is_more: bool,
    /// The file breaks off inside it.
    pub is_torn: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comment {
    pub id: String,
    pub author: String,
    pub user: String,
    pub date_gmt: String,
    pub date: String,
    pub content: String,
    pub approved: String,
    pub kind: String,
    pub parent: String,
}

impl Item {
    /// The oldest exports name categories and tags once more, without saying which is which.
    fn sort(&mut self, domain: &[u8], slug: &[u8], text: String) {
        let kind = match domain {
            b"category" => Some("category"),
            b"post_tag" | b"tag" => Some("tag"),
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| !slug.is_empty()) {
            self.term_slugs.push((kind, String::from_utf8_lossy(slug).into_owned(), text.clone()));
        }
        match domain {
            b"" => self.terms.push(text),
            b"category" => self.categories.push(text),
            b"post_tag" | b"tag" => self.tags.push(text),
            b"author" => self.writers.push((String::from_utf8_lossy(slug).into_owned(), text)),
            b"language" => self.lang = String::from_utf8_lossy(slug).into_owned(),
            b"post_format" | b"post_translations" | b"term_language" | b"term_translations" => {}
            domain => self.taxonomies.push(String::from_utf8_lossy(domain).into_owned()),
        }
    }

    /// The categories: those that say so, or where none does, all that is no tag.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        if self.categories.is_empty() && self.tags.is_empty() { &self.terms } else { &self.categories }
    }

    pub(super) fn set(&mut self, name: &[u8], domain: &[u8], slug: &[u8], text: String) {
        let field = match name {
            b"title" => &mut self.title,
            b"link" => &mut self.link,
            b"guid" => &mut self.guid,
            b"pubDate" => &mut self.published,
            b"dc:creator" => &mut self.creator,
            b"content:encoded" => &mut self.content,
            b"excerpt:encoded" => &mut self.excerpt,
            b"wp:post_id" => &mut self.id,
            b"wp:post_type" => &mut self.kind,
            b"wp:status" => &mut self.status,
            b"wp:post_name" => &mut self.slug,
            b"wp:post_date_gmt" => &mut self.date_gmt,
            b"wp:post_date" => &mut self.date,
            b"wp:post_modified_gmt" => &mut self.modified_gmt,
            b"wp:comment_status" => &mut self.comment_status,
            b"wp:post_password" => &mut self.password,
            b"wp:post_parent" => &mut self.parent,
            b"wp:attachment_url" => &mut self.attachment_url,
            b"wp:menu_order" => &mut self.order,
            b"wp:is_sticky" => &mut self.sticky,
            b"category" => return self.sort(domain, slug, text),
            _ => return,
        };
        *field = text;
    }
}

impl Term {
    pub(super) fn set(&mut self, name: &[u8], text: String) {
        let field = match name {
            b"wp:term_id" => &mut self.id,
            b"wp:term_taxonomy" => &mut self.kind,
            b"wp:category_nicename" | b"wp:tag_slug" | b"wp:term_slug" => &mut self.slug,
            b"wp:cat_name" | b"wp:tag_name" | b"wp:term_name" => &mut self.name,
            b"wp:category_description" | b"wp:tag_description" | b"wp:term_description" => &mut self.description,
            _ => return,
        };
        *field = text;
    }
}

impl Comment {
    pub(super) fn set(&mut self, name: &[u8], text: String) {
        let field = match name {
            b"wp:comment_id" => &mut self.id,
            b"wp:comment_author" => &mut self.author,
            b"wp:comment_user_id" => &mut self.user,
            b"wp:comment_date_gmt" => &mut self.date_gmt,
            b"wp:comment_date" => &mut self.date,
            b"wp:comment_content" => &mut self.content,
            b"wp:comment_approved" => &mut self.approved,
            b"wp:comment_type" => &mut self.kind,
            b"wp:comment_parent" => &mut self.parent,
            _ => return,
        };
        *field = text;
    }
}
