//! Choosing what to send, by accessible name: every way to choose, what is said before it leaves, what is forgotten.

mod kit;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::{Screen, node, press, seen};
use kit::fixtures::{BOB, bob, parcel};
use kit::talking::{talking, talking_with, two};
use kit::{asked, click, take, write};
use pelure_ui::intent::{Intent, Source};
use pelure_ui::keys::ParcelKey;
use pelure_ui::model::{
    Chosen, Contact, Fault, FileKind, Kept, Packing, Parcel, Purpose, Removed, Standing, Uncleaned,
};
use pelure_ui::update::Update;

fn fresh() -> Screen {
    let mut screen = talking(two());
    asked(&mut screen);
    screen
}

/// A window in which these were chosen for Bob: the sheet is open.
fn sheet(parcels: Vec<Parcel>) -> Screen {
    let mut screen = fresh();
    take(&mut screen, parcels.into_iter().map(Update::Parcel));
    node(&screen, Role::Heading, "Send to Bob");
    asked(&mut screen);
    screen
}

fn photo() -> Parcel {
    parcel(1, "photo.jpg", &[Removed::Camera, Removed::Position], &[])
}

fn is_open(screen: &Screen) -> bool {
    screen.query_by_role_and_label(Role::Heading, "Send to Bob").is_some()
}

fn drop_file(screen: &mut Screen, path: &str) {
    #[derive(Debug)]
    struct Dropped(PathBuf);
    impl egui::DroppedFile for Dropped {
        fn path(&self) -> &Path {
            &self.0
        }
        fn bytes(&self) -> Result<Vec<u8>, String> {
            Err("nobody here reads files".into())
        }
    }
    screen.input_mut().dropped_files = vec![Arc::new(Dropped(path.into()))];
    screen.run();
}

#[test]
fn the_button_offers_files_a_folder_and_the_clipboard() {
    for (name, source) in
        [("Files", Source::Files), ("A folder", Source::Folder), ("Picture from the clipboard", Source::Clipboard)]
    {
        let mut screen = fresh();
        click(&mut screen, "Send a file");
        press(&mut screen, name);
        assert_eq!(asked(&mut screen), [Intent::Pack(BOB, source)]);
        assert!(!is_open(&screen), "nothing was chosen yet");
    }
}

#[test]
fn a_key_and_a_drop_do_the_same() {
    let mut screen = fresh();
    screen.key_press_modifiers(Modifiers::COMMAND, Key::O);
    screen.run();
    assert_eq!(asked(&mut screen), [Intent::Pack(BOB, Source::Files)]);
    screen.input_mut().hovered_files = vec![egui::HoveredFile::default()];
    screen.run_steps(3);
    seen(&screen, "Drop here to send to Bob");
    screen.input_mut().hovered_files.clear();
    drop_file(&mut screen, "/home/desk/a.pdf");
    assert_eq!(asked(&mut screen), [Intent::Pack(BOB, Source::Dropped(vec!["/home/desk/a.pdf".into()]))]);
}

#[test]
fn a_paste_without_text_brings_the_picture_only_where_one_writes() {
    let mut screen = fresh();
    take(&mut screen, [Update::NoText]);
    assert_eq!(asked(&mut screen), [Intent::Pack(BOB, Source::Clipboard)], "the field has the focus");
    screen.get_by_role_and_label(Role::Button, "Menu").focus();
    screen.run();
    take(&mut screen, [Update::NoText]);
    assert_eq!(asked(&mut screen), []);
}

#[test]
fn nothing_can_be_chosen_for_who_has_not_accepted() {
    for standing in [Standing::Blocked, Standing::Requested] {
        let mut screen = talking_with(Contact { standing, ..bob() }, two());
        asked(&mut screen);
        assert!(screen.query_by_label("Send a file").is_none(), "{standing:?}");
        screen.key_press_modifiers(Modifiers::COMMAND, Key::O);
        screen.run();
        drop_file(&mut screen, "/home/desk/a.pdf");
        assert_eq!(asked(&mut screen), [], "{standing:?}");
    }
}

#[test]
fn what_cleaning_does_is_said_before_it_is_sent() {
    let office = parcel(2, "minutes.docx", &[], &[Uncleaned::Office]);
    let plain = parcel(3, "drawing.png", &[], &[]);
    let mut screen = sheet(vec![photo(), office, plain]);
    seen(&screen, "Removed before sending: GPS position, camera.");
    seen(
        &screen,
        "Sent as it is, because it cannot be cleaned: an office document may name its author and hold earlier versions.",
    );
    seen(&screen, "Nothing was found in it that says who made it.");
    press(&mut screen, "Send 3 files");
    let parcels = [(1, "photo.jpg"), (2, "minutes.docx"), (3, "drawing.png")];
    let parcels = parcels.map(|(key, name)| (ParcelKey(key), name.to_owned())).to_vec();
    assert_eq!(asked(&mut screen), [Intent::SendFiles { contact: BOB, parcels, clean: true }]);
    assert!(!is_open(&screen));
    seen(&screen, "Preparing photo.jpg");
}

#[test]
fn what_stays_in_a_document_is_said() {
    let packing = Packing::Ready {
        removed: vec![Removed::Author],
        kept: vec![Kept::Scripts, Kept::Comments],
        uncleaned: Vec::new(),
    };
    let screen = sheet(vec![Parcel { packing, ..parcel(1, "draft.pdf", &[], &[]) }]);
    seen(&screen, "Removed before sending: author.");
    seen(&screen, "Stays in it, because it is part of what it says: comments in the margin, small programs.");
}

#[test]
fn of_a_folder_it_is_said_that_some_files_stay_as_they_are() {
    let kind = FileKind::Folder { files: 3 };
    let screen =
        sheet(vec![Parcel { kind, ..parcel(1, "papers", &[Removed::Author], &[Uncleaned::Video, Uncleaned::Text]) }]);
    seen(&screen, "Removed before sending: author.");
    seen(
        &screen,
        "Some of its files are sent as they are. Why they cannot be cleaned: it is plain text, and all it says can be read in \
         it; a video may hold a position and the camera.",
    );
}

#[test]
fn cleaning_is_on_until_it_is_switched_off_and_then_what_stays_is_said() {
    let mut screen = sheet(vec![photo()]);
    node(&screen, Role::CheckBox, "Clean before sending").click_accesskit();
    screen.run();
    seen(&screen, "Sent with it: GPS position, camera.");
    press(&mut screen, "Send the file");
    let parcels = vec![(ParcelKey(1), "photo.jpg".to_owned())];
    assert_eq!(asked(&mut screen), [Intent::SendFiles { contact: BOB, parcels, clean: false }]);
    take(&mut screen, [Update::ParcelGone(ParcelKey(1)), Update::Parcel(Parcel { key: ParcelKey(2), ..photo() })]);
    seen(&screen, "Removed before sending: GPS position, camera.");
}

#[test]
fn a_name_is_replaced_and_an_empty_one_is_not_sent() {
    let mut screen = sheet(vec![photo()]);
    kit::acts::rewrite(&mut screen, "Sent under this name", "a/b");
    assert!(node(&screen, Role::Button, "Send the file").accesskit_node().is_disabled());
    seen(&screen, "A name is needed: at most 255 bytes, and without “/”.");
    kit::acts::rewrite(&mut screen, "Sent under this name", "  ");
    assert!(node(&screen, Role::Button, "Send the file").accesskit_node().is_disabled());
    kit::acts::rewrite(&mut screen, "Sent under this name", " one.jpg ");
    press(&mut screen, "Send the file");
    let parcels = vec![(ParcelKey(1), "one.jpg".to_owned())];
    assert_eq!(asked(&mut screen), [Intent::SendFiles { contact: BOB, parcels, clean: true }]);
}

#[test]
fn nothing_is_sent_before_all_was_looked_into() {
    let looking = Parcel { packing: Packing::Looking, ..photo() };
    let mut screen = sheet(vec![looking, parcel(2, "b.txt", &[], &[Uncleaned::Other])]);
    seen(&screen, "Looking into it.");
    assert!(node(&screen, Role::Button, "Send 2 files").accesskit_node().is_disabled());
    take(&mut screen, [Update::Parcel(photo())]);
    assert!(!node(&screen, Role::Button, "Send 2 files").accesskit_node().is_disabled());
}

#[test]
fn one_that_cannot_be_sent_says_why_and_does_not_hold_up_the_others() {
    let refused = Parcel { packing: Packing::Refused(Fault::NotAFile), ..parcel(2, "pipe", &[], &[]) };
    let mut screen = sheet(vec![photo(), refused]);
    seen(&screen, "This is neither a file nor a folder that can be read.");
    press(&mut screen, "Send the file");
    let parcels = vec![(ParcelKey(1), "photo.jpg".to_owned())];
    let intents = asked(&mut screen);
    assert!(intents.contains(&Intent::SendFiles { contact: BOB, parcels, clean: true }));
    screen.run();
    assert!(intents.into_iter().chain(asked(&mut screen)).any(|intent| intent == Intent::Unpack(ParcelKey(2))));
}

#[test]
fn closing_the_sheet_forgets_what_was_chosen() {
    for way in ["Cancel", "Close", "Esc"] {
        let mut screen = sheet(vec![photo()]);
        if way == "Esc" {
            screen.key_press(Key::Escape);
            screen.run();
        } else {
            press(&mut screen, way);
        }
        assert_eq!(asked(&mut screen), [Intent::Unpack(ParcelKey(1))], "{way}");
        assert!(screen.state().window.model().parcels.is_empty());
        // A late answer does not open it again.
        take(&mut screen, [Update::Parcel(photo())]);
        assert!(!is_open(&screen), "{way}");
    }
}

#[test]
fn one_file_is_left_out_of_several() {
    let mut screen = sheet(vec![photo(), parcel(2, "b.txt", &[], &[])]);
    press(&mut screen, "Leave out photo.jpg");
    assert_eq!(asked(&mut screen), [Intent::Unpack(ParcelKey(1))]);
    node(&screen, Role::Button, "Send the file");
    press(&mut screen, "Add files");
    press(&mut screen, "Add a folder");
    assert_eq!(asked(&mut screen), [Intent::Pack(BOB, Source::Files), Intent::Pack(BOB, Source::Folder)]);
    drop_file(&mut screen, "/home/desk/c.pdf");
    assert_eq!(asked(&mut screen), [Intent::Pack(BOB, Source::Dropped(vec!["/home/desk/c.pdf".into()]))]);
}

#[test]
fn without_a_file_dialog_paths_are_typed_one_after_the_other() {
    let mut screen = fresh();
    screen.key_press_modifiers(Modifiers::COMMAND, Key::O);
    screen.run();
    asked(&mut screen);
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::Send(BOB), path: None })]);
    assert!(is_open(&screen));
    for path in ["~/a.pdf", "~/b.pdf"] {
        write(&mut screen, "The path of a file or folder", path);
        press(&mut screen, "Add");
        assert_eq!(asked(&mut screen), [Intent::Pack(BOB, Source::Typed(path.into()))]);
    }
    take(&mut screen, [Update::Parcel(photo())]);
    node(&screen, Role::TextInput, "The path of a file or folder");
    node(&screen, Role::Button, "Send the file");
}

#[test]
fn what_is_being_prepared_can_be_stopped_and_a_failure_is_said() {
    let mut screen = fresh();
    take(&mut screen, [Update::Parcel(Parcel { packing: Packing::Leaving { done: 600_000 }, ..photo() })]);
    assert!(!is_open(&screen));
    let bar = node(&screen, Role::ProgressIndicator, "Preparing photo.jpg");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(25.0));
    press(&mut screen, "Stop preparing photo.jpg");
    assert_eq!(asked(&mut screen), [Intent::Unpack(ParcelKey(1))]);
    take(&mut screen, [Update::Parcel(Parcel { packing: Packing::Refused(Fault::FileChanged), ..photo() })]);
    seen(&screen, "photo.jpg was not sent. The file changed or went away while it was read. Choose it again.");
    press(&mut screen, "Dismiss: photo.jpg");
    assert!(screen.query_by_label_contains("was not sent").is_none());
}
