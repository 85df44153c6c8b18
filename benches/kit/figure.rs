//! What a bench tells: one line of JSON per figure on standard output; everything else is for standard error.

use std::time::Duration;

use serde_json::json;

/// A figure of ours with its unit, beside the baseline it is compared with, if there is one.
pub fn tell(name: &str, value: f64, unit: &str, baseline: Option<f64>) {
    let ratio = baseline.map(|baseline| thousandths(value / baseline));
    let (value, baseline) = (thousandths(value), baseline.map(thousandths));
    println!("{}", json!({"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio}));
}

/// The time that this share of the times does not exceed; 0.5 is the median.
pub fn quantile(times: &[Duration], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.saturating_sub(1)).map_or(f64::NAN, Duration::as_secs_f64)
}

fn thousandths(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
