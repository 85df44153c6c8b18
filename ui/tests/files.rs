//! Files in the conversation and in the details, by accessible name: what is said of each, and what can be done.

mod kit;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::{french, node, press, seen, starts};
use kit::fixtures::{BOB, at, bob, file, landscape, message, open, page, transfer};
use kit::talking::{acts, talking};
use kit::{asked, click, strange, take, window, write};
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::{MessageKey, TransferKey};
use pelure_ui::model::{
    Chosen, Contact, Delivery, Done, Fault, FileKind, FileState, Files, Last, Message, Picture, Purpose, Removed,
    Shown, Transfer, Trouble,
};
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

const KEY: TransferKey = TransferKey(1);

/// A file with something changed.
#[expect(clippy::unwrap_used, reason = "the fixture has a file")]
fn with(message: Message, change: impl FnOnce(&mut Transfer)) -> Message {
    let mut message = message;
    change(message.file.as_mut().unwrap());
    message
}

fn theirs(state: FileState) -> Message {
    file(1, true, "report.pdf", state)
}

fn ours(state: FileState) -> Message {
    file(1, false, "report.pdf", state)
}

/// What pressing this button of the file asks for.
fn pressed(message: Message, name: &str) -> Vec<Intent> {
    let mut screen = talking(vec![message]);
    asked(&mut screen);
    press(&mut screen, &format!("{name}: report.pdf"));
    asked(&mut screen)
}

#[test]
fn an_offer_is_accepted_or_declined_and_says_that_files_can_harm() {
    let mut screen = talking(vec![theirs(FileState::Offered)]);
    for words in [
        "report.pdf",
        "2.4 MB",
        "Offered. Nothing is loaded before you accept.",
        "Files can harm this machine. Accept and open only what you expect.",
    ] {
        node(&screen, Role::Label, words);
    }
    node(&screen, Role::Button, "Bob, 13:01: File report.pdf, 2.4 MB, offered");
    asked(&mut screen);
    press(&mut screen, "Accept: report.pdf");
    assert_eq!(asked(&mut screen), [Intent::AcceptFile(KEY)]);
    assert_eq!(pressed(theirs(FileState::Offered), "Decline"), [Intent::DeclineFile(KEY)]);
}

#[test]
fn what_is_under_way_is_paused_resumed_and_cancelled_by_either_side() {
    for of in [theirs, ours] {
        assert_eq!(pressed(of(FileState::Active), "Pause"), [Intent::PauseFile(KEY)]);
        assert_eq!(pressed(of(FileState::Active), "Cancel"), [Intent::CancelFile(KEY)]);
        assert_eq!(pressed(of(FileState::Waiting), "Cancel"), [Intent::CancelFile(KEY)]);
        assert_eq!(pressed(of(FileState::Paused), "Resume"), [Intent::ResumeFile(KEY)]);
    }
    assert_eq!(pressed(ours(FileState::Offered), "Cancel"), [Intent::CancelFile(KEY)]);
}

#[test]
fn progress_says_how_much_how_fast_and_how_long() {
    let mut screen = talking(vec![theirs(FileState::Active)]);
    seen(&screen, "1.2 MB of 2.4 MB · 340 kB/s · 4 s left");
    let bar = node(&screen, Role::ProgressIndicator, "Progress: report.pdf");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(50.0));
    let further =
        Transfer { done: 1_800_000, rate: None, left: None, ..transfer(1, true, "report.pdf", FileState::Active) };
    take(&mut screen, [Update::Transfer(Box::new(further))]);
    seen(&screen, "1.8 MB of 2.4 MB");
    take(&mut screen, [Update::Transfer(Box::new(transfer(1, true, "report.pdf", FileState::Done)))]);
    seen(&screen, "Received whole. It is kept encrypted here.");
    assert!(screen.query_by_role(Role::ProgressIndicator).is_none());
}

#[test]
fn every_end_is_said_from_the_side_of_who_reads_it() {
    for (message, words) in [
        (ours(FileState::Offered), "Offered. Bob has not answered yet."),
        (
            Message { delivery: Delivery::Queued, ..ours(FileState::Offered) },
            "Queued. It is offered as soon as Bob is online.",
        ),
        (ours(FileState::Waiting), "Accepted. It leaves as soon as Bob can take it."),
        (theirs(FileState::Waiting), "Accepted. It comes as soon as Bob can send it."),
        (ours(FileState::Paused), "Paused at 1.2 MB of 2.4 MB."),
        (ours(FileState::Done), "Bob has received it whole."),
        (theirs(FileState::Declined), "You declined it."),
        (ours(FileState::Declined), "Bob declined it."),
        (ours(FileState::Cancelled), "Cancelled."),
        (ours(FileState::Failed), "It could not be sent."),
    ] {
        seen(&talking(vec![message]), words);
    }
}

#[test]
fn every_trouble_has_its_words_on_both_sides() {
    let mut said = std::collections::BTreeSet::new();
    for trouble in [
        Trouble::AskedTooMuch,
        Trouble::Damaged,
        Trouble::NoSpace,
        Trouble::NotInBackup,
        Trouble::Refused,
        Trouble::SourceChanged,
        Trouble::SourceGone,
        Trouble::TooManyOffers,
    ] {
        for of in [theirs, ours] {
            let screen = talking(vec![with(of(FileState::Failed), |file| file.trouble = Some(trouble))]);
            let labels = screen.query_all_by_role(Role::Label).filter_map(|node| node.value());
            said.extend(labels.filter(|label| label.ends_with('.') && label != "Bob is online."));
        }
    }
    // What is not in the backup, and what two programs do not agree about, reads the same on both sides.
    assert_eq!(said.len(), 14, "{said:?}");
}

#[test]
fn a_full_disk_says_what_to_do_and_lets_it_go_on() {
    let paused = with(theirs(FileState::Paused), |file| file.trouble = Some(Trouble::NoSpace));
    let mut screen = talking(vec![paused]);
    seen(&screen, "The disk is full. Free some space, then resume.");
    asked(&mut screen);
    press(&mut screen, "Resume: report.pdf");
    assert_eq!(asked(&mut screen), [Intent::ResumeFile(KEY)]);
}

#[test]
fn a_file_is_saved_where_the_desktop_says() {
    let mut screen = talking(vec![theirs(FileState::Done)]);
    asked(&mut screen);
    press(&mut screen, "Save as: report.pdf");
    assert_eq!(asked(&mut screen), [Intent::Choose(Purpose::SaveFile(KEY))]);
    let path = "/home/desk/report.pdf".to_owned();
    let purpose = Purpose::SaveFile(KEY);
    take(&mut screen, [Update::Chosen(Chosen { purpose, path: Some(path.clone()) })]);
    assert_eq!(asked(&mut screen), [Intent::SaveFile { transfer: KEY, path }]);
    take(&mut screen, [Update::Done(Done::FileSaved)]);
    starts(&screen, "The file is saved. There it is not encrypted.");
}

#[test]
fn without_a_file_dialog_a_path_is_typed_and_a_fault_is_said_there() {
    let mut screen = talking(vec![theirs(FileState::Done)]);
    press(&mut screen, "Save as: report.pdf");
    asked(&mut screen);
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::SaveFile(KEY), path: None })]);
    node(&screen, Role::Heading, "Save the file");
    starts(&screen, "The saved file is not encrypted.");
    let field = "Where to, as a path; the file must not exist yet";
    assert_eq!(node(&screen, Role::TextInput, field).value().as_deref(), Some("~/report.pdf"));
    write(&mut screen, field, "2");
    press(&mut screen, "Save");
    let path = "~/report.pdf2".to_owned();
    assert!(asked(&mut screen).contains(&Intent::SaveFile { transfer: KEY, path }));
    take(&mut screen, [Update::Failed(Fault::AlreadyExists)]);
    seen(&screen, "It is there already. Choose another name or place.");
    press(&mut screen, "Save");
    take(&mut screen, [Update::Done(Done::FileSaved)]);
    assert!(screen.query_by_role_and_label(Role::Heading, "Save the file").is_none(), "the dialog stays open");
}

#[test]
fn deleting_a_file_is_confirmed_from_its_card_and_from_the_menu() {
    for way in ["card", "menu"] {
        let mut screen = talking(vec![theirs(FileState::Done)]);
        asked(&mut screen);
        if way == "card" {
            press(&mut screen, "Delete: report.pdf");
        } else {
            acts(&mut screen, "Bob, 13:01: File report.pdf, 2.4 MB, done");
            click(&mut screen, "Delete here only");
        }
        assert_eq!(asked(&mut screen), [], "{way}: not before it was confirmed");
        starts(&screen, "The file and this message are deleted from this machine.");
        click(&mut screen, "Delete the file");
        assert_eq!(asked(&mut screen), [Intent::DeleteHere(MessageKey(1))], "{way}");
    }
}

#[test]
fn a_picture_is_shown_by_explicit_act_only_and_hidden_again() {
    let photo = file(1, true, "photo.JPG", FileState::Done);
    let mut screen = talking(vec![photo]);
    assert!(!asked(&mut screen).contains(&Intent::ShowPicture(KEY)), "nobody asked for it");
    assert!(screen.query_by_role(Role::Image).is_none());
    press(&mut screen, "Show: photo.JPG");
    assert_eq!(asked(&mut screen), [Intent::ShowPicture(KEY)]);
    let picture = |pixels| Update::Picture(Picture { transfer: KEY, pixels });
    take(&mut screen, [picture(Ok(landscape(96, 64)))]);
    let shown = node(&screen, Role::Image, "Picture: photo.JPG").rect();
    assert!((shown.width() / shown.height() - 1.5).abs() < 0.01, "{shown}");
    press(&mut screen, "Hide: photo.JPG");
    assert!(screen.query_by_role(Role::Image).is_none());
    take(&mut screen, [picture(Err(Fault::PictureUnreadable))]);
    seen(&screen, "This is not a picture, or it is too large to be read.");
}

#[test]
fn a_picture_is_gone_when_the_screen_is_locked() {
    let mut screen = talking(vec![file(1, true, "photo.png", FileState::Done)]);
    take(&mut screen, [Update::Picture(Picture { transfer: KEY, pixels: Ok(landscape(96, 64)) })]);
    take(&mut screen, [Update::Stage(pelure_ui::model::Stage::Locked { fault: None, unread: 0 })]);
    assert!(screen.state().window.model().pictures.is_empty());
}

#[test]
fn what_is_no_picture_or_not_here_cannot_be_shown() {
    let folder = with(file(1, true, "photos.png", FileState::Done), |file| file.kind = FileKind::Folder { files: 3 });
    for message in [theirs(FileState::Done), folder, file(1, true, "photo.png", FileState::Active)] {
        let screen = talking(vec![message]);
        assert!(screen.query_by_label_contains("Show: ").is_none());
    }
}

#[test]
fn a_long_name_keeps_its_end_in_sight() {
    let name = format!("{}.pdf.exe", "photo of the summer holidays ".repeat(8));
    let screen = talking(vec![file(1, true, &name, FileState::Offered)]);
    let whole = node(&screen, Role::Label, &name).rect();
    // In several lines, within the card.
    assert!(whole.height() > 60.0 && whole.width() < 340.0, "{whole}");
}

#[test]
fn what_was_removed_is_said_on_the_card() {
    let cleaned = with(ours(FileState::Done), |file| {
        file.removed = vec![Removed::EditingHistory, Removed::Camera, Removed::Position]
    });
    seen(&talking(vec![cleaned]), "Removed before sending: GPS position, camera, editing history.");
}

#[test]
fn a_file_is_not_edited_and_not_forwarded_as_text() {
    let mut screen = talking(vec![ours(FileState::Offered)]);
    acts(&mut screen, "You, 13:01, delivered: File report.pdf, 2.4 MB, offered");
    node(&screen, Role::Button, "Copy the name");
    for name in ["Edit", "Forward", "Copy text"] {
        assert!(screen.query_by_role_and_label(Role::Button, name).is_none(), "{name}");
    }
}

#[test]
fn folders_and_voice_notes_say_what_they_are() {
    let folder = with(theirs(FileState::Offered), |file| file.kind = FileKind::Folder { files: 12 });
    seen(&talking(vec![folder]), "Folder of 12 files, 2.4 MB");
    let note = with(theirs(FileState::Offered), |file| {
        (file.kind, file.size) = (FileKind::VoiceNote { seconds: 72 }, 150_016);
    });
    let screen = talking(vec![note]);
    seen(&screen, "Voice note");
    seen(&screen, "1:12");
}

#[test]
fn the_details_list_the_files_and_lead_to_them() {
    let mut screen = window(open());
    screen.get_by_role_and_label(Role::Button, "Bob").click();
    screen.run();
    take(&mut screen, [page(BOB, vec![message(40, true, "Hello")])]);
    asked(&mut screen);
    press(&mut screen, "Show details");
    assert_eq!(asked(&mut screen), [Intent::ListFiles(BOB)]);
    let transfers =
        (1..=7).rev().map(|key| transfer(key, key % 2 == 0, &format!("file {key}"), FileState::Done)).collect();
    take(&mut screen, [Update::Files(Files { contact: BOB, transfers })]);
    node(&screen, Role::Button, "Sent: file 7, 2.4 MB, done");
    assert!(screen.query_by_label("Received: file 2, 2.4 MB, done").is_none());
    press(&mut screen, "Show 2 more");
    asked(&mut screen);
    press(&mut screen, "Received: file 2, 2.4 MB, done");
    assert_eq!(asked(&mut screen), [Intent::Load { contact: BOB, part: Part::Around(MessageKey(2)) }]);
    take(&mut screen, [Update::Transfer(Box::new(transfer(8, true, "file 8", FileState::Active)))]);
    node(&screen, Role::Button, "Received: file 8, 2.4 MB, under way");
    take(&mut screen, [Update::MessageGone { contact: BOB, message: MessageKey(8) }]);
    assert!(screen.query_by_label_contains("file 8").is_none());
}

#[test]
fn the_list_of_contacts_says_that_it_was_a_file() {
    let last = Last { text: Shown::new("report.pdf"), file: true, incoming: false, at: at(14, 2) };
    let screen = window(open().into_iter().chain([Update::Contact(Box::new(Contact { last: Some(last), ..bob() }))]));
    let row = screen.get_by_role_and_label(Role::Button, "Bob");
    let told = row.accesskit_node().description().unwrap_or_default();
    assert!(told.contains("you: file: report.pdf"), "{told}");
}

#[test]
fn a_card_fits_the_smallest_window_in_french() {
    let mut screen = strange([320.0, 400.0], Language::French, french(open()));
    screen.get_by_role_and_label(Role::Button, "Bob").click();
    screen.run();
    take(&mut screen, [page(BOB, vec![theirs(FileState::Done)])]);
    for name in ["Enregistrer sous", "Supprimer"] {
        let name = format!("{name}\u{a0}: report.pdf");
        let rect = node(&screen, Role::Button, &name).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 320.0, "{name}: {rect}");
    }
}
