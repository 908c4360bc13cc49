-- Which files an article names or named, so that a file is shown to whom they are shown and goes with the last of them.
CREATE TABLE article_file (
  article TEXT NOT NULL REFERENCES article (id) ON DELETE CASCADE,
  file TEXT NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  PRIMARY KEY (article, file)
);
CREATE INDEX article_file_file ON article_file (file);
INSERT INTO article_file (article, file) SELECT a.id, f.id FROM article a JOIN file f ON a.words LIKE '%/files/' || f.id || '/%';
