//! What goes out of each table: the columns of which everybody reads at least a part. A table or column that is not
//! named here stays in; a test asks of every new one which it is.

/// Tables and their columns. Rows for fewer than everybody are kept back beyond that (see `kept_back`).
pub const GOES_OUT: &[(&str, &[&str])] = &[
    // Outsiders see terms and totals: not who held a seat, whom an act was about, or why.
    ("act", &["id", "duty", "at"]),
    (
        "article",
        &[
            "id", "kind", "slug", "title", "summary", "words", "html", "author", "lang", "since", "changed_at",
            "published_at", "closed_at",
        ],
    ),
    ("article_edit", &["id", "article", "title", "summary", "words", "until"]),
    ("article_term", &["article", "kind", "slug", "name"]),
    ("file", &["id", "hash", "name", "mime", "bytes", "width", "height", "giver", "audience", "since"]),
    ("helped", &["id", "place", "person", "feeling", "line", "at"]),
    ("helpline", &["line", "number", "sent", "url", "how", "hours", "ages", "checked_at", "gone_at", "changed_at"]),
    // Of whom something can be read outside, and no others: who is here is nobody's business. Since when they are,
    // members see.
    ("person", &["id", "name", "face"]),
    (
        "playlist",
        &["id", "title", "brief", "feeling", "caution", "curator", "closes_at", "decided_at", "since", "changed_at"],
    ),
    ("profile_line", &["person", "kind", "words"]),
    ("redirect", &["old", "place"]),
    (
        "remark",
        &[
            "id", "place", "n", "author", "name", "speaking_as", "answers", "quoted", "words", "html", "tallies",
            "since", "changed_at", "gone_at",
        ],
    ),
    ("remark_edit", &["id", "remark", "words", "until"]),
    ("seat", &["id", "duty", "filled", "since", "until", "ended_at", "ended_how"]),
    ("setting", &["name", "value", "changed_at"]),
    ("song", &["id", "artist", "title", "why", "note", "genre", "seconds", "giver", "since", "changed_at"]),
    ("song_feeling", &["song", "feeling", "way"]),
    ("song_link", &["song", "n", "url"]),
    ("suggestion", &["id", "playlist", "song", "person", "reason", "n", "why_not", "since"]),
    ("veil", &["place", "state", "since"]),
    ("voice", &["suggestion", "person", "voice", "line", "at"]),
];

/// The columns of a table that go out; none of most.
pub(super) fn columns_of(table: &str) -> &'static [&'static str] {
    GOES_OUT.iter().find(|(name, _)| *name == table).map_or(&[], |(_, columns)| columns)
}
