//! What circuits did, as text: one line for each cell.
//!
//! ```text
//! pelure trace 1
//! <circuit, from 0> <sent, ms> <delay, ms>
//! ```
//!
//! Times begin with the recording. Delays of different machines' clocks are comparable only within one recording. It holds
//! no address and no content.

use std::fmt::Write as _;
use std::time::Duration;

/// A recording of some circuits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// For each circuit, when each cell was sent and how long it took, in tenths of a millisecond.
    circuits: Vec<Vec<(u32, u32)>>,
}

/// Why text is no recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// The first line is another one.
    #[error("this is not a recording of circuits")]
    Title,
    /// A line that is not three numbers, or not in its order.
    #[error("line {0} of the recording is wrong")]
    Line(usize),
    /// More than a recording may have.
    #[error("the recording is too long")]
    TooLong,
}

impl Trace {
    /// Nothing was recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// A cell was sent and took so long. Cells of one circuit are noted in the order in which they were sent.
    pub fn note(&mut self, circuit: usize, sent: Duration, delay: Duration) -> Result<(), TraceError> {
        if circuit >= CIRCUITS || self.circuits.iter().map(Vec::len).sum::<usize>() >= CELLS {
            return Err(TraceError::TooLong);
        }
        if self.circuits.len() <= circuit {
            self.circuits.resize(circuit + 1, Vec::new());
        }
        if let Some(cells) = self.circuits.get_mut(circuit) {
            cells.push((tenths(sent)?, tenths(delay)?));
        }
        Ok(())
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// The text is none, or is too long.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return Err(TraceError::Title);
        }
        let mut trace = Self::new();
        for (number, line) in (2..).zip(lines) {
            let wrong = TraceError::Line(number);
            let (circuit, sent, delay) = cell(line).ok_or(wrong)?;
            if trace.last(circuit).is_some_and(|last| last > sent) {
                return Err(wrong);
            }
            trace.note(circuit, sent, delay)?;
        }
        Ok(trace)
    }

    /// When the last cell of a circuit was sent.
    fn last(&self, circuit: usize) -> Option<Duration> {
        let (sent, _) = self.circuits.get(circuit)?.last()?;
        Some(Duration::from_micros(u64::from(*sent) * 100))
    }

    /// The recording as text.
    pub fn to_text(&self) -> String {
        let mut cells: Vec<(u32, usize, u32)> = Vec::new();
        for (circuit, of) in self.circuits.iter().enumerate() {
            cells.extend(of.iter().map(|(sent, delay)| (*sent, circuit, *delay)));
        }
        cells.sort_unstable();
        let mut text = format!("{TITLE}\n");
        for (sent, circuit, delay) in cells {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{circuit} {} {}", f64::from(sent) / 10.0, f64::from(delay) / 10.0);
        }
        text
    }

    /// How many circuits were recorded.
    pub fn circuits(&self) -> usize {
        self.circuits.len()
    }

    /// How long a cell takes on this circuit that is sent at this time; the recording begins anew when it is over. `None`
    /// for a circuit of which nothing was recorded.
    pub fn delay(&self, circuit: usize, at: Duration) -> Option<Duration> {
        let cells = self.circuits.get(circuit)?;
        let length = cells.last()?.0.saturating_add(1);
        let at = (at.as_micros() / 100 % u128::from(length)) as u32;
        // The cell that was sent just before, as far as that goes: what comes after a standstill must not wait for less.
        let next = cells.partition_point(|(sent, _)| *sent <= at);
        let (sent, before) = *cells.get(next.saturating_sub(1))?;
        let (following, after) = cells.get(next).copied().unwrap_or((sent, before));
        let (gap, part) = (f64::from(following.saturating_sub(sent)), f64::from(at.saturating_sub(sent)));
        let share = if gap > 0.0 { part / gap } else { 0.0 };
        let delay = f64::from(before) + (f64::from(after) - f64::from(before)) * share;
        Some(Duration::from_micros((delay * 100.0) as u64))
    }

    /// The median of the delays of a circuit.
    pub fn median(&self, circuit: usize) -> Duration {
        let cells = self.circuits.get(circuit).map(Vec::as_slice).unwrap_or_default();
        let mut delays: Vec<u32> = cells.iter().map(|(_, delay)| *delay).collect();
        delays.sort_unstable();
        Duration::from_micros(u64::from(delays.get(delays.len() / 2).copied().unwrap_or(0)) * 100)
    }
}

/// One line: a circuit, when a cell was sent, how long it took.
fn cell(line: &str) -> Option<(usize, Duration, Duration)> {
    let mut words = line.split(' ');
    let circuit = words.next()?.parse().ok()?;
    let mut time = || Duration::try_from_secs_f64(words.next()?.parse::<f64>().ok()? / 1_000.0).ok();
    let (sent, delay) = (time()?, time()?);
    words.next().is_none().then_some((circuit, sent, delay))
}

fn tenths(time: Duration) -> Result<u32, TraceError> {
    u32::try_from((time.as_micros() + 50) / 100).map_err(|_| TraceError::TooLong)
}

const TITLE: &str = "pelure trace 1";

/// More circuits than a call has.
const CIRCUITS: usize = 16;

/// An hour of a call.
const CELLS: usize = 200_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn text_is_as_documented() {
        let mut trace = Trace::new();
        trace.note(1, at(20), Duration::from_micros(150_500)).unwrap();
        trace.note(0, at(0), at(150)).unwrap();
        trace.note(0, at(60), at(90)).unwrap();
        assert_eq!(trace.to_text(), "pelure trace 1\n0 0 150\n1 20 150.5\n0 60 90\n");
        assert_eq!(Trace::parse(&trace.to_text()), Ok(trace.clone()));
        assert_eq!((trace.circuits(), trace.median(0), trace.median(7)), (2, at(150), at(0)));
        assert_eq!(trace.delay(0, at(30)), Some(at(120)), "between two cells");
        assert_eq!(trace.delay(0, Duration::from_micros(60_100 + 30_000)), Some(at(120)), "over and over");
        assert_eq!(trace.delay(2, at(0)), None);
    }

    #[test]
    fn other_text_is_refused() {
        let parse = |rest: &str| Trace::parse(&format!("{TITLE}\n{rest}")).unwrap_err();
        assert_eq!(Trace::parse("").unwrap_err(), TraceError::Title);
        for line in ["", "0 1", "0 1 2 3", "x 1 2", "0 -1 2", "0 1 NaN", "0 5 1\n0 4 1"] {
            let number = 2 + usize::from(line.contains('\n'));
            assert_eq!(parse(&format!("{line}\n")), TraceError::Line(number), "{line}");
        }
        assert_eq!(parse("16 1 1"), TraceError::TooLong);
        assert_eq!(parse("0 1e12 1"), TraceError::TooLong);
    }

    proptest! {
        #[test]
        fn any_text_is_a_recording_or_an_error(text in ".{0,80}") {
            let _ = Trace::parse(&text);
            let _ = Trace::parse(&format!("{TITLE}\n{text}"));
        }
    }
}
