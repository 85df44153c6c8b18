//! One circuit of a call: cells out as they come, records in to the line.
//!
//! It sets no rhythm and keeps nothing back. A circuit on which the peer breaks the protocol ends, and with it nothing else.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::floor::{Cell, Floor};
use crate::engine::Clock;
use crate::engine::circuit::{Circuit, CircuitError, Ear, Mouth};
use crate::voice::{LaneId, LineError};

/// Why a circuit is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaneEnd {
    #[error(transparent)]
    Circuit(#[from] CircuitError),
    #[error(transparent)]
    Line(#[from] LineError),
    #[error("the call let go of it")]
    Dropped,
}

/// The place of a circuit in its call, given back when this goes.
struct Place {
    floor: Floor,
    lane: LaneId,
}

/// Carries both directions until one of them ends.
pub(super) async fn run(
    floor: Floor,
    lane: LaneId,
    circuit: Circuit,
    cells: mpsc::Receiver<Cell>,
    clock: Arc<dyn Clock>,
) -> LaneEnd {
    let place = Place { floor, lane };
    let (ear, mouth) = circuit.split();
    let ended = tokio::select! {
        ended = hear(&place, ear, &*clock) => ended,
        ended = speak(mouth, cells, &*clock) => ended,
    };
    ended.err().unwrap_or(LaneEnd::Dropped)
}

async fn hear(place: &Place, mut ear: Ear, clock: &dyn Clock) -> Result<(), LaneEnd> {
    loop {
        let record = ear.hear().await?;
        place.floor.hear(place.lane, &record, clock.now())?;
    }
}

async fn speak(mut mouth: Mouth, mut cells: mpsc::Receiver<Cell>, clock: &dyn Clock) -> Result<(), LaneEnd> {
    while let Some(cell) = cells.recv().await {
        mouth.seal(cell.as_ref(), clock.now())?;
        mouth.speak().await?;
        mouth.flush().await?;
    }
    Ok(())
}

impl Drop for Place {
    fn drop(&mut self) {
        self.floor.detach(self.lane);
    }
}
