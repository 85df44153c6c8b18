//! What a circuit is asked for next: blocks in order, whole groups to a circuit where that is possible, and at the end what
//! a slow circuit would bring last.
//!
//! It does not verify anything.

use std::time::Duration;

use zeroize::Zeroizing;

use super::circuit::LISTS;
use super::{Copies, Fetch};
use crate::file::Lane;
use crate::wire::limits::{BLOCK_BYTES, FETCH_BYTES, PIECE_BYTES};
use crate::wire::{BlockFrame, Part};

impl Fetch {
    /// Adds to `out` the frames to be sealed now on this circuit, if any; they fit one record. To be called after each
    /// record and some times a second: what other circuits do changes what this one need bring.
    pub fn asks(&mut self, lane: Lane, now: Duration, out: &mut Vec<u8>) {
        let Some(circuit) = self.circuits.get_mut(&lane).filter(|circuit| !circuit.failed) else { return };
        for part in circuit.drops.drain(..) {
            BlockFrame::Drop { part }.encode(out);
        }
        self.tell(now, out);
        while self.may_ask(lane, now) {
            let Some(block) = self.next_block(lane).or_else(|| self.slow_block(lane, now)) else { break };
            self.ask_for(lane, block, now, out);
        }
    }

    /// Whether a circuit may owe one more block.
    fn may_ask(&self, lane: Lane, now: Duration) -> bool {
        let Some(circuit) = self.circuits.get(&lane) else { return false };
        let under_way = self.asked.values().map(|copies| copies.all).sum::<usize>() + self.storing.len();
        let share = FETCH_BLOCKS / self.circuits.len().max(1);
        circuit.asks.len() < circuit.window(now).min(share)
            && circuit.has_room(1 + LISTS)
            && under_way < FETCH_BLOCKS
            && !self.must_wait(lane, now)
    }

    /// A long Top comes on one circuit, and the others wait for it: it is a part of a much longer content.
    fn must_wait(&self, lane: Lane, now: Duration) -> bool {
        self.top.is_none()
            && self.tree.part_len(Part::Top).is_some_and(|length| length > PIECE_BYTES)
            && self.circuits.iter().any(|(other, circuit)| {
                *other != lane && !circuit.failed && circuit.owes(Part::Top) && circuit.silence(now) < STANDS_STILL
            })
    }

    /// A missing block that nobody is asked for.
    fn next_block(&mut self, lane: Lane) -> Option<u32> {
        let live = self.asked.values().filter(|copies| copies.live > 0).count();
        if self.stored.count() as usize + self.storing.len() + live >= self.tree.blocks() as usize {
            return None;
        }
        let own = self.circuits.get(&lane)?.group;
        if let Some(block) = own.and_then(|group| self.free_block(group)) {
            return Some(block);
        }
        while self.front + 1 < self.tree.groups()
            && !self.tree.blocks_of(self.front).any(|block| self.is_missing(block))
        {
            self.front += 1;
        }
        let groups = self.front..self.tree.groups();
        let untouched = |group: &u32| !self.circuits.values().any(|circuit| circuit.group == Some(*group));
        let (group, block) = groups
            .clone()
            .filter(untouched)
            .find_map(|group| Some((group, self.free_block(group)?)))
            .or_else(|| groups.clone().find_map(|group| Some((group, self.free_block(group)?))))?;
        self.circuits.get_mut(&lane)?.group = Some(group);
        Some(block)
    }

    fn free_block(&self, group: u32) -> Option<u32> {
        let asked = |block| self.asked.get(&block).is_some_and(|copies| copies.live > 0);
        self.tree.blocks_of(group).find(|block| self.is_missing(*block) && !asked(*block))
    }

    /// The block that another circuit would bring last, if this one brings it much sooner. Only where that one has not
    /// begun it, or stands still; and a block is asked for twice at most. The other need not bring it any more.
    fn slow_block(&mut self, lane: Lane, now: Duration) -> Option<u32> {
        let ours = self.circuits.get(&lane)?.time_for(BLOCK_BYTES, now);
        let (mut slowest, mut latest) = (None, ours * 2 + WORTH_IT);
        for (other, circuit) in self.circuits.iter().filter(|(other, _)| **other != lane) {
            for (index, ask) in circuit.asks.iter().enumerate() {
                let Part::Block(block) = ask.part else { continue };
                let movable = !ask.is_begun() || circuit.silence(now) >= STANDS_STILL;
                let once = self.asked.get(&block).is_some_and(|copies| copies.all == 1 && copies.live == 1);
                let theirs = circuit.time_until(index, now);
                if movable && once && theirs > latest {
                    (slowest, latest) = (Some((*other, block)), theirs);
                }
            }
        }
        let (other, block) = slowest?;
        let circuit = self.circuits.get_mut(&other)?;
        if let Some(ask) = circuit.asks.iter().find(|ask| ask.part == Part::Block(block)) {
            // Both go on from here.
            self.begun.insert(block, ask.bytes.clone());
        }
        circuit.drop_ask(block);
        if let Some(copies) = self.asked.get_mut(&block) {
            copies.live = 0;
        }
        Some(block)
    }

    /// Asks a circuit for a block, and first for what verifies it.
    fn ask_for(&mut self, lane: Lane, block: u32, now: Duration, out: &mut Vec<u8>) {
        let group = self.tree.group_of(block);
        let begun = self.begun.remove(&block).unwrap_or_default();
        let Some(circuit) = self.circuits.get_mut(&lane) else { return };
        let needs_top = self.top.is_none() && self.tree.part_len(Part::Top).is_some();
        let needs_map = !self.maps.contains_key(&group) && self.tree.part_len(Part::Map(group)).is_some();
        for (part, needed) in [(Part::Top, needs_top), (Part::Map(group), needs_map)] {
            if needed && !circuit.owes(part) {
                circuit.ask(part, Zeroizing::default(), now);
                BlockFrame::Want { part, from: 0 }.encode(out);
            }
        }
        // A block is far below 4 GiB.
        BlockFrame::Want { part: Part::Block(block), from: begun.len() as u32 }.encode(out);
        circuit.ask(Part::Block(block), begun, now);
        let Copies { live, all } = self.asked.entry(block).or_default();
        (*live, *all) = (*live + 1, *all + 1);
    }
}

/// Blocks that are asked for and not yet stored, at most.
const FETCH_BLOCKS: usize = FETCH_BYTES / BLOCK_BYTES;
/// What is gained at the least by asking twice.
const WORTH_IT: Duration = Duration::from_millis(100);
/// A circuit that brings nothing for so long stands still, though it may go on.
const STANDS_STILL: Duration = Duration::from_secs(3);
