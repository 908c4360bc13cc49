//! Passkeys (WebAuthn): a key on the person's own device, opened by their finger, face or PIN. The only file that knows
//! the library behind it.
//!
//! Promises: a passkey is two factors in one, because the device asks who holds it; it signs in without a name being
//! typed; a question is answered once and within five minutes. Never: which make the device is (no attestation is asked
//! for).

use base::clock::MINUTE_MS;
use base::db::{Ask, DbResult, DbTrouble, Tx};
use base::house::House;
use base::refusal::Refusal;
use base::{id, ledger, row, vals};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::Serialize;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

use crate::Person;
use crate::person::{folded, hold};
use crate::sign_in::{self, Entered};
use crate::visitor::{Member, Visitor};

/// Passkeys one person may have.
pub const PASSKEYS_MAX: usize = 12;
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;
/// The longest answer of a device, in bytes.
pub const ANSWER_BYTES_MAX: usize = 16 << 10;
const QUESTION_MS: i64 = 5 * MINUTE_MS;
/// Bytes of a person's id, by which a device knows whose passkey it is.
const HANDLE: usize = 16;

/// One passkey, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    pub id: String,
    pub name: String,
    pub since: i64,
}
row!(Passkey { id, name, since });

/// A question for a browser: what to ask the device, and the secret to send back with the answer.
#[derive(Debug, Serialize)]
pub struct Question {
    pub ceremony: String,
    pub options: serde_json::Value,
}

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Whose passkeys these are: the host's name, or `localhost` on this very machine. `None` where people come to a bare
/// address, which browsers allow no passkeys for.
#[must_use]
pub fn domain(house: &House) -> Option<String> {
    let host = house.settings.public_url.split_once("://")?.1;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if house.settings.is_plain() {
        return Some("localhost".to_owned());
    }
    name.parse::<std::net::IpAddr>().is_err().then(|| name.to_owned())
}

fn rp_id(house: &House) -> Result<RpId, Refusal> {
    let domain = domain(house).and_then(|name| AsciiDomain::try_from(name).ok());
    domain.map(RpId::Domain).ok_or(Refusal::NotNow("passkey-no-domain"))
}

/// Where an answer may come from: our own address.
fn origins(house: &House) -> Vec<String> {
    let url = &house.settings.public_url;
    let port = url.rsplit_once(':').map_or("80", |(_, port)| port);
    if house.settings.is_plain() {
        vec![format!("http://localhost:{port}"), "http://localhost".to_owned()]
    } else {
        vec![url.clone()]
    }
}

impl Passkey {
    /// A person's passkeys, the oldest first.
    pub async fn all(ask: &impl Ask, person: &str) -> DbResult<Vec<Self>> {
        ask.all("SELECT id, name, since FROM passkey WHERE person = $1 ORDER BY id", vals![person]).await
    }

    /// Takes one away; only the person's own. A backup from before does not bring it back.
    pub async fn remove(tx: &Tx, person: &str, id: &str, now: i64) -> DbResult<()> {
        if tx.run("DELETE FROM passkey WHERE id = $1 AND person = $2", vals![id, person]).await? > 0 {
            ledger::gone(tx, "passkey", id, now).await?;
        }
        Ok(())
    }
}

/// Asks a device of this person for a new passkey.
pub async fn ask_for_new(house: &House, person: &Person) -> Result<Question, Refusal> {
    let (rp_id, handle, name) = (rp_id(house)?, handle(&person.id)?, folded(&person.name));
    let name = if name.is_empty() { person.id.clone() } else { name };
    let user = PublicKeyCredentialUserEntity {
        name: name
            .as_str()
            .try_into()
            .or_else(|_| person.id.as_str().try_into())
            .map_err(|_| broken("a name for the device"))?,
        id: &handle,
        display_name: person.name.as_str().try_into().ok(),
    };
    let mut options = PublicKeyCredentialCreationOptions::passkey(&rp_id, user, known(house, &person.id).await?);
    // The device verifies whoever holds it each time; to demand the extension that says so again shuts many devices
    // out.
    options.extensions.cred_protect = CredProtect::None;
    let (state, options) = options.start_ceremony().map_err(|_| broken("a question for a passkey"))?;
    let state = state.encode().map_err(|_| broken("a question for a passkey"))?;
    keep_question(house, Some(&person.id), state, serde_json::to_value(&options)).await
}

/// The passkeys a device need not make again.
async fn known(house: &House, person: &str) -> Result<Vec<PublicKeyCredentialDescriptor<Vec<u8>>>, Refusal> {
    let rows: Vec<(String, i64)> =
        house.db.all("SELECT credential, transports FROM passkey WHERE person = $1 ORDER BY id", vals![person]).await?;
    if rows.len() >= PASSKEYS_MAX {
        return Err(Refusal::NotNow("passkey-too-many"));
    }
    let read = |(credential, transports): (String, i64)| {
        let id = CredentialId::<Vec<u8>>::decode(BASE64URL_NOPAD.decode(credential.as_bytes()).ok()?).ok()?;
        Some(PublicKeyCredentialDescriptor {
            id,
            transports: AuthTransports::decode(u8::try_from(transports).ok()?).ok()?,
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Keeps the new passkey that a device answered with. An answer that is not right is [`Refusal::NotLikeThis`].
pub async fn keep(member: &Member, ceremony: &str, answer: &str, name: &str) -> Result<(), Refusal> {
    let (house, person) = (&member.house, &member.person);
    let state = take_question(house, Some(&person.id), ceremony).await?;
    let state = RegistrationServerState::<HANDLE>::decode(&state).map_err(|_| broken("a kept question"))?;
    let answer = Registration::from_json_relaxed(answer.as_bytes()).map_err(|e| wrong(&e))?;
    let origins = origins(house);
    let options = RegistrationVerificationOptions::<String, String> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let made = state.verify(&rp_id(house)?, &answer, &options).map_err(|e| wrong(&e))?;
    let fixed = made.static_state().encode().map_err(|_| broken("a public key"))?;
    let moving = made.dynamic_state().encode().map_err(|_| broken("a counter"))?;
    let transports = made.transports().encode().map_err(|_| broken("a transport"))?;
    let credential = BASE64URL_NOPAD.encode(made.id().as_ref());
    let (tx, now) = (member.begin().await?, house.now());
    let sql = "INSERT INTO passkey (id, person, credential, transports, fixed, moving, name, since)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    match tx
        .run(sql, vals![id::at(now), &person.id, credential, i64::from(transports), fixed, &moving[..], name, now])
        .await
    {
        Err(DbTrouble::Clash(_)) => return Err(Refusal::NotNow("passkey-here")),
        written => written?,
    };
    Ok(tx.keep().await?)
}

/// Asks any device for any passkey of this house.
pub async fn ask_who(house: &House) -> Result<Question, Refusal> {
    let rp_id = rp_id(house)?;
    let (state, options) = DiscoverableCredentialRequestOptions::passkey(&rp_id)
        .start_ceremony()
        .map_err(|_| broken("a question for a passkey"))?;
    let state = state.encode().map_err(|_| broken("a question for a passkey"))?;
    keep_question(house, None, state, serde_json::to_value(&options)).await
}

/// Lets in whose passkey answered. Every reason it was not right reads the same.
pub async fn let_in(visitor: &Visitor, ceremony: &str, answer: &str) -> Result<Entered, Refusal> {
    let house = &visitor.house;
    let state = take_question(house, None, ceremony).await?;
    let state = DiscoverableAuthenticationServerState::decode(&state).map_err(|_| broken("a kept question"))?;
    let answer = DiscoverableAuthentication::<HANDLE>::from_json_relaxed(answer.as_bytes()).map_err(|e| wrong(&e))?;
    let credential = BASE64URL_NOPAD.encode(answer.raw_id().as_ref());
    let sql = "SELECT k.id, k.person, k.fixed, k.moving FROM passkey k JOIN person p ON p.id = k.person
               WHERE k.credential = $1 AND p.left_at IS NULL";
    let found: Option<(String, String, Vec<u8>, Vec<u8>)> = house.db.first(sql, vals![credential]).await?;
    let (passkey, person, fixed, moving) = found.ok_or_else(|| wrong(&"nobody's passkey"))?;
    let handle = handle(&person)?;
    let fixed = StaticState::<PublicKey>::decode(&fixed).map_err(|_| broken("a kept public key"))?;
    let moving = moving
        .try_into()
        .ok()
        .and_then(|bytes| DynamicState::decode(bytes).ok())
        .ok_or_else(|| broken("a kept counter"))?;
    let mut kept =
        AuthenticatedCredential::new(answer.raw_id(), &handle, fixed, moving).map_err(|_| broken("a kept passkey"))?;
    let origins = origins(house);
    let options = AuthenticationVerificationOptions::<String, String> {
        allowed_origins: &origins,
        error_on_unsolicited_extensions: false,
        ..AuthenticationVerificationOptions::default()
    };
    let has_moved = state.verify(&rp_id(house)?, &answer, &mut kept, &options).map_err(|e| wrong(&e))?;
    let tx = house.begin().await?;
    hold(&tx, &person).await?;
    if tx.hold("SELECT id FROM passkey WHERE id = $1", vals![&passkey]).await? == 0 {
        return Err(wrong(&"a passkey that was taken away just now"));
    }
    if has_moved {
        let moving = kept.dynamic_state().encode().map_err(|_| broken("a counter"))?;
        tx.run("UPDATE passkey SET moving = $1 WHERE id = $2", vals![&moving[..], passkey]).await?;
    }
    sign_in::let_in(tx, visitor, &person, 2).await
}

async fn keep_question(
    house: &House,
    person: Option<&str>,
    state: Vec<u8>,
    options: serde_json::Result<serde_json::Value>,
) -> Result<Question, Refusal> {
    let options = options.map_err(|e| Refusal::Broken(e.to_string()))?;
    let (tx, secret) = (house.begin().await?, id::secret());
    tx.run(
        "INSERT INTO ceremony (hash, person, state, until) VALUES ($1, $2, $3, $4)",
        vals![id::hash(&secret), person, state, house.now() + QUESTION_MS],
    )
    .await?;
    tx.keep().await?;
    Ok(Question { ceremony: secret, options })
}

/// Takes a question that was put; it cannot be answered twice.
async fn take_question(house: &House, person: Option<&str>, secret: &str) -> Result<Vec<u8>, Refusal> {
    let tx = house.begin().await?;
    let sql = "DELETE FROM ceremony WHERE hash = $1 AND COALESCE(person, '') = $2 AND until > $3 RETURNING state";
    let state: Option<Vec<u8>> =
        tx.first(sql, vals![id::hash(secret), person.unwrap_or_default(), house.now()]).await?;
    let state = state.ok_or(Refusal::NotNow("passkey-question-over"))?;
    tx.keep().await?;
    Ok(state)
}

/// Forgets questions that nobody answered.
pub(crate) async fn sweep(tx: &Tx, now: i64) -> DbResult<u64> {
    tx.run("DELETE FROM ceremony WHERE until <= $1", vals![now]).await
}

fn handle(person: &str) -> Result<UserHandle<HANDLE>, Refusal> {
    let bytes = HEXLOWER.decode(person.as_bytes()).ok().and_then(|bytes| <[u8; HANDLE]>::try_from(bytes).ok());
    bytes.and_then(|bytes| UserHandle::decode(bytes).ok()).ok_or_else(|| broken("a person's id"))
}

fn broken(what: &str) -> Refusal {
    Refusal::Broken(format!("{what} cannot be written or read"))
}

fn wrong(why: &impl ToString) -> Refusal {
    tracing::debug!(why = why.to_string(), "a passkey was not right");
    Refusal::NotLikeThis("passkey-wrong")
}
