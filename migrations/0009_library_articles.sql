-- What people wrote: an article is by somebody; a page is the community's own. Rendered when it is written.
CREATE TABLE article (
  id TEXT PRIMARY KEY,
  -- 'article' or 'page'
  kind TEXT NOT NULL,
  -- its address, for ever
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  words TEXT NOT NULL,
  html TEXT NOT NULL,
  -- of the renderer
  version BIGINT NOT NULL,
  -- null: no name, or the name was taken off; never one on a page
  author TEXT REFERENCES person (id) ON DELETE SET NULL,
  -- such as 'en'; empty where nobody said
  lang TEXT NOT NULL,
  since BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  -- null: a draft
  published_at BIGINT,
  -- when its author took it off every page, feed and search
  withdrawn_at BIGINT,
  -- when comments were closed
  closed_at BIGINT,
  UNIQUE (kind, slug)
);
CREATE INDEX article_newest ON article (kind, published_at, id);
CREATE INDEX article_author ON article (author) WHERE author IS NOT NULL;

-- Its categories and tags. The time of publishing stands here again, so that a list of one tag is read in order.
CREATE TABLE article_term (
  article TEXT NOT NULL REFERENCES article (id) ON DELETE CASCADE,
  -- 'category' or 'tag'
  kind TEXT NOT NULL,
  -- how it is compared and written in addresses
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  published_at BIGINT,
  PRIMARY KEY (article, kind, slug)
);
CREATE INDEX article_term_newest ON article_term (kind, slug, published_at, article);

-- What it said before it was changed.
CREATE TABLE article_edit (
  id TEXT PRIMARY KEY,
  article TEXT NOT NULL REFERENCES article (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  words TEXT NOT NULL,
  -- until when it said that
  until BIGINT NOT NULL
);
CREATE INDEX article_edit_article ON article_edit (article, id);
