//! Serving: connections with limits on every wait, and what every answer carries.
//!
//! Promises: a half-sent request is closed within ten seconds; help and the way out are never shed; an answer carries
//! no script or style of its own; a change is made only from our own pages. Never: an address or a browser's name in a
//! log.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use base::house::House;
use base::page::go;
use base::refusal::{Refusal, Reply};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio_io_timeout::TimeoutStream;
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::catch_panic::CatchPanicLayer;

use crate::cache::{self, Cache};
use crate::{body, figures, refused, rooms};

/// How long a request's head may take, and how long a kept connection may idle.
const HEAD_WAIT: Duration = Duration::from_secs(5);
/// How long a reader may stop reading.
const READ_WAIT: Duration = Duration::from_secs(30);
/// How long an answer may take us.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// How long requests under way may go on after a stop.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// Connections at once, where the machine gives us as many file handles twice.
const CONNECTIONS_MAX: usize = 4_096;
/// Requests under way at once; more are asked to come again in a moment.
const REQUESTS_MAX: usize = 256;
/// Nothing of theirs is loaded, run or framed: scripts and styles are files of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The whole house as one service.
pub fn app(house: &House) -> Router {
    around(rooms::doors(), house)
}

/// Doors with everything around them that every answer has to pass.
pub fn around(doors: Router<House>, house: &House) -> Router {
    let gate = Gate { house: house.clone(), under_way: Arc::new(Semaphore::new(REQUESTS_MAX)) };
    // From outside in, and as one: axum puts each layer of its own into a box, and every request clones all of them.
    let layers = ServiceBuilder::new()
        .layer(from_fn(figures::count))
        .layer(from_fn_with_state(Cache::of(house), cache::answer))
        .layer(from_fn_with_state(house.clone(), dress))
        .layer(from_fn_with_state(house.clone(), refused::draw))
        .layer(from_fn_with_state(house.clone(), body::bound))
        .layer(from_fn_with_state(gate, admit))
        .layer(CatchPanicLayer::custom(|_| Refusal::Broken("a handler panicked".into()).into_response()))
        .layer(DefaultBodyLimit::max(base::form::FORM_BYTES_MAX));
    let doors = doors.fallback(async || Refusal::NotFound).method_not_allowed_fallback(lead_from_form);
    // Around them and not behind each: what is kept is answered before a door is looked for.
    Router::new().fallback_service(layers.service(doors.with_state(house.clone())))
}

/// Serves until `stop`, then lets what is under way finish.
pub async fn run(house: House, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    serve(app(&house), &house, listener, stop).await
}

/// The same, for whatever doors are open now.
pub async fn serve(
    app: Router,
    house: &House,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut crowd = Crowd::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        // A stop comes first: who knocks after it is for whoever listens at this door next.
        let accepted = tokio::select! { biased; () = &mut stop => break, accepted = listener.accept() => accepted };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(why) if why.kind() == ErrorKind::ConnectionAborted => continue, // they went before they were let in
            Err(_) => {
                crowd.send_one_away(); // out of file handles
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let has_asked = Arc::new(AtomicBool::new(false));
        let connection = graceful.watch(connection(stream, from, app.clone(), house, has_asked.clone()));
        let task = tokio::spawn(async move {
            let _ = connection.await; // a browser that went away is nobody's fault
        });
        crowd.add(task.abort_handle(), has_asked);
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_WAIT, graceful.shutdown()).await;
    house.db.rest().await.map_err(std::io::Error::other)
}

/// Everybody who is connected, in the order they came. Nobody waits at the door because others hold it open and say
/// nothing: where there is no room left, the first goes who has asked for nothing yet, and where all have, who came
/// first.
struct Crowd {
    connected: VecDeque<(AbortHandle, Arc<AtomicBool>)>,
    most: usize,
}

impl Crowd {
    /// Half of the file handles that we may have are for connections, the others for files; as many as are allowed are
    /// asked for.
    fn new() -> Self {
        let handles = getrlimit(Resource::Nofile);
        let wanted = handles.maximum.unwrap_or(u64::MAX).min(2 * CONNECTIONS_MAX as u64);
        let has = handles.current.unwrap_or(u64::MAX);
        let may_have =
            if has < wanted && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..handles }).is_ok() {
                wanted
            } else {
                has
            };
        Self {
            connected: VecDeque::new(),
            most: usize::try_from(may_have / 2).unwrap_or(CONNECTIONS_MAX).min(CONNECTIONS_MAX),
        }
    }

    fn add(&mut self, task: AbortHandle, has_asked: Arc<AtomicBool>) {
        if self.connected.len() >= self.most {
            self.connected.retain(|(task, _)| !task.is_finished());
        }
        if self.connected.len() >= self.most {
            self.send_one_away();
        }
        self.connected.push_back((task, has_asked));
    }

    fn send_one_away(&mut self) {
        let silent = self
            .connected
            .iter()
            .position(|(task, has_asked)| !task.is_finished() && !has_asked.load(Ordering::Relaxed));
        if let Some((task, _)) = self.connected.remove(silent.unwrap_or(0)) {
            task.abort();
        }
    }
}

fn connection(
    stream: TcpStream,
    from: SocketAddr,
    app: Router,
    house: &House,
    has_asked: Arc<AtomicBool>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + use<> {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(READ_WAIT));
    let house = house.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        has_asked.store(true, Ordering::Relaxed);
        let caller = house.callers.of(from_whom(from.ip(), request.headers(), &house.settings.trusted_proxies));
        request.extensions_mut().insert(caller);
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {})) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_headers(64)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

/// Whose request it is: the connection's, unless a proxy we trust says for whom it asks.
fn from_whom(from: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let lines: Vec<_> =
        headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or_default()).collect();
    let mut whose = from.to_canonical();
    // From the last proxy back, as long as each is trusted; what cannot be read ends it, for whoever wrote it may be
    // anybody.
    for one in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let is_trusted = trusted.iter().any(|proxy| proxy.to_canonical() == whose);
        let Some(before) = address(one.trim()).filter(|_| is_trusted) else { break };
        whose = before;
    }
    whose
}

/// An address as proxies write it: bare, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.trim_matches(['[', ']']).parse().ok();
    let address: IpAddr = text.parse::<SocketAddr>().map(|with_port| with_port.ip()).ok().or_else(bare)?;
    Some(address.to_canonical())
}

#[derive(Clone)]
struct Gate {
    house: House,
    under_way: Arc<Semaphore>,
}

/// Lets a request in: changes only from our own pages, and not more at once than we can carry. Help and the way out
/// always.
async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if request.uri().path().contains("%00") {
        return Refusal::NotFound.into_response(); // no address of ours, and PostgreSQL takes no NUL
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) && !is_from_here(request.headers(), &gate.house) {
        return Refusal::NotYours("refusal-from-elsewhere").into_response();
    }
    if is_always_open(request.uri().path()) {
        return next.run(request).await;
    }
    let Ok(_permit) = gate.under_way.try_acquire() else { return Refusal::Busy.into_response() };
    tokio::time::timeout(ANSWER_WAIT, next.run(request)).await.unwrap_or_else(|_| Refusal::Busy.into_response())
}

fn is_always_open(path: &str) -> bool {
    path == "/help"
        || path.starts_with("/help/")
        || path == "/leave-fast"
        || path == "/health"
        || path.starts_with("/assets/")
}

/// Whether a change comes from one of our own pages. Browsers say so in `Sec-Fetch-Site` or `Origin`; what says neither
/// (a command line) carries no cookie that somebody else could misuse.
fn is_from_here(headers: &HeaderMap, house: &House) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            origin == house.settings.public_url
                || said("host")
                    .is_some_and(|host| origin.strip_prefix("http://") == Some(host) && house.settings.is_plain())
        }
        (None, None) => !headers.contains_key(header::COOKIE),
    }
}

/// An address that forms are sent to is no page: who loads it anew after an answer is led to what the form was about.
async fn lead_from_form(method: Method, uri: Uri) -> Reply {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Refusal::NotFound);
    }
    let parts: Vec<_> = uri.path().split('/').skip(1).collect();
    go(format!("/{}", parts[..2.min(parts.len() - 1)].join("/")))
}

/// What every answer carries.
async fn dress(State(house): State<House>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), interest-cohort=()");
    if !house.settings.is_plain() {
        // For this name alone: what else the host has under it is theirs to judge.
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_request_it_is_says_the_last_proxy_that_is_trusted_and_nobody_before_it() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted = [ip("127.0.0.1"), ip("10.0.0.2")];
        let whose = |from: &str, said: &[&str]| {
            let headers = said
                .iter()
                .map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap()))
                .collect::<HeaderMap>();
            from_whom(ip(from), &headers, &trusted).to_string()
        };
        for (from, said, expected) in [
            ("192.0.2.9", &["203.0.113.1"][..], "192.0.2.9"),
            ("127.0.0.1", &["203.0.113.1"], "203.0.113.1"),
            ("::ffff:127.0.0.1", &["203.0.113.1"], "203.0.113.1"),
            ("127.0.0.1", &["198.51.100.7, 203.0.113.250:4711"], "203.0.113.250"),
            ("127.0.0.1", &["198.51.100.7", "203.0.113.1, 10.0.0.2"], "203.0.113.1"),
            ("127.0.0.1", &["198.51.100.7, unknown, 10.0.0.2"], "10.0.0.2"),
            ("127.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            assert_eq!(whose(from, said), expected, "{from} {said:?}");
        }
    }
}
