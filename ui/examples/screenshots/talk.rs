//! The pictures of conversations, and of the files in them.

use egui_kittest::kittest::Queryable as _;
use pelure_ui::keys::TransferKey;
use pelure_ui::model::{FileKind, FileState, Message, Packing, Parcel, Picture, Removed, Transfer, Uncleaned};
use pelure_ui::update::Update;

use crate::desk::Desk;
use crate::kit::{self, fixtures};

pub(crate) fn talk(desk: &mut Desk) {
    desk.open("Bob");
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, fixtures::conversation())]);
}

/// Files in every state that a conversation of one screen holds.
pub(crate) fn file_talk() -> Vec<Message> {
    let file = |key, incoming, name: &str, state, minute| Message {
        at: fixtures::at(14, minute),
        ..fixtures::file(key, incoming, name, state)
    };
    let with = |mut message: Message, change: &dyn Fn(&mut Transfer)| {
        change(message.file.as_mut().unwrap());
        message
    };
    let photo = file(2, false, "station.jpg", FileState::Done, 5);
    let folder = file(4, true, "minutes of the committee", FileState::Active, 20);
    vec![
        Message { at: fixtures::at(14, 2), ..fixtures::message(1, true, "The documents are ready.") },
        with(photo, &|file| {
            file.removed = vec![Removed::Camera, Removed::Position, Removed::EditingHistory];
        }),
        with(folder, &|file| {
            file.kind = FileKind::Folder { files: 34 };
            (file.size, file.done, file.left) = (18_400_000, 7_100_000, Some(33));
        }),
        file(5, true, "statement of the witness, second version.pdf", FileState::Offered, 22),
    ]
}

pub(crate) fn files(desk: &mut Desk) {
    desk.open("Bob");
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, file_talk())]);
    let leaving =
        Parcel { packing: Packing::Leaving { done: 1_500_000 }, ..fixtures::parcel(9, "recording.wav", &[], &[]) };
    kit::take(&mut desk.harness, [Update::Parcel(leaving)]);
}

pub(crate) fn picture_shown(desk: &mut Desk) {
    desk.open("Bob");
    let message = Message { at: fixtures::at(14, 5), ..fixtures::file(2, true, "station.jpg", FileState::Done) };
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, vec![message])]);
    let pixels = fixtures::landscape(900, 600);
    let picture = Picture { transfer: TransferKey(2), pixels: Ok(pixels) };
    kit::take(&mut desk.harness, [Update::Picture(picture)]);
}

pub(crate) fn sending(desk: &mut Desk) {
    desk.open("Bob");
    let photo =
        fixtures::parcel(1, "IMG_20260301_181502.jpg", &[Removed::Camera, Removed::Position, Removed::Times], &[]);
    let office = fixtures::parcel(2, "minutes.docx", &[], &[Uncleaned::Office]);
    kit::take(&mut desk.harness, [Update::Parcel(photo), Update::Parcel(office)]);
}

pub(crate) fn dropping(desk: &mut Desk) {
    talk(desk);
    desk.harness.input_mut().hovered_files = vec![egui::HoveredFile::default()];
    desk.harness.run_steps(3);
}

pub(crate) fn menu(desk: &mut Desk) {
    talk(desk);
    let row = desk.harness.get_all_by_label_contains("example.org").next().unwrap();
    row.click_secondary();
    desk.harness.run_steps(4);
}

pub(crate) fn emoji(desk: &mut Desk) {
    talk(desk);
    desk.press("talk-emoji");
}

/// Other scripts; those that run from right to left stand at the right.
pub(crate) fn foreign(desk: &mut Desk) {
    // In the real window the fonts of the system come after ours; here one of them, where it is.
    if let Ok(font) = std::fs::read("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf") {
        let families = vec![egui::epaint::text::InsertFontFamily {
            family: egui::FontFamily::Proportional,
            priority: egui::epaint::text::FontPriority::Lowest,
        }];
        desk.harness.ctx.add_font(egui::epaint::text::FontInsert {
            name: "system".into(),
            data: egui::FontData::from_owned(font),
            families,
        });
    }
    desk.open("Bob");
    let texts = [
        "Привет! Как дела? Γειά σου",
        "שלום (עולם) 123, מה שלומך היום? אני מחכה לך בבית הקפה שמול התחנה אחרי הצהריים.",
        "مرحبا بالعالم (اختبار) 42",
        "He wrote «שלום עולם» and left.",
        "你好，世界 こんにちは 안녕하세요",
        "👍 👩‍👩‍👧 🇫🇷 ❤️ 👍🏽",
    ];
    let messages = texts.iter().zip(1..).map(|(text, key)| fixtures::message(key, key % 2 == 0, text)).collect();
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, messages)]);
}

pub(crate) fn hostile(desk: &mut Desk) {
    desk.open("Bob");
    let texts = [format!("a{}", "\u{301}".repeat(30_000)), "😀".repeat(10_000), "x".repeat(65_536)];
    let messages = texts.iter().zip(1..).map(|(text, key)| fixtures::message(key, true, text)).collect();
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, messages)]);
}
