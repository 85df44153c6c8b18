//! Nothing that was said is lost, doubled or out of order, whatever happens to the programs and the network.

use crate::program::{Home, acquaint, fair_weather};

#[test]
fn two_programs_meet() {
    let _weather = fair_weather();
    let (home_a, home_b) = (Home::new(), Home::new());
    let (mut a, mut b) = (home_a.start(), home_b.start());
    let (a_me, b_me) = (a.create("a"), b.create("b"));
    a.until_reachable(&a_me);
    b.until_reachable(&b_me);
    let (to_b, to_a) = acquaint(&mut a, &a_me, &mut b, &b_me);
    let sent = a.send(&to_b, "bonjour");
    b.until_received("bonjour");
    a.until_delivered(&sent);
    b.send(&to_a, "salut");
    a.until_received("salut");
    a.shutdown();
    b.shutdown();
}
