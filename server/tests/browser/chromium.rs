//! A real Chromium, headless, driven through its own driver (WebDriver, and DevTools where WebDriver has no word for
//! it).
//!
//! Promises: a fresh profile each time, on a port nobody else has; browser, driver and profile are gone when it is
//! dropped or when the test's process dies; whatever does not answer in time fails the test in a line. Never: a request
//! that the browser makes for itself.

use std::io::{BufRead as _, BufReader};
use std::ops::Deref;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Once, mpsc};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Runs the driver until its own standard input is closed, then ends the driver and every process it started, by force
/// what does not end within five seconds, and removes the profile.
const KEEPER: &str = r#"trap : TERM; "$1" --port=0 --log-level=SEVERE </dev/null & driver=$!; read -r _; kill -TERM 0; (sleep 5; kill -KILL 0) & wait "$driver"; rm -rf "$2"; kill -KILL 0"#;
/// How long the driver may take to start, a page to come or a script to end, on two busy cores; and, past that, the
/// driver to say so.
const BROWSER_WAIT: Duration = Duration::from_secs(40);
const DRIVER_WAIT: Duration = Duration::from_secs(60);
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--disable-features=BackForwardCache,SpareRendererForSitePerProcess", // neither is used here, and each costs a quarter of a page
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
];
/// What WebDriver calls an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) const TAB: char = '\u{e004}';
pub(crate) const ENTER: char = '\u{e007}';
pub(crate) const CONTROL: char = '\u{e009}';
pub(crate) const DOWN: char = '\u{e015}';
pub(crate) const DELETE: char = '\u{e017}';

pub(crate) struct Chromium {
    keeper: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

/// Browsers whose test is over: the next test takes one over. They end with the process.
static IDLE: Mutex<Vec<Chromium>> = Mutex::new(Vec::new());

/// A browser for as long as a test lasts; it is handed on unless the test fails.
pub(crate) struct Lent(Option<Chromium>);

/// Something on the page, as the driver knows it.
#[derive(Clone, Debug)]
pub(crate) struct Element(String);

impl Chromium {
    /// One that an earlier test is done with, or a new one: nobody is signed in, scripts run, the screen is a desk's.
    pub(crate) async fn lent() -> Option<Lent> {
        let idle = IDLE.lock().pop();
        let one = match idle {
            Some(one) => one,
            None => Self::start().await?,
        };
        one.cdp("Network.clearBrowserCookies", json!({})).await;
        one.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
        one.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await;
        one.go("about:blank").await;
        for kind in ["browser", "performance"] {
            one.log(kind).await;
        }
        Some(Lent(Some(one)))
    }

    /// Starts one; `None`, said in a line, where this machine has none. In CI there has to be one.
    pub(crate) async fn start() -> Option<Self> {
        let (Some(browser), Some(driver)) = (program("chromium"), program("chromedriver")) else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "Chromium and its driver have to be there in CI");
            static SAID: Once = Once::new();
            SAID.call_once(|| crate::say("no Chromium here (Debian: apt-get install chromium chromium-driver): the stories in a browser are left out"));
            return None;
        };
        let profile = tempfile::Builder::new().prefix("circlepit-chromium-").tempdir().expect("a temporary folder");
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(driver)
            .arg(profile.path())
            .env("TMPDIR", profile.path())
            .process_group(0);
        let mut keeper =
            keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("sh is there");
        let port = port_said(keeper.stdout.take().expect("it is piped"));
        let mut one = Self { keeper, port, session: String::new(), _profile: profile };
        one.session = one.open(&browser).await;
        one.cdp("Network.enable", json!({})).await;
        Some(one)
    }

    async fn open(&self, browser: &Path) -> String {
        let folder = format!("--user-data-dir={}", self._profile.path().join("profile").display());
        let flags: Vec<&str> = FLAGS.iter().copied().chain([folder.as_str()]).collect();
        let always = json!({
            "browserName": "chrome", "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
            "goog:chromeOptions": { "binary": browser, "args": flags, "perfLoggingPrefs": { "enablePage": false } },
            "timeouts": { "pageLoad": BROWSER_WAIT.as_millis(), "script": BROWSER_WAIT.as_millis() },
        });
        let session =
            self.send(Method::POST, "/session".into(), json!({ "capabilities": { "alwaysMatch": always } })).await;
        session.unwrap_or_else(|trouble| panic!("the browser does not start: {trouble}"))["sessionId"]
            .as_str()
            .expect("a session has an id")
            .to_owned()
    }

    pub(crate) async fn go(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    /// Where we are.
    pub(crate) async fn here(&self) -> String {
        self.ask(Method::GET, "url", Value::Null).await.as_str().expect("an address").to_owned()
    }

    /// What a function of this body returns; `arguments` holds what it is given.
    pub(crate) async fn script(&self, body: &str, given: Value) -> Value {
        self.post("execute/sync", json!({ "script": body, "args": given })).await
    }

    /// The element that a function of this body returns.
    pub(crate) async fn find(&self, body: &str, given: Value) -> Option<Element> {
        let found = self.script(body, given).await;
        found[ELEMENT].as_str().map(|id| Element(id.to_owned()))
    }

    /// The same element, as an argument for a script.
    pub(crate) fn as_given(element: &Element) -> Value {
        json!({ ELEMENT: element.0 })
    }

    /// Brings it to the middle of the screen and clicks it, as a mouse would; fails where something else is in the way.
    pub(crate) async fn click(&self, element: &Element) {
        self.script(
            "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })",
            json!([Self::as_given(element)]),
        )
        .await;
        self.post(&format!("element/{}/click", element.0), json!({})).await;
    }

    /// Gives a file to a field.
    pub(crate) async fn attach(&self, element: &Element, file: &Path) {
        self.post(&format!("element/{}/value", element.0), json!({ "text": file })).await;
    }

    /// Presses keys one after the other.
    pub(crate) async fn keys(&self, keys: &str) {
        let ticks: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|what| json!({ "type": what, "value": key.to_string() })))
            .collect();
        self.post("actions", json!({ "actions": [{ "type": "key", "id": "keys", "actions": ticks }] })).await;
    }

    /// Presses a key while another is held.
    pub(crate) async fn held(&self, held: char, key: char) {
        let ticks = [("keyDown", held), ("keyDown", key), ("keyUp", key), ("keyUp", held)]
            .map(|(what, key)| json!({ "type": what, "value": key.to_string() }));
        self.post("actions", json!({ "actions": [{ "type": "key", "id": "keys", "actions": ticks }] })).await;
    }

    /// A command of DevTools.
    pub(crate) async fn cdp(&self, command: &str, given: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": given })).await
    }

    /// What was logged since last asked: `browser` or `performance`.
    pub(crate) async fn log(&self, kind: &str) -> Vec<Value> {
        self.post("se/log", json!({ "type": kind })).await.as_array().cloned().unwrap_or_default()
    }

    /// Takes away a device that was given to make passkeys with.
    pub(crate) async fn remove_device(&self, device: &str) {
        self.ask(Method::DELETE, &format!("webauthn/authenticator/{device}"), Value::Null).await;
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, body).await
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let given = body["url"].as_str().or(body["cmd"].as_str()).unwrap_or_default().to_owned();
        let answer = self.send(method, format!("/session/{}/{path}", self.session), body).await;
        answer.unwrap_or_else(|trouble| panic!("the browser, asked for {path} {given}: {trouble}"))
    }

    /// Asks the driver; what it refused comes back as a sentence.
    async fn send(&self, method: Method, path: String, body: Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        let request =
            request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body)).expect("a plain request");
        let answer = async {
            let response = connect(self.port).await.send_request(request).await.expect("the driver answers");
            response.into_body().collect().await.expect("the driver's whole answer").to_bytes()
        };
        let Ok(bytes) = timeout(DRIVER_WAIT, answer).await else {
            return Err(format!("no answer within {} s: it hangs", DRIVER_WAIT.as_secs()));
        };
        let value = serde_json::from_slice::<Value>(&bytes).expect("the driver speaks JSON")["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!(
                "{error}: {}",
                value["message"].as_str().unwrap_or_default().lines().next().unwrap_or_default()
            )),
            None => Ok(value),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take()); // the keeper reads that it is over
        let _ = self.keeper.wait();
    }
}

impl Deref for Lent {
    type Target = Chromium;

    fn deref(&self) -> &Chromium {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            IDLE.lock().extend(self.0.take());
        }
    }
}

/// The port that the driver says it has. What it says later is read, too, so that it never waits for a reader.
fn port_said(said: ChildStdout) -> u16 {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let ports = BufReader::new(said)
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        ports.for_each(|port| {
            let _ = tell.send(port);
        });
    });
    told.recv_timeout(BROWSER_WAIT)
        .unwrap_or_else(|_| panic!("the driver has not said its port within {} s", BROWSER_WAIT.as_secs()))
}

/// A connection of its own for each question: the driver closes them when it likes.
async fn connect(port: u16) -> SendRequest<Body> {
    for _ in 0..100 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            stream.set_nodelay(true).expect("a socket of our own");
            let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("HTTP on our own machine");
            tokio::spawn(connection);
            return sender;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the driver does not listen on port {port}");
}

fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.exists())
}
