//! A text as a QR code: which of its modules are dark.
//!
//! It neither draws nor writes anything.

use qrcode::{Color, EcLevel, QrCode};

/// A QR code without its quiet margin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    side: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// The code of a text; `None` if it is too long for one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let side = code.width();
        Some(Self { side, dark: code.into_colors().into_iter().map(|color| color == Color::Dark).collect() })
    }

    /// Modules on each side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether each module is dark, row by row.
    pub fn dark(&self) -> &[bool] {
        &self.dark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_with_its_three_corners() {
        let qr = Qr::of(&"a".repeat(62)).unwrap();
        assert_eq!(qr.dark().len(), qr.side() * qr.side());
        let at = |x: usize, y: usize| qr.dark()[y * qr.side() + x];
        let last = qr.side() - 1;
        assert!(at(0, 0) && at(last, 0) && at(0, last) && at(3, 3));
        assert_eq!(Qr::of(&"a".repeat(10_000)), None);
    }
}
