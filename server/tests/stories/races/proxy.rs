//! A doorkeeper between the program and PostgreSQL: speaks as much of its wire as it takes to know where one statement
//! ends, and holds back whichever it is told to. The program connects through it by its address and knows nothing of
//! it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

/// What the doorkeeper does with whatever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    /// Counts statements, and stops the one with this number, from 1.
    Counts(usize),
    Stopped,
}

pub struct Proxy {
    gate: watch::Sender<Gate>,
    /// The statements since it counts.
    seen: Mutex<Vec<String>>,
}

impl Proxy {
    /// Stands before the server in one folder and listens in another.
    pub fn before(server: &str, folder: &Path) -> Arc<Self> {
        let proxy = Arc::new(Self { gate: watch::Sender::new(Gate::Open), seen: Mutex::default() });
        let listener = UnixListener::bind(folder.join(SOCKET)).unwrap();
        let (server, keeper) = (PathBuf::from(server).join(SOCKET), Arc::clone(&proxy));
        tokio::spawn(async move {
            while let Ok((program, _)) = listener.accept().await {
                let (keeper, server) = (Arc::clone(&keeper), UnixStream::connect(&server).await.unwrap());
                tokio::spawn(async move { keeper.carry(program, server).await });
            }
        });
        proxy
    }

    /// Counts from now on, and stops the statement with this number and all that come after it on its connection.
    pub fn stop_at(&self, number: usize) {
        self.seen.lock().clear();
        self.gate.send_replace(Gate::Counts(number));
    }

    /// Waits until that one came.
    pub async fn has_stopped(&self) {
        self.gate.subscribe().wait_for(|gate| *gate == Gate::Stopped).await.unwrap();
    }

    /// Lets everything through. The statements that were counted.
    pub fn open(&self) -> Vec<String> {
        self.gate.send_replace(Gate::Open);
        std::mem::take(&mut *self.seen.lock())
    }

    async fn pass(&self, statement: &str) {
        let is_it = self.gate.send_if_modified(|gate| {
            let Gate::Counts(number) = *gate else { return false };
            let mut seen = self.seen.lock();
            seen.push(statement.split_whitespace().collect::<Vec<_>>().join(" "));
            let is_it = seen.len() == number;
            if is_it {
                *gate = Gate::Stopped;
            }
            is_it
        });
        if is_it {
            self.gate.subscribe().wait_for(|gate| *gate == Gate::Open).await.unwrap();
        }
    }

    /// Both ways, until either side hangs up.
    async fn carry(&self, program: UnixStream, server: UnixStream) {
        let ((asks, mut answered), (mut answers, asked)) = (program.into_split(), server.into_split());
        tokio::select! {
            _ = tokio::io::copy(&mut answers, &mut answered) => {}
            _ = self.carry_statements(asks, asked) => {}
        }
    }

    async fn carry_statements(
        &self,
        mut asks: impl AsyncRead + Unpin,
        mut asked: tokio::net::unix::OwnedWriteHalf,
    ) -> std::io::Result<()> {
        // The first messages have no letter before their length: whether to speak TLS, and who it is.
        loop {
            let first = body(&mut asks, Vec::new()).await?;
            asked.write_all(&first).await?;
            if !first.ends_with(ASKS_FOR_TLS) {
                break;
            }
        }
        let (mut known, mut held, mut runs): (HashMap<String, String>, _, Option<String>) =
            (HashMap::new(), Vec::new(), None);
        loop {
            let letter = asks.read_u8().await?;
            let message = body(&mut asks, vec![letter]).await?;
            let mut texts = message[5..].split(|byte| *byte == 0).map(String::from_utf8_lossy);
            let mut text = || texts.next().unwrap_or_default().into_owned();
            match letter {
                b'P' => drop(known.insert(text(), text())),
                b'B' => runs = Some((text(), known.get(&text()).cloned().unwrap_or_default()).1),
                b'Q' => runs = Some(text()),
                _ => {}
            }
            held.extend(message);
            if matches!(letter, b'S' | b'Q' | b'X' | b'H') {
                if let Some(statement) = runs.take() {
                    self.pass(&statement).await;
                }
                asked.write_all(&held).await?;
                held.clear();
            }
        }
    }
}

/// Where PostgreSQL listens in its folder.
const SOCKET: &str = ".s.PGSQL.5432";

/// The whole of the message that asks for TLS, which a socket has not.
const ASKS_FOR_TLS: &[u8] = &80_877_103_u32.to_be_bytes();

/// A message's length and the rest of it, behind what was read before.
async fn body(from: &mut (impl AsyncRead + Unpin), mut read: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    read.extend(length.to_be_bytes());
    let at = read.len();
    read.resize(at + usize::try_from(length).unwrap().saturating_sub(4), 0);
    from.read_exact(&mut read[at..]).await?;
    Ok(read)
}
