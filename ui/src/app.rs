//! The window on a desktop: two bounded channels, eframe, and nothing that waits.
//!
//! Everything that is shown is [`Window`]'s; everything that happens is the other side's.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError};

use crate::intent::Intent;
use crate::settings::Language;
use crate::update::Update;
use crate::window::Window;

/// What a window is started with.
pub struct Start {
    /// The language until settings are known.
    pub language: Language,
    /// Changes to be shown.
    pub updates: Receiver<Update>,
    /// Wishes of the person.
    pub intents: SyncSender<Intent>,
    /// Called once with what wakes the window: call that after each update, and once when there will be no more. At
    /// this moment the window's time is zero.
    pub wake: Box<dyn FnOnce(Wake) + Send>,
}

/// Wakes the window from any thread.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// Why there is no window.
#[derive(Debug)]
pub struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the window could not be opened: {}", self.0)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// In words for one line: what the desktop's libraries say names their own source files.
    fn of(error: &eframe::Error) -> Self {
        Self(match error {
            eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_) => "there is no display".to_owned(),
            other => format!("OpenGL does not work here ({other})"),
        })
    }
}

/// Opens the window and returns when it is closed.
pub fn run(start: Start) -> Result<(), Failure> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Pelure")
            .with_app_id("pelure")
            .with_inner_size([1100.0, 720.0])
            .with_min_inner_size([320.0, 400.0]),
        // The clipboard is read by the other side: its owner may be slow, and a frame never waits.
        clipboard_shortcuts: false,
        ..eframe::NativeOptions::default()
    };
    let create = |context: &eframe::CreationContext<'_>| {
        Window::prepare(&context.egui_ctx);
        let ctx = context.egui_ctx.clone();
        (start.wake)(Box::new(move || ctx.request_repaint()));
        let app = App {
            window: Window::new(start.language),
            updates: start.updates,
            intents: start.intents,
            waiting: VecDeque::new(),
            focused: None,
        };
        Ok(Box::new(app) as Box<dyn eframe::App>)
    };
    eframe::run_native("pelure", options, Box::new(create)).map_err(|error| Failure::of(&error))
}

struct App {
    window: Window,
    updates: Receiver<Update>,
    intents: SyncSender<Intent>,
    /// Wishes for which the channel had no room yet; a person cannot make more than a few a second.
    waiting: VecDeque<Intent>,
    focused: Option<bool>,
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _: &mut eframe::Frame) {
        for _ in 0..UPDATES_A_FRAME {
            match self.updates.try_recv() {
                Ok(update) => self.window.take(update),
                Err(TryRecvError::Empty) => break,
                // The other side is gone: the program ends.
                Err(TryRecvError::Disconnected) => {
                    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                    break;
                }
            }
        }
        let focused = ctx.input(|input| input.focused);
        if self.focused != Some(focused) {
            self.focused = Some(focused);
            self.waiting.push_back(Intent::Focus(focused));
        }
        self.carry(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let intents = self.window.frame(ui);
        self.waiting.extend(intents);
        self.carry(ui.ctx());
    }

    fn raw_input_hook(&mut self, _: &egui::Context, input: &mut egui::RawInput) {
        let mut intents = Vec::new();
        self.window.hook(input, &mut intents);
        self.waiting.extend(intents);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

impl App {
    fn carry(&mut self, ctx: &egui::Context) {
        while let Some(intent) = self.waiting.pop_front() {
            match self.intents.try_send(intent) {
                Ok(()) => {}
                Err(TrySendError::Full(intent)) => {
                    self.waiting.push_front(intent);
                    return;
                }
                // The other side is gone: the program ends.
                Err(TrySendError::Disconnected(_)) => {
                    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                    return;
                }
            }
        }
    }
}

/// Updates taken in one frame: more wait for the next one, so that a flood does not stop the drawing.
const UPDATES_A_FRAME: usize = 256;
