//! Ways in: changing a password, six digits, recovery codes, passkeys.

use std::time::Duration;

use base::clock::MINUTE_MS;
use base::db::Ask as _;
use base::vals;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use people::totp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::house::{Browser, Page, TestHouse, both};
use crate::people::{PASSWORD, browser, joined};

/// The device of a person: one key, one account, as WebAuthn has it.
pub struct Device {
    key: SigningKey,
    handle: Option<String>,
    uses: u32,
}

impl Device {
    pub fn new(seed: u8) -> Self {
        Self { key: SigningKey::from_slice(&[seed; 32]).unwrap(), handle: None, uses: 0 }
    }

    fn id(&self) -> [u8; 16] {
        Sha256::digest(self.key.to_bytes())[..16].try_into().unwrap()
    }

    fn client_data(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// Answers a question for a new passkey. Flags: present, verified, with a key.
    pub fn make(&mut self, options: &Value, origin: &str) -> String {
        self.handle = Some(options["user"]["id"].as_str().unwrap().to_owned());
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut data = Sha256::digest(options["rp"]["id"].as_str().unwrap()).to_vec();
        data.push(0x45);
        data.extend([0; 4 + 16]);
        data.extend([0, 16]);
        data.extend(self.id());
        // COSE: kty 2, alg -7, crv 1, x, y.
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 32]);
        data.extend(point.y().unwrap());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let id = BASE64URL_NOPAD.encode(&self.id());
        let client_data = BASE64URL_NOPAD.encode(&Self::client_data("webauthn.create", options, origin));
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
                "response": { "clientDataJSON": client_data, "attestationObject": BASE64URL_NOPAD.encode(&object), "transports": ["internal"] } }).to_string()
    }

    /// Answers a question who is there. Flags: present, and verified where `verified`.
    pub fn answer(&mut self, options: &Value, origin: &str, verified: bool) -> String {
        self.uses += 1;
        let mut data = Sha256::digest(options["rpId"].as_str().unwrap()).to_vec();
        data.push(if verified { 0x05 } else { 0x01 });
        data.extend(self.uses.to_be_bytes());
        let client_data = Self::client_data("webauthn.get", options, origin);
        let signed = [data.clone(), Sha256::digest(&client_data).to_vec()].concat();
        let signature: DerSignature = self.key.sign(&signed);
        let id = BASE64URL_NOPAD.encode(&self.id());
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
                "response": { "clientDataJSON": BASE64URL_NOPAD.encode(&client_data), "authenticatorData": BASE64URL_NOPAD.encode(&data),
                              "signature": BASE64URL_NOPAD.encode(signature.as_bytes()),
                              "userHandle": self.handle } }).to_string()
    }
}

pub const HERE: &str = "http://localhost:3000";

pub async fn question(who: &Browser<'_>, path: &str) -> (String, Value) {
    let answer = who.post(path, &[]).await;
    let question: Value = serde_json::from_str(&answer.is(200).html).unwrap();
    (question["ceremony"].as_str().unwrap().to_owned(), question["options"].clone())
}

pub async fn add_passkey(who: &Browser<'_>, device: &mut Device, name: &str) -> Page {
    let (ceremony, options) = question(who, "/backstage/ways-in/passkeys/begin").await;
    let answer = device.make(&options, HERE);
    who.post("/backstage/ways-in/passkeys", &[("name", name), ("ceremony", &ceremony), ("answer", &answer)]).await
}

async fn sign_in_with(house: &TestHouse, device: &mut Device, origin: &str, verified: bool) -> Page {
    let guest = house.guest();
    let (ceremony, options) = question(&guest, "/sign-in/passkey/begin").await;
    let answer = device.answer(&options, origin, verified);
    guest.post("/sign-in/passkey", &[("ceremony", &ceremony), ("answer", &answer), ("then", "/songs")]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_signs_in_without_a_name_being_typed() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let mut phone = Device::new(1);
        add_passkey(&ada, &mut phone, "").await.is(422).says("can't be empty");
        assert_eq!(
            add_passkey(&ada, &mut phone, "the phone").await.is(303).to(),
            "/backstage/ways-in?done=passkey-kept"
        );
        ada.get("/backstage/ways-in").await.says("the phone");
        let answer = sign_in_with(&house, &mut phone, HERE, true).await;
        assert_eq!(answer.is(303).to(), "/songs");
        assert_eq!(browser(&house, &answer).await.person, ada.person);
        let again = sign_in_with(&house, &mut phone, HERE, true).await;
        again.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_that_is_not_right_signs_nobody_in() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let mut phone = Device::new(1);
        add_passkey(&ada, &mut phone, "the phone").await.is(303);
        sign_in_with(&house, &mut phone, "https://evil.example", true).await.is(400).says("isn't one of ours");
        sign_in_with(&house, &mut phone, HERE, false).await.is(400);
        let mut stolen =
            Device { key: SigningKey::from_slice(&[9; 32]).unwrap(), handle: phone.handle.clone(), uses: 5 };
        sign_in_with(&house, &mut stolen, HERE, true).await.is(400);
        // An answer is taken once, and only for the question it was given to.
        let guest = house.guest();
        let (ceremony, options) = question(&guest, "/sign-in/passkey/begin").await;
        let answer = phone.answer(&options, HERE, true);
        let (other, _) = question(&guest, "/sign-in/passkey/begin").await;
        guest.post("/sign-in/passkey", &[("ceremony", &other), ("answer", &answer)]).await.is(400);
        guest.post("/sign-in/passkey", &[("ceremony", &ceremony), ("answer", &answer)]).await.is(303);
        guest.post("/sign-in/passkey", &[("ceremony", &ceremony), ("answer", &answer)]).await.is(409);
        guest.post("/sign-in/passkey", &[("ceremony", &other), ("answer", "not json")]).await.is(409);
        guest.post("/sign-in/passkey", &[("ceremony", "x"), ("answer", &"x".repeat(1 << 20))]).await.is(413);
        let (late, options) = question(&guest, "/sign-in/passkey/begin").await;
        house.house.clock.turn(6 * MINUTE_MS);
        guest
            .post("/sign-in/passkey", &[("ceremony", &late), ("answer", &phone.answer(&options, HERE, true))])
            .await
            .is(409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_its_owners_alone_and_the_last_way_in_stays() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
        add_passkey(&ada, &mut phone, "the phone").await.is(303);
        house.house.clock.turn(1_000);
        add_passkey(&ada, &mut laptop, "the laptop").await.is(303);
        add_passkey(&brook, &mut Device::new(1), "the phone").await.is(409);
        let id: Vec<String> = house
            .house
            .db
            .all("SELECT id FROM passkey WHERE person = $1 ORDER BY id", vals![&ada.person])
            .await
            .unwrap();
        brook.post("/backstage/ways-in/passkeys/drop", &[("passkey", &id[0])]).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM passkey").await, 2);
        let lost = browser(&house, &sign_in_with(&house, &mut phone, HERE, true).await).await;
        lost.get("/backstage").await.is(200);
        ada.post("/backstage/ways-in/passkeys/drop", &[("passkey", &id[0])]).await.is(303);
        sign_in_with(&house, &mut phone, HERE, true).await.is(400);
        lost.get("/backstage").await.is(303);
        let other = browser(&house, &sign_in_with(&house, &mut laptop, HERE, true).await).await;
        ada.post("/backstage/ways-in/password/drop", &[]).await.is(303);
        other.get("/backstage").await.is(303);
        house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await.is(422);
        ada.post("/backstage/ways-in/passkeys/drop", &[("passkey", &id[1])]).await.is(409).says("the only way in");
        sign_in_with(&house, &mut laptop, HERE, true).await.is(303);
        brook.get("/backstage/ways-in/password").await.is(200).says_not("Take the password off");
        brook.post("/backstage/ways-in/password/drop", &[]).await.is(409).says("the only way in");
    })
    .await;
}

/// Turns six digits on through the page; returns the secret and the recovery codes shown.
pub async fn use_digits(house: &TestHouse, who: &Browser<'_>) -> (String, Vec<String>) {
    let page = who.get("/backstage/ways-in/totp").await;
    let secret =
        page.is(200).html.split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(page.html.contains("<svg class=\"qr\"") && page.html.contains("otpauth://totp/"));
    who.post("/backstage/ways-in/totp", &[("secret", &secret), ("code", "000000x")])
        .await
        .is(422)
        .says("don't fit this key");
    let digits = totp::digits(&secret, house.house.now()).unwrap();
    let page = who.post("/backstage/ways-in/totp", &[("secret", &secret), ("code", &digits)]).await;
    let list = page.is(200).html.split("class=\"keys\"").nth(1).unwrap().split("</ul>").next().unwrap();
    let codes: Vec<_> = list.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 8);
    (secret, codes)
}

/// Signs in with the password and returns the secret of the step that comes then.
pub async fn half_way(house: &TestHouse, name: &str) -> String {
    let page = house.guest().post("/sign-in", &[("name", name), ("password", PASSWORD), ("then", "/songs")]).await;
    assert!(page.headers.get("set-cookie").is_none(), "half the way is not in");
    page.is(200).html.split("name=\"step\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn second(house: &TestHouse, step: &str, code: &str) -> Page {
    house
        .guest()
        .post("/sign-in/second", &[("step", step), ("code", code), ("then", "/songs"), ("takes-code", "yes")])
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_digits_come_after_the_password_and_work_once() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let (secret, _) = use_digits(&house, &ada).await;
        ada.get("/backstage/ways-in").await.says("Asked for after the password").says("8 left");
        house.house.clock.turn(MINUTE_MS);
        let digits = totp::digits(&secret, house.house.now()).unwrap();
        let step = half_way(&house, "Ada").await;
        second(&house, &step, "123456").await.is(422).says("Those didn't fit");
        assert_eq!(second(&house, &step, &digits).await.is(303).to(), "/songs");
        second(&house, &step, &digits).await.is(409);
        let step = half_way(&house, "Ada").await;
        second(&house, &step, &digits).await.is(422);
        house.house.clock.turn(11 * MINUTE_MS);
        second(&house, &step, &totp::digits(&secret, house.house.now()).unwrap())
            .await
            .is(409)
            .says("longer than ten minutes");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_half_way_in_gets_no_further_once_the_password_is_another_or_everybody_is_signed_out() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let (secret, _) = use_digits(&house, &ada).await;
        for (path, fields) in [
            ("/backstage/ways-in/password", &[("password", "Another-long-pit-93-y")][..]),
            ("/backstage/sessions/end-all", &[]),
        ] {
            house.house.clock.turn(MINUTE_MS);
            let tx = house.house.begin().await.unwrap();
            let step = people::way_in::WayIn::make(
                &tx,
                people::way_in::Kind::Second,
                Some(&ada.person),
                None,
                house.house.now(),
            )
            .await
            .unwrap();
            let link = people::way_in::WayIn::make(
                &tx,
                people::way_in::Kind::SignIn,
                Some(&ada.person),
                None,
                house.house.now(),
            )
            .await
            .unwrap();
            tx.keep().await.unwrap();
            ada.post(path, fields).await.is(303);
            second(&house, &step, &totp::digits(&secret, house.house.now()).unwrap()).await.is(409);
            house.guest().post(&format!("/in/{link}"), &[]).await.is(409);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_cannot_be_guessed_by_trying() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        use_digits(&house, &ada).await;
        let step = half_way(&house, "Ada").await;
        for _ in 0..10 {
            second(&house, &step, "000000x").await.is(422);
        }
        second(&house, &step, "000000x").await.is(429);
        let other = half_way(&house, "Ada").await;
        second(&house, &other, "000000x").await.is(429);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_works_once_and_never_for_both_steps() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let (secret, codes) = use_digits(&house, &ada).await;
        let step = half_way(&house, "Ada").await;
        second(&house, &step, &codes[0].to_uppercase().replace('-', " ")).await.is(303);
        let step = half_way(&house, "Ada").await;
        second(&house, &step, &codes[0]).await.is(422);
        let recover =
            async |code: &str| house.guest().post("/sign-in/recovery", &[("name", "ada"), ("code", code)]).await;
        let page = recover(&codes[1]).await;
        let step = page
            .is(200)
            .says("A second recovery code won't do")
            .html
            .split("name=\"step\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        second(&house, &step, &codes[2]).await.is(422);
        house.house.clock.turn(MINUTE_MS);
        second(&house, &step, &totp::digits(&secret, house.house.now()).unwrap()).await.is(303);
        recover(&codes[1]).await.is(422).says("the code was used before");
        assert_eq!(house.count("SELECT count(*) FROM recovery_code").await, 6);
        assert_eq!(house.count("SELECT count(*) FROM recovery_code WHERE hash LIKE '%-%'").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_forgot_the_password_comes_in_with_a_code_and_sets_a_new_one() {
    both(async |house| {
        let phone = joined(&house, "Ada").await;
        let page = phone.post("/backstage/ways-in/codes", &[]).await;
        let code = page.html.split("<li>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let code = if code.len() == 19 {
            code
        } else {
            page.html
                .split("class=\"keys\"")
                .nth(1)
                .unwrap()
                .split("<li>")
                .nth(1)
                .unwrap()
                .split('<')
                .next()
                .unwrap()
                .to_owned()
        };
        house
            .guest()
            .post("/sign-in/recovery", &[("name", "Ada")])
            .await
            .is(422)
            .says("This one can't be empty")
            .says_not("the code was used before");
        let answer = house.guest().post("/sign-in/recovery", &[("name", "Ada"), ("code", &code)]).await;
        let laptop = browser(&house, &answer).await;
        assert_eq!(answer.is(303).place(), "/backstage/ways-in");
        laptop.get(&answer.to()).await.is(200).says("Set a new one within a quarter of an hour");
        laptop
            .post("/backstage/ways-in/password", &[("password", "password")])
            .await
            .is(422)
            .says("most common passwords");
        laptop.post("/backstage/ways-in/password", &[("password", "a much better one")]).await.is(303);
        phone.get("/backstage/ways-in").await.is(303);
        laptop.get("/backstage/ways-in").await.is(200);
        house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await.is(422);
        house.guest().post("/sign-in", &[("name", "Ada"), ("password", "a much better one")]).await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_in_changes_only_after_a_fresh_sign_in() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        ada.get("/backstage/ways-in/password").await.is(200);
        house.house.clock.turn(16 * MINUTE_MS);
        let answer = ada.get("/backstage/ways-in/password").await;
        assert_eq!(answer.is(303).to(), "/sign-in?then=/backstage/ways-in/password&again=yes");
        ada.get(&answer.to()).await.is(200).says("Once more, to be sure");
        for path in
            ["password", "password/drop", "totp", "totp/off", "codes", "passkeys", "passkeys/begin", "passkeys/drop"]
        {
            let answer = ada.post(&format!("/backstage/ways-in/{path}"), &[("password", "a much better one")]).await;
            assert!(answer.to().starts_with("/sign-in?"), "{path} was changed without asking");
        }
        let again = ada
            .post("/sign-in", &[("name", "Ada"), ("password", PASSWORD), ("then", "/backstage/ways-in/password")])
            .await;
        browser(&house, &again).await.get(&again.to()).await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_is_there_when_every_way_in_takes_two_things() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let has = async || people::second_factor(&house.house.db, &ada.person).await.unwrap();
        assert!(!has().await);
        let mut phone = Device::new(1);
        add_passkey(&ada, &mut phone, "the phone").await.is(303);
        assert!(!has().await, "the password alone still lets in");
        use_digits(&house, &ada).await;
        assert!(has().await);
        ada.post("/backstage/ways-in/totp/off", &[]).await.is(303);
        assert!(!has().await);
        ada.post("/backstage/ways-in/password/drop", &[]).await.is(303);
        assert!(has().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_from_paper_opens_no_seat_that_sees_private_things() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let mut phone = Device::new(1);
        add_passkey(&ada, &mut phone, "the phone").await.is(303);
        let page = ada.post("/backstage/ways-in/codes", &[]).await;
        let list = page.html.split("class=\"keys\"").nth(1).unwrap().split("</ul>").next().unwrap();
        let codes: Vec<_> = list.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        ada.post("/backstage/ways-in/password/drop", &[]).await.is(303);
        let tx = house.house.begin().await.unwrap();
        people::power::Seat::found(&tx, &ada.person, &house.duty_that("read_requests"), house.house.now())
            .await
            .unwrap();
        tx.keep().await.unwrap();
        let passkey = browser(&house, &sign_in_with(&house, &mut phone, HERE, true).await).await;
        passkey.get("/join/requests").await.is(200);
        let mut last = None;
        for code in &codes {
            house.house.clock.turn(5 * MINUTE_MS);
            let answer = house.guest().post("/sign-in/recovery", &[("name", "Ada"), ("code", code)]).await;
            let paper = browser(&house, answer.is(303)).await;
            paper.get("/backstage").await.is(200);
            paper.get("/join/requests").await.is(403).says("sign in again with two");
            paper.post("/join/invitations", &[("why", "A friend from the bus.")]).await.is(403);
            paper.get("/acts/second-looks").await.is(403);
            // Nor does what was found bring the seat along, by way of new things to show.
            for path in ["/backstage/ways-in/password", "/backstage/ways-in/totp"] {
                paper.get(path).await.is(403).says("hand the seat back first");
            }
            paper.post("/backstage/ways-in/password", &[("password", PASSWORD)]).await.is(403);
            paper.post("/backstage/ways-in/passkeys/drop", &[("passkey", "any")]).await.is(403);
            paper.post("/backstage/ways-in/codes", &[]).await.is(403);
            last = Some(paper);
        }
        assert_eq!(
            house.count("SELECT count(*) FROM recovery_code").await,
            0,
            "the last one is no other than the first"
        );
        passkey.post("/join/invitations", &[("why", "A friend from the bus.")]).await.is(200);
        let seat: String = house.house.db.one("SELECT id FROM seat", &[]).await.unwrap();
        let paper = last.unwrap();
        paper.post(&format!("/seats/{seat}/hand-back"), &[]).await.is(303);
        paper.post("/backstage/ways-in/password", &[("password", PASSWORD)]).await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_and_the_digits_open_what_is_private_also_where_they_were_set_up_and_no_browser_from_before_them() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let tx = house.house.begin().await.unwrap();
        people::power::Seat::found(&tx, &ada.person, &house.duty_that("read_requests"), house.house.now())
            .await
            .unwrap();
        tx.keep().await.unwrap();
        let phone =
            browser(&house, &house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await).await;
        ada.get("/join/requests").await.is(403).says("set up a second way");
        let (secret, _) = use_digits(&house, &ada).await;
        ada.get("/join/requests").await.is(200);
        phone.get("/join/requests").await.is(403).says("sign in again with two");
        house.house.clock.turn(MINUTE_MS);
        let step = half_way(&house, "Ada").await;
        let answer = second(&house, &step, &totp::digits(&secret, house.house.now()).unwrap()).await;
        browser(&house, answer.is(303)).await.get("/join/requests").await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_in_that_is_still_being_sent_changes_nothing_once_every_browser_was_signed_out() {
    both(async |house| {
        let (ada, phone) = (
            joined(&house, "Ada").await,
            house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await,
        );
        let phone = browser(&house, &phone).await;
        let fields = [("password", "a much better one")];
        let answer = ada
            .post_slowly("/backstage/ways-in/password", &fields, async || {
                phone.post("/backstage/sessions/end-all", &[]).await.is(303);
            })
            .await;
        assert_eq!(answer.is(303).place(), "/sign-in");
        house.guest().post("/sign-in", &[("name", "Ada"), ("password", "a much better one")]).await.is(422);
        house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_is_changed_while_somebody_tries_it_lets_nobody_in() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let other = people::password::hash(&house.house, "five dry cymbals").await.unwrap();
        let tx = house.house.begin().await.unwrap();
        people::ways_in::set_password(&tx, &ada.person, &other, "").await.unwrap();
        let guest = house.guest();
        let late = async {
            tokio::time::sleep(Duration::from_millis(300)).await; // the old one was found to be right, and waits for its turn to write
            tx.keep().await.unwrap();
        };
        let (tried, ()) = tokio::join!(guest.post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]), late);
        tried.is(422);
        assert_eq!(house.count("SELECT count(*) FROM session").await, 0);
        guest.post("/sign-in", &[("name", "Ada"), ("password", "five dry cymbals")]).await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lets_somebody_in_once_is_not_used_up_where_it_did_not() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let tx = house.house.begin().await.unwrap();
        let code = people::recovery::make(&tx, &ada.person, house.house.now()).await.unwrap().remove(0);
        tx.keep().await.unwrap();
        let link = people::way_in::WayIn::help_back_in(&house.house, &ada.person, "Lost the phone.").await.unwrap();
        let (link, guest) = (format!("/in/{link}"), house.guest());
        let code = [("name", "Ada"), ("code", code.as_str())];
        rename(&house, "ALTER TABLE session RENAME TO session_away").await;
        guest.post(&link, &[]).await.is(500);
        guest.post("/sign-in/recovery", &code).await.is(500);
        rename(&house, "ALTER TABLE session_away RENAME TO session").await;
        guest.post(&link, &[]).await.is(303);
        guest.post(&link, &[]).await.is(409);
        guest.post("/sign-in/recovery", &code).await.is(303);
        guest.post("/sign-in/recovery", &code).await.is(422);
    })
    .await;
}

async fn rename(house: &TestHouse, sql: &'static str) {
    let tx = house.house.begin().await.unwrap();
    tx.run(sql, &[]).await.unwrap();
    tx.keep().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_browsers_that_each_take_a_way_in_off_leave_one() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let tx = house.house.begin().await.unwrap();
        tx.run(
            "INSERT INTO passkey (id, person, credential, transports, fixed, moving, name, since)
             VALUES ('k', $1, 'c', 0, $2, $2, 'Phone', 1)",
            vals![&ada.person, vec![0_u8]],
        )
        .await
        .unwrap();
        tx.keep().await.unwrap();
        let tx = house.house.begin().await.unwrap();
        let here: String = tx.one("SELECT hash FROM session WHERE person = $1", vals![&ada.person]).await.unwrap();
        people::ways_in::drop_password(&tx, &ada.person, &here).await.unwrap();
        let late = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            tx.keep().await.unwrap();
        };
        let (dropped, ()) = tokio::join!(ada.post("/backstage/ways-in/passkeys/drop", &[("passkey", "k")]), late);
        dropped.is(409).says("the only way in you have");
        assert_eq!(house.count("SELECT count(*) FROM passkey").await, 1);
    })
    .await;
}
