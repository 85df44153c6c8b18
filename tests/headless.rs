//! `pelure headless` on the road in memory: lines in, lines out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

use std::sync::Arc;

use pelure::engine::{Audio, Engine, Limits, MachineClock, Parts, Sound, SystemRandom};
use pelure::file::disk::BlobStore;
use pelure::headless::serve;
use pelure::vault::Vault;
use pelure_onion::Memory;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

/// Gives the program all lines at once, then the end of input; returns the answers by their id.
async fn answers(lines: &[Value]) -> Vec<Value> {
    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    let (network, clock) = (Memory::new(1).network(), Arc::new(MachineClock::new()));
    let files = tempfile::tempdir().unwrap();
    let blobs = BlobStore::new(files.path().join("files"), None);
    let audio = Audio::of_this_machine(Sound::none());
    let parts = Parts { network, vault, blobs, clock, limits: Limits::default(), audio };
    let (engine, events) = Engine::start(parts).await.unwrap();
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (output, mut written) = tokio::io::duplex(1 << 20);
    serve(engine, events, std::io::Cursor::new(input.into_bytes()), output).await.unwrap();
    let mut text = String::new();
    written.read_to_string(&mut text).await.unwrap();
    let mut answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    answers.retain(|line: &Value| line.get("id").is_some());
    answers.sort_by_key(|answer| answer["id"].as_u64());
    answers
}

fn call(id: u64, method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

#[tokio::test]
async fn a_call_sees_what_the_lines_before_it_did() {
    let address = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
    let mut lines = vec![
        call(0, "identity.create", &json!({"name": "me"})),
        call(1, "contact.add", &json!({"identity": "i1", "address": address, "name": "Ada"})),
    ];
    lines.extend((2..102).map(|id| call(id, "message.send", &json!({"contact": "c1", "text": id.to_string()}))));
    lines.push(call(102, "message.list", &json!({"contact": "c1", "limit": 1000})));
    lines.push(call(103, "message.recall", &json!({"message": "m100"})));
    lines.push(call(104, "message.search", &json!({"query": "101"})));
    lines.push(call(105, "shutdown", &json!({})));

    let answers = answers(&lines).await;

    assert_eq!(answers.len(), lines.len());
    assert_eq!(answers[1]["result"], json!({"contact": "c1"}));
    let listed = answers[102]["result"].as_array().unwrap();
    let texts: Vec<u64> = listed.iter().rev().map(|row| row["text"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(texts, (2..102).collect::<Vec<u64>>(), "in the order of the lines");
    assert_eq!(answers[103]["result"], json!({}));
    assert_eq!(answers[104]["result"][0]["state"], "recalled");
    assert_eq!(answers[105]["result"], json!({}));
}

#[tokio::test]
async fn messages_are_answered_edited_deleted_and_reacted_to() {
    let address = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
    let lines = [
        call(0, "identity.create", &json!({"name": "me"})),
        call(1, "contact.add", &json!({"identity": "i1", "address": address, "name": "Ada"})),
        call(2, "contact.set", &json!({"contact": "c1", "receipts": true, "expires_in": 3600})),
        call(3, "contact.list", &json!({})),
        call(4, "message.send", &json!({"contact": "c1", "text": "one", "expires_in": null})),
        call(5, "message.send", &json!({"contact": "c1", "text": "two", "reply_to": "m1"})),
        call(6, "message.send", &json!({"contact": "c1", "text": "three", "expires_in": 5})),
        call(7, "message.edit", &json!({"message": "m1", "text": "uno"})),
        call(8, "message.react", &json!({"message": "m2", "emoji": "👍"})),
        call(9, "message.delete", &json!({"message": "m3"})),
        call(10, "message.list", &json!({"contact": "c1"})),
        call(11, "message.react", &json!({"message": "m2", "emoji": null})),
        call(12, "message.search", &json!({"query": "two"})),
        call(13, "contact.set", &json!({"contact": "c1", "expires_in": null})),
        call(14, "contact.set", &json!({"contact": "c1", "receipts": false})),
        call(15, "contact.list", &json!({})),
    ];
    let answers = answers(&lines).await;
    assert!(answers.iter().all(|answer| answer.get("error").is_none()), "{answers:?}");
    let contact = |at: usize| {
        let view = &answers[at]["result"][0];
        (view["receipts"].clone(), view["their_receipts"].clone(), view["expires_in"].clone())
    };
    assert_eq!(contact(3), (json!(true), json!(false), json!(3600)));
    assert_eq!(contact(15), (json!(false), json!(false), json!(null)));
    let listed = answers[10]["result"].as_array().unwrap();
    let [three, two, one] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((&three["text"], &three["deleted"], &three["state"]), (&json!(""), &json!(true), &json!("recalled")));
    assert_eq!((&two["reply_to"], &two["expires_in"]), (&json!("m1"), &json!(3600)));
    assert_eq!(two["reactions"], json!([{"mine": true, "emoji": "👍"}]));
    assert_eq!(one["text"], "uno");
    for left_out in ["reply_to", "edited", "deleted", "reactions", "expires_in", "expires_at"] {
        assert!(one.get(left_out).is_none(), "{left_out}");
    }
    assert!(answers[12]["result"][0].get("reactions").is_none());
}

/// The word of each error, in the order of the calls; empty where there is none.
fn kinds(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["error"]["data"]["kind"].as_str().unwrap_or("")).collect()
}

#[tokio::test]
async fn changes_that_are_wrong_are_said_in_one_word() {
    let address = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
    let lines = [
        call(0, "identity.create", &json!({"name": "me"})),
        call(1, "contact.add", &json!({"identity": "i1", "address": address, "name": "Ada"})),
        call(2, "message.send", &json!({"contact": "c1", "text": "one"})),
        call(3, "message.react", &json!({"message": "m1", "emoji": "x"})),
        call(4, "message.send", &json!({"contact": "c1", "text": "x", "expires_in": 4})),
        call(5, "contact.set", &json!({"contact": "c1", "expires_in": 2_419_201})),
        call(6, "message.edit", &json!({"message": "m1", "text": ""})),
        call(7, "message.edit", &json!({"message": "m9", "text": "x"})),
        call(8, "message.send", &json!({"contact": "c1", "text": "x", "reply_to": "m9"})),
        call(9, "message.recall", &json!({"message": "m1"})),
        call(10, "message.delete", &json!({"message": "m1"})),
        call(11, "message.react", &json!({"message": "m1", "emoji": "👍"})),
        call(12, "contact.block", &json!({"contact": "c1"})),
        call(13, "contact.set", &json!({"contact": "c1", "receipts": true})),
        call(14, "message.react", &json!({"message": "m1"})),
        call(15, "contact.set", &json!({"contact": "c1", "expires_in": "soon"})),
    ];
    let answers = answers(&lines).await;
    let expected = [
        "",
        "",
        "",
        "bad_emoji",
        "bad_expiry",
        "bad_expiry",
        "empty",
        "not_found",
        "not_found",
        "",
        "not_allowed_now",
        "not_allowed_now",
        "",
        "blocked",
        "",
        "",
    ];
    assert_eq!(kinds(&answers), expected);
    assert_eq!((&answers[14]["error"]["code"], &answers[15]["error"]["code"]), (&json!(-32602), &json!(-32602)));
}

#[tokio::test]
async fn what_is_wrong_is_said_in_one_word() {
    let add = |id, address: &str| {
        call(id, "contact.add", &json!({"identity": "i1", "address": address, "name": "Ada", "message": ""}))
    };
    let good = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid";
    let lines = [
        call(0, "identity.create", &json!({"name": "me"})),
        add(1, good),
        add(2, &format!(" HTTP://{}.onion/x ", good.to_uppercase())),
        add(3, "expyuzz4wqqyqhjn.onion"),
        add(4, &good.replace('2', "3")),
        call(5, "message.send", &json!({"contact": "c1", "text": ""})),
        call(6, "message.send", &json!({"contact": "c1", "text": "x".repeat(65_537)})),
        call(7, "message.send", &json!({"contact": "c7", "text": "x"})),
        call(8, "contact.block", &json!({"contact": "c1"})),
        call(9, "message.send", &json!({"contact": "c1", "text": "x"})),
        call(10, "identity.create", &json!({"name": "a\nb"})),
        call(11, "identity.set_doors", &json!({"identity": "i1", "doors": "closed"})),
        call(12, "contact.list", &json!({"surprise": 1})),
    ];
    let answers = answers(&lines).await;
    let expected = [
        "",
        "",
        "already_exists",
        "bad_address",
        "bad_address",
        "empty",
        "too_long",
        "not_found",
        "",
        "blocked",
        "bad_name",
        "",
        "",
    ];
    assert_eq!(kinds(&answers), expected);
    assert_eq!(answers[11]["error"]["code"], -32601);
    assert_eq!(answers[12]["error"]["code"], -32602);
}

#[tokio::test]
async fn files_are_prepared_offered_listed_and_cancelled() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("notes.txt");
    std::fs::write(&path, "what was said").unwrap();
    let address = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
    let lines = [
        call(0, "identity.create", &json!({"name": "me"})),
        call(1, "contact.add", &json!({"identity": "i1", "address": address, "name": "Ada"})),
        call(2, "file.prepare", &json!({"path": path})),
        call(3, "file.offer", &json!({"contact": "c1", "path": path, "name": "minutes.txt"})),
        call(4, "file.list", &json!({"contact": "c1"})),
        call(5, "message.list", &json!({"contact": "c1"})),
        call(6, "file.cancel", &json!({"transfer": "t1"})),
        call(7, "file.list", &json!({})),
        call(8, "file.accept", &json!({"transfer": "t7"})),
        call(9, "file.offer", &json!({"contact": "c1", "path": desk.path().join("nothing")})),
    ];
    let answers = answers(&lines).await;
    assert_eq!((&answers[2]["result"]["name"], &answers[2]["result"]["size"]), (&json!("notes.txt"), &json!(13)));
    assert_eq!(answers[3]["result"], json!({"transfer": "t1"}));
    let listed = &answers[4]["result"][0];
    assert_eq!((&listed["name"], &listed["state"]), (&json!("minutes.txt"), &json!("offered")));
    assert_eq!((&listed["direction"], &listed["done"]), (&json!("out"), &json!(0)));
    assert_eq!(listed["blake3"], blake3::hash(b"what was said").to_hex().as_str());
    assert_eq!(answers[5]["result"][0]["file"]["transfer"], "t1");
    assert_eq!(answers[6]["result"], json!({}));
    assert_eq!(answers[7]["result"][0]["state"], "cancelled");
    assert_eq!(answers[8]["error"]["data"]["kind"], "not_found");
    assert_eq!(answers[9]["error"]["data"]["kind"], "not_found");
}

#[tokio::test]
async fn calls_and_voice_notes_are_refused_with_the_reason() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("said.wav");
    std::fs::write(&path, "no sound").unwrap();
    let address = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
    let nobody = "00112233445566778899aabbccddeeff";
    let lines = [
        call(0, "identity.create", &json!({"name": "me"})),
        call(1, "contact.add", &json!({"identity": "i1", "address": address, "name": "Ada"})),
        call(2, "call.start", &json!({"contact": "c1"})),
        call(3, "call.start", &json!({"contact": "c2", "profile": "thin"})),
        call(4, "call.start", &json!({"contact": "c1", "profile": "huge"})),
        call(5, "call.accept", &json!({"call": nobody})),
        call(6, "call.decline", &json!({"call": nobody})),
        call(7, "call.hang_up", &json!({"call": "x"})),
        call(8, "call.mute", &json!({"call": nobody, "muted": true})),
        call(9, "voice_note.send", &json!({"contact": "c1", "path": path})),
        call(10, "voice_note.send", &json!({"contact": "c1", "path": desk.path().join("nothing.wav")})),
        call(11, "call.hold", &json!({"call": nobody})),
    ];
    let answers = answers(&lines).await;
    let expected = [
        "",
        "",
        "not_allowed_now",
        "not_found",
        "",
        "not_found",
        "not_found",
        "not_found",
        "not_found",
        "file",
        "not_found",
        "",
    ];
    assert_eq!(kinds(&answers), expected);
    assert_eq!((&answers[4]["error"]["code"], &answers[11]["error"]["code"]), (&json!(-32602), &json!(-32601)));
}

/// A bridge of the documentation, which leads nowhere.
const PLAIN: &str = "192.0.2.83:80 0BAC39417268B96B9F514EF763FA6FBA1A788956";

#[tokio::test]
async fn bridges_a_proxy_and_ports_are_set_or_refused_with_the_line_and_the_reason() {
    let secret = "socks5://somebody:secret@192.0.2.1:1080";
    let lines = [
        call(0, "tor.set_bridges", &json!({"lines": [PLAIN, "", "# from a friend"]})),
        call(1, "tor.set_bridges", &json!({"lines": [PLAIN, "obfs9 192.0.2.5:1 x"]})),
        call(2, "tor.set_bridges", &json!({"lines": ["nonsense"]})),
        call(3, "tor.set_bridges", &json!({"lines": []})),
        call(4, "tor.set_bridges", &json!({})),
        call(5, "tor.set_proxy", &json!({"url": secret})),
        call(6, "tor.set_proxy", &json!({"url": "https://192.0.2.1:443"})),
        call(7, "tor.set_proxy", &json!({"url": null})),
        call(8, "tor.set_proxy", &json!({})),
        call(9, "tor.set_ports", &json!({"ports": [80, 443]})),
        call(10, "tor.set_ports", &json!({"ports": [0]})),
        call(11, "tor.set_ports", &json!({"ports": []})),
    ];
    let answers = answers(&lines).await;
    let expected = ["", "bad_bridge", "bad_bridge", "", "", "", "bad_proxy", "", "", "", "bad_port", ""];
    assert_eq!(kinds(&answers), expected);
    for refused in [4, 8] {
        assert_eq!(answers[refused]["error"]["code"], -32602);
    }
    let said = |at: usize| answers[at]["error"]["message"].as_str().unwrap();
    assert!(said(1).starts_with("line 2: the transport obfs9 is not known"), "{}", said(1));
    assert!(said(2).starts_with("line 1: this is not a bridge line"), "{}", said(2));
    assert!(said(6).contains("https"), "{}", said(6));
    assert!(!format!("{answers:?}").contains("secret"));
}
