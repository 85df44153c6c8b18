use proptest::prelude::*;

use super::testing::{centre, pitch, vowel};
use super::*;
use crate::wire::Seeded;

fn changed(sound: &[f32], mask: Mask) -> Vec<f32> {
    let mut disguise = Disguise::new(mask);
    sound.as_chunks::<BLOCK>().0.iter().flat_map(|block| disguise.change(block)).collect()
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt()
}

#[test]
fn every_voice_gets_the_pitch_of_the_mask() {
    for target in [100.0, 140.0, 190.0] {
        for own in [85.0, 120.0, 170.0, 220.0, 290.0] {
            for formants in [0.82, 1.2] {
                let heard = changed(&vowel(own, &[600.0, 1_300.0, 2_500.0], 24_000), Mask::new(target, formants));
                let found = pitch(&heard[12_000..16_000]);
                assert!((found / target - 1.0).abs() < 0.06, "{own} Hz became {found}, not {target}");
            }
        }
    }
}

#[test]
fn the_melody_is_halved() {
    // A voice at 110 Hz for 3 s, then a fifth higher.
    let sound = [vowel(110.0, &[700.0, 1_200.0], 48_000), vowel(165.0, &[700.0, 1_200.0], 6_400)].concat();
    let heard = changed(&sound, Mask::new(140.0, 0.85));
    let (before, after) = (pitch(&heard[40_000..44_000]), pitch(&heard[50_400..53_600]));
    let rise = after / before;
    assert!(rise > 1.1 && rise < 1.35, "{rise}: 1.5 before");
}

#[test]
fn formants_move_with_the_throat() {
    for factor in [0.82, 1.0, 1.2] {
        for (own, formants) in [(110.0, [500.0, 1_700.0]), (210.0, [550.0, 2_000.0])] {
            let heard = changed(&vowel(own, &formants, 24_000), Mask::new(130.0, factor));
            // What somebody with such a throat would say at that pitch.
            let ideal = vowel(130.0, &formants.map(|formant| formant * factor), 24_000);
            for formant in formants {
                let band = (formant * factor * 0.7, formant * factor * 1.3);
                let [found, target] = [&heard, &ideal].map(|sound| centre(&sound[10_000..18_000], band.0, band.1));
                assert!((found / target - 1.0).abs() < 0.12, "{formant} Hz times {factor}: {found}, not {target}");
            }
        }
    }
}

#[test]
fn hiss_stays_hiss_and_silence_silent() {
    let mut random = Seeded::new(2);
    let hiss: Vec<f32> = (0..32_000).map(|_| 0.2 * (random.below(2_001) as f32 / 1_000.0 - 1.0)).collect();
    for factor in [0.82, 1.2] {
        let heard = changed(&hiss, Mask::new(120.0, factor));
        let loudness = rms(&heard[4_000..]) / rms(&hiss);
        assert!((0.6..1.3).contains(&loudness), "{loudness}");
    }
    assert!(changed(&[0.0; 8_000], Mask::new(120.0, 1.2)).iter().all(|x| *x == 0.0));
}

#[test]
fn what_is_said_comes_forty_milliseconds_later_at_about_its_loudness() {
    let mut sound = vec![0.0; 8_000];
    sound.extend(vowel(130.0, &[600.0, 1_500.0], 8_000));
    sound.extend(vec![0.0; 8_000]);
    for mask in [Mask::new(100.0, 0.8), Mask::new(190.0, 1.25)] {
        let heard = changed(&sound, mask);
        assert_eq!(heard.len(), sound.len());
        let quiet = |range: std::ops::Range<usize>| rms(&heard[range]) < 0.002;
        assert!(quiet(0..8_000 + DELAY - 320) && quiet(16_000 + DELAY + 800..24_000));
        let loudness = rms(&heard[9_600..16_000]) / rms(&sound[9_000..15_000]);
        assert!((0.5..2.0).contains(&loudness), "{loudness}");
    }
}

#[test]
fn a_drawn_mask_is_never_near_the_speaker() {
    let mut random = Seeded::new(9);
    let masks: Vec<Mask> = (0..500).map(|_| Mask::drawn(&mut random)).collect();
    assert!(masks.iter().all(|mask| (PITCH_LEAST..=PITCH_MOST).contains(&mask.pitch)));
    assert!(masks.iter().all(|mask| (FORMANTS_LEAST..=FORMANTS_MOST).contains(&mask.formants)));
    assert!(masks.iter().all(|mask| mask.formants <= 0.87 || mask.formants >= 1.14));
    assert!(masks.iter().any(|mask| mask.formants < 1.0) && masks.iter().any(|mask| mask.formants > 1.0));
    assert_eq!(Mask::new(f32::NAN, 7.0), Mask { pitch: PITCH_LEAST, formants: FORMANTS_MOST });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever a microphone gives, what comes out can be played and has no click that was not there.
    #[test]
    fn any_sound_is_survived(seed: u64, loud in 0.0..2.0f32, pitch in 90.0..200.0f32, formants in 0.7..1.3f32) {
        let mut random = Seeded::new(seed);
        let mut voice = vowel(60.0 + random.below(400) as f32, &[700.0], 3_200);
        voice.extend((0..3_200).map(|_| random.below(2_001) as f32 / 1_000.0 - 1.0));
        voice.extend([f32::NAN, f32::INFINITY, -1e20].repeat(100));
        voice.iter_mut().for_each(|x| *x *= loud);
        for sample in changed(&voice, Mask::new(pitch, formants)) {
            prop_assert!(sample.abs() <= 1.0);
        }
    }
}
