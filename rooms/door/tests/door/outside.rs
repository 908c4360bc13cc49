//! What is met from outside: feeds and files.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base::file::Given;
use base::redirect;
use base::room::{Audience, Leaving, Room as _};
use door::Door;
use tower::ServiceExt as _;

use crate::bare::Bare;

async fn ask(bare: &Bare, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let app: Router = Door.doors().with_state(bare.house.clone());
    let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

async fn fetch(bare: &Bare, path: &str) -> (StatusCode, HeaderMap, String) {
    ask(bare, Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_well_formed_and_newest_first_with_whole_addresses() {
    let bare = Bare::open().await;
    let (status, headers, atom) = fetch(&bare, "/feeds/all.atom").await;
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "application/atom+xml; charset=utf-8")
    );
    let places: Vec<_> = atom
        .match_indices("<entry>")
        .map(|(at, _)| atom[at..].split("/things/").nth(1).unwrap().split('<').next().unwrap())
        .collect();
    assert_eq!(places, ["2500", "2000", "1500", "1000"]);
    let own = bare.house.address("/");
    for part in [
        "<title>Fish &amp; &lt;chips&gt; &quot;now&quot;</title>",
        "<author><name>Ada</name></author>",
        "<category term=\"doom\"/>",
        "<updated>1970-01-01T00:00:02Z</updated>",
        &format!("&lt;a href=&quot;{own}songs/1&quot;&gt;"),
        &format!("src=&quot;{own}files/1/c.png&quot;"),
    ] {
        assert!(atom.contains(part), "{part}\n{atom}");
    }
    assert_eq!(atom.matches("<entry>").count(), atom.matches("</entry>").count());
    let (_, headers, json) = fetch(&bare, "/feeds/songs.json").await;
    assert_eq!(headers["content-type"], "application/feed+json; charset=utf-8");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"].as_array().unwrap().len(), 2);
    assert_eq!(json["items"][0]["authors"][0]["name"], "Ada");
    assert_eq!(
        json["items"][0]["content_html"],
        format!("<p>a &amp; <a href=\"{own}songs/1\">b</a> <img src=\"{own}files/1/c.png\" alt=\"\"></p>")
    );
    assert_eq!(json["items"][1]["content_text"], "A line");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_did_not_change_is_not_sent_twice_and_an_unknown_one_is_not_there() {
    let bare = Bare::open().await;
    let (_, headers, _) = fetch(&bare, "/feeds/songs.atom").await;
    let again =
        Request::get("/feeds/songs.atom").header("if-none-match", &headers["etag"]).body(Body::empty()).unwrap();
    let (status, _, body) = ask(&bare, again).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    for none in ["/feeds/none.atom", "/feeds/songs.rss", "/feeds/songs", "/feeds/"] {
        assert_eq!(fetch(&bare, none).await.0, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_feeds_names_each_with_both_its_addresses() {
    let bare = Bare::open().await;
    let (status, _, html) = fetch(&bare, "/feeds").await;
    assert_eq!(status, StatusCode::OK);
    for name in ["all", "songs", "articles"] {
        assert!(
            html.contains(&format!("/feeds/{name}.atom")) && html.contains(&format!("/feeds/{name}.json")),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_given_to_whom_it_is_for_and_to_nobody_else() {
    let bare = Bare::open().await;
    let mut paths = Vec::new();
    for &audience in Audience::ALL {
        let given = Given::read(&bare.house, "A leaflet.pdf", "%PDF-1.7 words".into()).await.unwrap();
        let tx = bare.house.begin().await.unwrap();
        let file = given.keep(&tx, None, audience, bare.house.now()).await.unwrap();
        tx.keep().await.unwrap();
        paths.push(file.path());
    }
    let (status, headers, body) = fetch(&bare, &paths[0]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "%PDF-1.7 words"));
    assert_eq!(headers["content-disposition"], "attachment; filename=\"a-leaflet.pdf\"");
    assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
    let again = Request::get(&paths[0]).header("if-none-match", &headers["etag"]).body(Body::empty()).unwrap();
    assert_eq!(ask(&bare, again).await.0, StatusCode::NOT_MODIFIED);
    assert_eq!(fetch(&bare, &paths[1]).await.0, StatusCode::NOT_FOUND, "for members");
    assert_eq!(fetch(&bare, &paths[2]).await.0, StatusCode::NOT_FOUND, "for one person");
    assert_eq!(
        fetch(&bare, &paths[0].replace("a-leaflet", "login")).await.0,
        StatusCode::NOT_FOUND,
        "under its own name alone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_takes_their_files_along_or_leaves_them_without_a_name() {
    for (how, left) in [(Leaving::KeepWords, 2), (Leaving::TakeNameOff, 1), (Leaving::Remove, 0)] {
        let bare = Bare::open().await;
        let mut ids = Vec::new();
        for audience in [Audience::Everyone, Audience::Only] {
            let given = Given::read(&bare.house, "a.txt", audience.id().into()).await.unwrap();
            let tx = bare.house.begin().await.unwrap();
            let file = given.keep(&tx, Some("ada"), audience, 0).await.unwrap();
            assert!(redirect::keep(&tx, &format!("/old/{}", audience.id()), &file.path()).await.unwrap());
            ids.push(file.id);
            tx.keep().await.unwrap();
        }
        ids.sort();
        assert_eq!(Door.keeps(&bare.house, "ada").await.unwrap()[0].files, ids);
        let tx = bare.house.begin().await.unwrap();
        Door.forget(&bare.house, &tx, "ada", how).await.unwrap();
        tx.keep().await.unwrap();
        assert_eq!(bare.count("SELECT COUNT(*) FROM file").await, left);
        let gone = 2 - left;
        assert_eq!(
            bare.count("SELECT COUNT(*) FROM erasure WHERE kind = 'file' AND how = 'gone'").await,
            gone,
            "and a backup does not bring them back"
        );
        assert_eq!(
            bare.count("SELECT COUNT(*) FROM redirect WHERE place LIKE '/files/gone.%'").await,
            2 * gone,
            "its own address, and the old one"
        );
        assert_eq!(
            bare.count("SELECT COUNT(*) FROM redirect WHERE old LIKE '/%'").await,
            left,
            "of what is gone, not the name either"
        );
        assert_eq!(
            bare.count("SELECT COUNT(*) FROM file WHERE giver = 'ada'").await,
            if how == Leaving::KeepWords { 2 } else { 0 }
        );
    }
}
