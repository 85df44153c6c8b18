//! The icons: strokes on a grid of 24, in the colour of the text beside them.
//!
//! Drawn here and not from a font: they are few, and every weight and size is right without a file. They say nothing by
//! themselves; whoever draws one gives the name too.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2};

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Back,
    Block,
    Check,
    CheckTwice,
    Clip,
    Clock,
    Close,
    Down,
    Eye,
    EyeOff,
    File,
    Folder,
    Info,
    Lock,
    Menu,
    Mic,
    MicOff,
    More,
    Onion,
    Pause,
    Pencil,
    Person,
    Phone,
    PhoneOff,
    Picture,
    Play,
    Plus,
    Reply,
    Search,
    Send,
    Shield,
    Smile,
    Stop,
    Timer,
    Trash,
    Warning,
}

/// A stroke of an icon, in points of the grid of 24.
enum Line {
    /// Straight pieces.
    Path(&'static [(f32, f32)]),
    /// The same, closed.
    Loop(&'static [(f32, f32)]),
    /// A circle: middle and radius.
    Ring((f32, f32), f32),
    /// A filled circle.
    Dot((f32, f32), f32),
    /// An arc: middle, radius, from and to in degrees, clockwise from the right.
    Arc((f32, f32), f32, f32, f32),
}

impl Icon {
    /// Draws it into a rectangle.
    pub(crate) fn paint(self, painter: &Painter, rect: Rect, ink: Color32) {
        let side = rect.width().min(rect.height());
        let origin = rect.center() - Vec2::splat(side / 2.0);
        let scale = side / 24.0;
        let at = |(x, y): (f32, f32)| -> Pos2 { origin + Vec2::new(x, y) * scale };
        let stroke = Stroke::new((1.9 * scale).max(1.2), ink);
        for line in self.lines() {
            painter.add(match line {
                Line::Path(points) => Shape::line(points.iter().copied().map(at).collect(), stroke),
                Line::Loop(points) => Shape::closed_line(points.iter().copied().map(at).collect(), stroke),
                Line::Ring(middle, radius) => Shape::circle_stroke(at(*middle), radius * scale, stroke),
                Line::Dot(middle, radius) => Shape::circle_filled(at(*middle), radius * scale, ink),
                Line::Arc(middle, radius, from, to) => {
                    Shape::line(arc(at(*middle), radius * scale, *from, *to), stroke)
                }
            });
        }
    }

    fn lines(self) -> &'static [Line] {
        use Line::{Arc, Dot, Loop, Path, Ring};
        match self {
            Self::Back => &[Path(&[(15.0, 5.0), (8.0, 12.0), (15.0, 19.0)])],
            Self::Block => &[Ring((12.0, 12.0), 8.5), Path(&[(6.0, 6.0), (18.0, 18.0)])],
            Self::Check => &[Path(&[(5.0, 12.5), (10.0, 17.5), (19.5, 7.0)])],
            Self::CheckTwice => {
                &[Path(&[(2.0, 12.5), (7.0, 17.5), (16.0, 7.0)]), Path(&[(11.5, 16.5), (12.5, 17.5), (22.0, 7.0)])]
            }
            Self::Clip => &[
                Path(&[(19.5, 11.0), (11.5, 19.0), (8.5, 20.0), (5.5, 18.5), (4.0, 15.5), (5.0, 12.5), (13.0, 4.5)]),
                Path(&[(13.0, 4.5), (15.5, 4.0), (18.0, 6.0), (17.5, 8.5), (10.0, 16.0), (8.0, 16.0), (8.0, 14.0)]),
                Path(&[(8.0, 14.0), (14.5, 7.5)]),
            ],
            Self::Clock => &[Ring((12.0, 12.0), 8.5), Path(&[(12.0, 7.0), (12.0, 12.0), (15.5, 14.0)])],
            Self::Close => &[Path(&[(6.0, 6.0), (18.0, 18.0)]), Path(&[(18.0, 6.0), (6.0, 18.0)])],
            Self::Down => &[Path(&[(5.0, 9.0), (12.0, 16.0), (19.0, 9.0)])],
            Self::Eye | Self::EyeOff => {
                const LID: Line = Loop(&[
                    (2.5, 12.0),
                    (6.5, 7.5),
                    (12.0, 5.8),
                    (17.5, 7.5),
                    (21.5, 12.0),
                    (17.5, 16.5),
                    (12.0, 18.2),
                    (6.5, 16.5),
                ]);
                if matches!(self, Self::Eye) {
                    &[LID, Ring((12.0, 12.0), 2.8)]
                } else {
                    &[LID, Ring((12.0, 12.0), 2.8), Path(&[(4.0, 20.0), (20.0, 4.0)])]
                }
            }
            Self::File => &[
                Loop(&[(6.0, 3.5), (14.0, 3.5), (18.5, 8.0), (18.5, 20.5), (6.0, 20.5)]),
                Path(&[(14.0, 3.5), (14.0, 8.0), (18.5, 8.0)]),
            ],
            Self::Folder => &[Loop(&[(3.5, 6.0), (9.5, 6.0), (11.5, 8.5), (20.5, 8.5), (20.5, 19.0), (3.5, 19.0)])],
            Self::Info => &[Ring((12.0, 12.0), 8.5), Path(&[(12.0, 11.0), (12.0, 16.5)]), Dot((12.0, 7.8), 1.2)],
            Self::Lock => &[
                Loop(&[(5.5, 11.0), (18.5, 11.0), (18.5, 20.0), (5.5, 20.0)]),
                Path(&[(8.5, 11.0), (8.5, 7.5), (10.0, 5.0), (14.0, 5.0), (15.5, 7.5), (15.5, 11.0)]),
            ],
            Self::Menu => &[
                Path(&[(4.0, 6.5), (20.0, 6.5)]),
                Path(&[(4.0, 12.0), (20.0, 12.0)]),
                Path(&[(4.0, 17.5), (20.0, 17.5)]),
            ],
            Self::Mic | Self::MicOff => {
                const HEAD: Line = Loop(&[
                    (9.5, 5.0),
                    (10.5, 3.5),
                    (13.5, 3.5),
                    (14.5, 5.0),
                    (14.5, 12.0),
                    (13.5, 13.5),
                    (10.5, 13.5),
                    (9.5, 12.0),
                ]);
                const CUP: Line = Arc((12.0, 11.0), 6.0, 0.0, 180.0);
                const FOOT: Line = Path(&[(12.0, 17.0), (12.0, 20.5)]);
                if matches!(self, Self::Mic) {
                    &[HEAD, CUP, FOOT]
                } else {
                    &[HEAD, CUP, FOOT, Path(&[(4.0, 20.0), (20.0, 4.0)])]
                }
            }
            Self::More => &[Dot((5.5, 12.0), 1.6), Dot((12.0, 12.0), 1.6), Dot((18.5, 12.0), 1.6)],
            Self::Onion => &[
                Path(&[
                    (12.0, 3.0),
                    (12.5, 6.5),
                    (17.0, 9.5),
                    (19.0, 14.0),
                    (16.5, 19.0),
                    (12.0, 20.5),
                    (7.5, 19.0),
                    (5.0, 14.0),
                    (7.0, 9.5),
                    (11.5, 6.5),
                    (12.0, 3.0),
                ]),
                Path(&[(12.0, 10.0), (14.5, 13.0), (14.5, 16.5), (12.0, 18.0), (9.5, 16.5), (9.5, 13.0), (12.0, 10.0)]),
            ],
            Self::Pause => &[Path(&[(9.0, 6.0), (9.0, 18.0)]), Path(&[(15.0, 6.0), (15.0, 18.0)])],
            Self::Pencil => &[
                Loop(&[(4.0, 20.0), (5.0, 15.5), (15.5, 5.0), (19.0, 8.5), (8.5, 19.0)]),
                Path(&[(13.0, 7.5), (16.5, 11.0)]),
            ],
            Self::Person => &[Ring((12.0, 8.0), 3.8), Arc((12.0, 21.5), 7.5, 195.0, 345.0)],
            Self::Phone | Self::PhoneOff => {
                const HANDSET: Line = Loop(&[
                    (5.0, 4.0),
                    (9.0, 4.0),
                    (10.5, 8.5),
                    (8.0, 10.5),
                    (10.0, 13.5),
                    (13.5, 16.0),
                    (15.5, 13.5),
                    (20.0, 15.0),
                    (20.0, 19.0),
                    (18.0, 20.5),
                    (13.0, 19.0),
                    (8.0, 15.5),
                    (5.0, 11.0),
                    (3.5, 6.0),
                ]);
                if matches!(self, Self::Phone) { &[HANDSET] } else { &[HANDSET, Path(&[(4.0, 21.0), (21.0, 4.0)])] }
            }
            Self::Picture => &[
                Loop(&[(3.5, 5.0), (20.5, 5.0), (20.5, 19.0), (3.5, 19.0)]),
                Ring((8.5, 9.5), 1.8),
                Path(&[(3.5, 17.0), (9.0, 13.0), (12.5, 16.0), (16.0, 12.0), (20.5, 16.0)]),
            ],
            Self::Play => &[Loop(&[(7.0, 4.5), (19.5, 12.0), (7.0, 19.5)])],
            Self::Plus => &[Path(&[(12.0, 5.0), (12.0, 19.0)]), Path(&[(5.0, 12.0), (19.0, 12.0)])],
            Self::Reply => &[
                Path(&[(10.0, 5.5), (4.0, 11.0), (10.0, 16.5)]),
                Path(&[(4.0, 11.0), (14.0, 11.0), (18.5, 13.0), (20.0, 18.5)]),
            ],
            Self::Search => &[Ring((10.5, 10.5), 6.0), Path(&[(15.0, 15.0), (20.5, 20.5)])],
            Self::Send => {
                &[Loop(&[(3.5, 4.5), (21.0, 12.0), (3.5, 19.5), (6.0, 12.0)]), Path(&[(6.0, 12.0), (12.0, 12.0)])]
            }
            Self::Shield => &[
                Loop(&[(12.0, 3.0), (19.5, 5.5), (19.0, 13.0), (12.0, 21.0), (5.0, 13.0), (4.5, 5.5)]),
                Path(&[(8.5, 11.5), (11.0, 14.0), (15.5, 9.0)]),
            ],
            Self::Smile => &[
                Ring((12.0, 12.0), 8.5),
                Dot((9.0, 10.0), 1.2),
                Dot((15.0, 10.0), 1.2),
                Arc((12.0, 12.5), 4.2, 20.0, 160.0),
            ],
            Self::Stop => &[Loop(&[(6.5, 6.5), (17.5, 6.5), (17.5, 17.5), (6.5, 17.5)])],
            Self::Timer => {
                &[Ring((12.0, 13.5), 7.5), Path(&[(12.0, 9.5), (12.0, 13.5)]), Path(&[(9.5, 3.0), (14.5, 3.0)])]
            }
            Self::Trash => &[
                Path(&[(4.0, 7.0), (20.0, 7.0)]),
                Path(&[(9.0, 7.0), (9.0, 4.0), (15.0, 4.0), (15.0, 7.0)]),
                Path(&[(6.0, 7.0), (7.0, 20.0), (17.0, 20.0), (18.0, 7.0)]),
            ],
            Self::Warning => &[
                Loop(&[(12.0, 3.5), (21.5, 20.0), (2.5, 20.0)]),
                Path(&[(12.0, 9.5), (12.0, 14.0)]),
                Dot((12.0, 17.0), 1.2),
            ],
        }
    }
}

fn arc(middle: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    let turn = |step: u8| (from + (to - from) * f32::from(step) / f32::from(ARC_STEPS)).to_radians();
    (0..=ARC_STEPS).map(|step| middle + radius * Vec2::angled(turn(step))).collect()
}

/// Straight pieces of an arc: at 24 points nobody sees more.
const ARC_STEPS: u8 = 16;
