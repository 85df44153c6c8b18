//! Two real windows on a private Tor network, used by keyboard and accessible names alone: once in English, once in French.
//!
//! Real programs, real X servers (without a screen), real circuits; what a screen reader is told is all that is looked at.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test: to fail is to panic")]
#![expect(clippy::disallowed_types, reason = "a test starts the program and its desktop")]
#![expect(clippy::disallowed_methods, reason = "a bound on hanging needs a clock")]

mod desktop;
mod person;
mod reader;

use std::sync::Mutex;

use pelure_ui::settings::Language;
use person::Person;

#[test]
fn two_windows_meet_in_english() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    meet(Language::English);
}

#[test]
fn two_windows_meet_in_french() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    meet(Language::French);
}

/// First start, exchange of addresses, request, accept, ten messages each way, lock and unlock, quit and open again.
fn meet(language: Language) {
    let (ann, mut ben) = (Person::start(language), Person::start(language));
    let _address_of_ann = first_start(&ann, "Ann's desk");
    let address_of_ben = first_start(&ben, "Ben's desk");
    ask(&ann, &address_of_ben, "Ben");
    accept(&ben, "Ann");
    open_talk(&ann, "Ben");
    open_talk(&ben, "Ann");
    for turn in 1..=10 {
        say(&ann, &ben, "Ben", &format!("from ann {turn}"));
        say(&ben, &ann, "Ann", &format!("from ben {turn}"));
    }
    lock_and_unlock(&ann, "from ben 10");
    open_talk(&ann, "Ben");
    ann.reads("from ben 10");
    assert!(ben.quits().success());
    ben.starts_again();
    ben.fills(&ben.say("lock-passphrase"), PASSPHRASE);
    ben.press("Return");
    open_talk(&ben, "Ann");
    ben.reads("from ann 10");
    say(&ann, &ben, "Ben", "after the restart");
}

/// The four steps; gives the address.
fn first_start(person: &Person, name: &str) -> String {
    person.does(&person.say("next"));
    person.fills(&person.say("start-passphrase"), PASSPHRASE);
    person.fills(&person.say("start-passphrase-again"), PASSPHRASE);
    person.does(&person.say("next"));
    person.fills(&person.say("start-name"), name);
    person.press("Return");
    person.sees(&person.say("start-address-title"));
    let address = person.reads(".onion").name;
    person.sees(&person.say("start-reach-ready"));
    person.does(&person.say("start-go"));
    let address: String = address.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    assert_eq!(address.len(), 62, "{address}");
    address
}

fn ask(person: &Person, address: &str, name: &str) {
    person.press("ctrl+n");
    person.fills(&person.say("add-address"), address);
    person.fills(&person.say("add-name"), name);
    person.fills(&person.say("add-words"), "we met at the station");
    person.does(&person.say("add-send"));
    person.does(&person.say("add-done"));
}

fn accept(person: &Person, name: &str) {
    let requests = person.say_with("people-requests", &[("count", 1.into())]);
    person.does(&requests);
    person.reads("we met at the station");
    person.does(&person.say("requests-accept"));
    person.fills(&person.say("requests-name"), name);
    person.press("Return");
}

fn open_talk(person: &Person, name: &str) {
    person.does(name);
    person.sees(&person.say_with("talk-write", &[("name", name.into())]));
}

/// One writes in the open conversation, the other reads it there; it shows as delivered.
fn say(from: &Person, to: &Person, name: &str, text: &str) {
    from.go_to(&from.say_with("talk-write", &[("name", name.into())]));
    from.write(text);
    from.press("Return");
    to.reads(text);
    let delivered = from.say("talk-state-delivered");
    let line = from.reads(text);
    if !line.name.contains(&delivered) {
        from.reads(&format!("{delivered}: {text}"));
    }
}

fn lock_and_unlock(person: &Person, text: &str) {
    person.press("ctrl+l");
    person.sees(&person.say("lock-title"));
    person.no_longer_sees(text);
    person.fills(&person.say("lock-passphrase"), "not this one");
    person.press("Return");
    person.sees(&person.say("lock-wrong"));
    person.press("ctrl+a");
    person.fills(&person.say("lock-passphrase"), PASSPHRASE);
    person.press("Return");
    person.no_longer_sees(&person.say("lock-title"));
}

const PASSPHRASE: &str = "seven grey lanterns over the quiet harbour";

/// Two pairs at once would be four windows drawn in software on two cores.
static ALONE: Mutex<()> = Mutex::new(());
