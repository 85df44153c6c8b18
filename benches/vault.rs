//! The vault with a long history: one JSON line per figure. `cargo bench --bench vault [messages]`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench stops at what goes wrong"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use pelure::vault::{
    Arrival, ContactId, Cost, Incoming, NewContact, NewText, Page, Passphrase, Read, Stamp, Vault, job,
};
use pelure::wire::{Body, Epoch, MessageId, MessageText, Random};
use pelure_onion::ServiceKey;
use zeroize::Zeroizing;

/// Bytes that differ and repeat from run to run.
struct Dice(u64);

impl Random for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.below(256) as u8);
    }
}

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn id(&mut self) -> MessageId {
        let mut id = [0; 16];
        self.fill(&mut id);
        MessageId(id)
    }

    /// Some words of a vocabulary in which few are frequent and many are rare, as in a language.
    fn sentence(&mut self) -> String {
        let words = 4 + self.below(24);
        (0..words).map(|_| word(self)).collect::<Vec<_>>().join(" ")
    }
}

/// Syllables by rank: the square of a uniform number makes low ranks frequent.
fn word(dice: &mut Dice) -> String {
    let uniform = dice.below(10_000) as f64 / 10_000.0;
    let mut rank = (uniform * uniform * uniform * 30_000.0) as usize;
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[rank % SYLLABLES.len()]);
        rank /= SYLLABLES.len();
        if rank == 0 {
            return word;
        }
    }
}

fn main() {
    let messages: u64 = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(1_000_000);
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    tell("argon2_new_profile_ms", milliseconds(time(|| Cost::tuned().unwrap()).1), "ms");
    let mut vault = Vault::create(&dir.path().join("p"), &passphrase(), Cost::DANGEROUSLY_CHEAP, &mut dice).unwrap();
    durable_rates(&dir.path().join("rates"), &mut dice);
    let contacts = fill(&mut vault, messages, &mut dice);
    drop(vault);
    long_history(&dir.path().join("p"), &contacts, &mut dice);
}

/// Both sides of 100,000 messages, committed in groups of the given size on two vaults.
fn durable_rates(dir: &Path, dice: &mut Dice) {
    for group in [1, 16, 64, 256] {
        let mut sides = [0, 1].map(|side| {
            let home = dir.join(format!("{group}-{side}"));
            let mut vault = Vault::create(&home, &passphrase(), Cost::DANGEROUSLY_CHEAP, dice).unwrap();
            let contact = add_contacts(&mut vault, 1)[0];
            (vault, contact)
        });
        let rounds = 4_096 / group.max(8);
        let (_, took) = time(|| {
            for round in 0..rounds {
                exchange(&mut sides, round * group, group, dice);
            }
        });
        let rate = (rounds * group) as f64 / took.as_secs_f64();
        tell(&format!("durable_acknowledged_messages_group_{group}"), rate, "1/s");
    }
}

/// Queue on one side, receive on the other, acknowledge on the first: three commits for a whole group.
fn exchange(sides: &mut [(Vault, ContactId); 2], first: u64, group: u64, dice: &mut Dice) {
    let texts: Vec<(MessageId, String)> = (0..group).map(|_| (dice.id(), dice.sentence())).collect();
    let [(sender, to), (receiver, from)] = sides;
    let (to, from) = (*to, *from);
    let queue = texts.clone().into_iter().map(|(id, text)| {
        let text = MessageText::new(text).unwrap();
        let queue = move |w: &pelure::vault::Write<'_>| {
            let new = NewText { contact: to, text: &text, reply_to: None, expires_in: None };
            w.queue_text(&new, Stamp { id, time: 1, handed: true })
        };
        job(queue, |outcome| assert!(outcome.is_ok()))
    });
    sender.write_group(queue.collect());
    let receive = texts.into_iter().zip(first + 1..).map(|((id, text), seq)| {
        let body = plain(text);
        let change = move |w: &pelure::vault::Write<'_>| {
            w.receive(&Incoming { contact: from, epoch: EPOCH, seq, id, time: 1, body: &body })
        };
        job(change, |outcome| assert_ne!(outcome.unwrap(), Arrival::Nothing))
    });
    receiver.write_group(receive.collect());
    sender.write_group(vec![job(
        move |w| w.ack(to, EPOCH, first + group, 1),
        move |outcome| assert_eq!(outcome.unwrap().len() as u64, group),
    )]);
}

fn fill(vault: &mut Vault, messages: u64, dice: &mut Dice) -> Vec<ContactId> {
    let contacts = add_contacts(vault, 1_000);
    let mut numbers = vec![0u64; contacts.len()];
    let (_, took) = time(|| {
        for batch in 0..messages.div_ceil(BATCH) {
            vault
                .write(|w| {
                    for _ in 0..BATCH.min(messages - batch * BATCH) {
                        // A few contacts do most of the talking.
                        let at = (dice.below(1_000) * dice.below(1_000) / 1_000) as usize;
                        numbers[at] += 1;
                        let (contact, seq) = (contacts[at], numbers[at]);
                        let (id, body) = (dice.id(), plain(dice.sentence()));
                        w.receive(&Incoming { contact, epoch: EPOCH, seq, id, time: 1, body: &body })?;
                    }
                    w.index(BATCH as usize).map(drop)
                })
                .unwrap();
        }
    });
    tell("fill_messages_per_second", messages as f64 / took.as_secs_f64(), "1/s");
    contacts
}

fn long_history(home: &Path, contacts: &[ContactId], dice: &mut Dice) {
    let bytes = std::fs::metadata(home.join("vault.db")).unwrap().len();
    tell("database_mib", bytes as f64 / (1 << 20) as f64, "MiB");
    let (vault, took) = time(|| {
        let vault = Vault::open(home, &passphrase()).unwrap();
        vault.read(|r| Ok((r.identities()?, r.contacts(None)?, r.requests(None)?))).unwrap();
        vault
    });
    tell("open_after_key_derivation_ms", milliseconds(took), "ms");
    let list = |r: &Read<'_>, dice: &mut Dice| {
        let contact = contacts[dice.below(1_000) as usize];
        let newest = r.messages(contact, Page { before: None, after: None, limit: 50 })?;
        let at = newest.last().map(|message| message.key);
        r.messages(contact, Page { before: at, after: None, limit: 50 }).map(|rows| rows.len())
    };
    quantiles("last_messages", 200, || vault.read(|r| r.last_messages().map(|rows| rows.len())).unwrap());
    quantiles("message_list", 2_000, || vault.read(|r| list(r, dice)).unwrap());
    let everywhere = |r: &Read<'_>, dice: &mut Dice| r.search(&query(dice), None, 50).map(|rows| rows.len());
    quantiles("message_search", 500, || vault.read(|r| everywhere(r, dice)).unwrap());
    let within = |r: &Read<'_>, dice: &mut Dice| {
        r.search(&query(dice), Some(contacts[dice.below(1_000) as usize]), 50).map(|rows| rows.len())
    };
    quantiles("message_search_in_contact", 500, || vault.read(|r| within(r, dice)).unwrap());
    let short = |r: &Read<'_>, dice: &mut Dice| {
        let query = SYLLABLES[dice.below(SYLLABLES.len() as u64) as usize].to_owned() + "q";
        r.search(query.get(1..).unwrap_or("q"), None, 50).map(|rows| rows.len())
    };
    quantiles("message_search_two_letters", 50, || vault.read(|r| short(r, dice)).unwrap());
}

fn plain(text: String) -> Body {
    Body::Text { text: MessageText::new(text).unwrap(), reply_to: None, expires_in: None }
}

/// One to three words, sometimes a part of one: what people type.
fn query(dice: &mut Dice) -> String {
    let words: Vec<String> = (0..=dice.below(3)).map(|_| word(dice)).collect();
    let query = words.join(" ");
    if query.len() < 3 { query + "nd" } else { query }
}

fn add_contacts(vault: &mut Vault, count: u64) -> Vec<ContactId> {
    let mut dice = Dice(count + 7);
    vault
        .write(|w| {
            let identity = w.add_identity("desk", &key(&mut dice))?;
            (0..count)
                .map(|_| {
                    w.add_contact(&NewContact {
                        identity,
                        address: key(&mut dice).address(),
                        name: "somebody",
                        accepted: true,
                        request_text: "",
                        out_epoch: EPOCH,
                        created: 1,
                    })
                })
                .collect()
        })
        .unwrap()
}

fn key(dice: &mut Dice) -> ServiceKey {
    let mut seed = Zeroizing::new([0; 32]);
    dice.fill(&mut seed[..]);
    ServiceKey::from_seed(seed).unwrap()
}

fn passphrase() -> Passphrase {
    Passphrase::new("bench".to_owned())
}

fn quantiles(name: &str, runs: usize, mut run: impl FnMut() -> usize) {
    let mut times: Vec<f64> = (0..runs).map(|_| milliseconds(time(&mut run).1)).collect();
    times.sort_by(f64::total_cmp);
    for (quantile, share) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
        let at = ((runs as f64 * share) as usize).min(runs - 1);
        tell(&format!("{name}_{quantile}_ms"), times[at], "ms");
    }
}

fn time<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let outcome = run();
    (outcome, start.elapsed())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn tell(name: &str, value: f64, unit: &str) {
    println!("{{\"name\":\"vault_{name}\",\"value\":{value:.3},\"unit\":\"{unit}\",\"baseline\":null,\"ratio\":null}}");
}

const EPOCH: Epoch = Epoch([1; 8]);
const BATCH: u64 = 5_000;
const SYLLABLES: [&str; 40] = [
    "the", "an", "re", "to", "ing", "con", "de", "ver", "com", "per", "ment", "is", "pro", "ta", "li", "no", "ra",
    "si", "mo", "ne", "ca", "lu", "vi", "po", "ge", "da", "sen", "fi", "tu", "bo", "ka", "wo", "chi", "ju", "zu",
    "yel", "quo", "xe", "gru", "hy",
];
