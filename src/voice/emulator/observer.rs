//! Somebody who sees when records leave and how large they are, and wants to know what is said.
//!
//! A classifier (logistic regression on what can be computed from sizes and times) learns on the first half of two
//! recordings and is tried on the second. It knows nothing of what is inside: that is sealed.

use std::time::Duration;

/// How well the observer tells two recordings of records (when, how large) apart: the share of pairs of a moment of the one
/// and a moment of the other that it puts in the right order. One half is guessing, 1 is knowing.
pub fn telling_apart(one: &[(Duration, usize)], other: &[(Duration, usize)]) -> f64 {
    let (mut first, mut second) = (moments(one), moments(other));
    scale(&mut first, &mut second);
    let (learn_first, try_first) = first.split_at(first.len() / 2);
    let (learn_second, try_second) = second.split_at(second.len() / 2);
    let weights = learn(learn_first, learn_second);
    let score = |moments: &[Moment]| moments.iter().map(|moment| dot(&weights, moment)).collect::<Vec<_>>();
    area(&score(try_first), &score(try_second))
}

/// What is seen in two seconds.
type Moment = [f64; FEATURES];

/// Everything that is seen, cut into pieces of two seconds.
fn moments(records: &[(Duration, usize)]) -> Vec<Moment> {
    let number = |record: &(Duration, usize)| record.0.as_micros() / WINDOW.as_micros();
    records.chunk_by(|a, b| number(a) == number(b)).map(moment).collect()
}

fn moment(records: &[(Duration, usize)]) -> Moment {
    let pauses: Vec<f64> =
        records.windows(2).filter_map(|pair| Some((pair.last()?.0 - pair.first()?.0).as_secs_f64() * 1e3)).collect();
    let sizes: Vec<f64> = records.iter().map(|record| record.1 as f64).collect();
    let long = pauses.iter().filter(|pause| **pause > 30.0).count() as f64;
    let longest = pauses.iter().copied().fold(0.0, f64::max);
    let (size, size_spread) = mean_and_spread(&sizes);
    let (pause, pause_spread) = mean_and_spread(&pauses);
    [1.0, records.len() as f64, size, size_spread, pause, pause_spread, longest, long]
}

/// Each feature with mean 0 and deviation 1 over both.
fn scale(first: &mut [Moment], second: &mut [Moment]) {
    for feature in 1..FEATURES {
        let of = |moment: &Moment| moment.get(feature).copied().unwrap_or_default();
        let all: Vec<f64> = first.iter().chain(second.iter()).map(of).collect();
        let (mean, spread) = mean_and_spread(&all);
        for value in first.iter_mut().chain(second.iter_mut()).filter_map(|moment| moment.get_mut(feature)) {
            *value = (*value - mean) / spread.max(1e-9);
        }
    }
}

/// Logistic regression by steepest descent.
fn learn(first: &[Moment], second: &[Moment]) -> Moment {
    let mut weights = [0.0; FEATURES];
    let count = (first.len() + second.len()).max(1) as f64;
    for _ in 0..ROUNDS {
        let mut step = [0.0; FEATURES];
        let labelled = first.iter().map(|moment| (moment, 1.0)).chain(second.iter().map(|moment| (moment, 0.0)));
        for (moment, label) in labelled {
            let error = label - 1.0 / (1.0 + (-dot(&weights, moment)).exp());
            step.iter_mut().zip(moment).for_each(|(step, value)| *step += error * value);
        }
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step / count);
    }
    weights
}

/// The area under the curve: how often a score of the first is above one of the second; equal ones count half.
fn area(first: &[f64], second: &[f64]) -> f64 {
    let mut sorted = second.to_vec();
    sorted.sort_by(f64::total_cmp);
    let wins = |score: &f64| {
        let (below, not_above) = (sorted.partition_point(|s| s < score), sorted.partition_point(|s| s <= score));
        (below + not_above) as f64 / 2.0
    };
    first.iter().map(wins).sum::<f64>() / (first.len() * second.len()).max(1) as f64
}

fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

fn dot(weights: &Moment, moment: &Moment) -> f64 {
    weights.iter().zip(moment).map(|(weight, value)| weight * value).sum()
}

const WINDOW: Duration = Duration::from_secs(2);
const FEATURES: usize = 8;
const ROUNDS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    /// A rhythm of 20 ms in which one record in `every` is changed.
    fn records(every: u64, change: impl Fn(Duration, usize) -> Option<(Duration, usize)>) -> Vec<(Duration, usize)> {
        let at = |n: u64| Duration::from_micros(n * 20_000 + n * 7_919 % 1_000);
        let changed = |n: u64| if n.is_multiple_of(every) { change(at(n), 488) } else { Some((at(n), 488)) };
        (0..30_000).filter_map(changed).collect()
    }

    #[test]
    fn what_differs_is_seen() {
        let plain = records(1, |at, size| Some((at, size)));
        assert_eq!(telling_apart(&plain, &plain), 0.5);
        let smaller = records(50, |at, size| Some((at, size - 1)));
        let fewer = records(50, |_, _| None);
        let later = records(50, |at, size| Some((at + Duration::from_millis(5), size)));
        for leak in [smaller, fewer, later] {
            assert!(telling_apart(&leak, &plain) > 0.9);
        }
    }
}
