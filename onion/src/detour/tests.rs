use std::fs;
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::*;

/// A bridge of the documentation: its address leads nowhere.
const OBFS4: &str = "obfs4 192.0.2.55:38114 316E643333645F6D79216558614D3931657A5F5F \
     cert=YXJlIGZyZXF1ZW50bHkgZnVsbCBvZiBsaXR0bGUgbWVzc2FnZXMgeW91IGNhbiBmaW5kLg iat-mode=0";
const PLAIN: &str = "192.0.2.83:80 $0bac39417268b96b9f514ef763fa6fba1a788956";

fn transport(line: &str) -> Result<Option<Transport>, BridgeError> {
    Bridge::read(line).map(|bridge| bridge.transport())
}

#[test]
fn lines_as_they_are_given_out_are_read() {
    assert_eq!(transport(OBFS4), Ok(Some(Transport::Obfs4)));
    assert_eq!(transport(&format!("Bridge {OBFS4}")), Ok(Some(Transport::Obfs4)));
    assert_eq!(transport(&format!("  bridge  {OBFS4}  ")), Ok(Some(Transport::Obfs4)));
    assert_eq!(transport(PLAIN), Ok(None));
    let webtunnel =
        "webtunnel [2001:db8:1::1]:443 316E643333645F6D79216558614D3931657A5F5F url=https://a.example/b ver=0.0.1";
    assert_eq!(transport(webtunnel), Ok(Some(Transport::Webtunnel)));
    let snowflake = "snowflake 192.0.2.3:80 2B280B23E1107BB62ABFC40DDCC8824814F80A72 \
         fingerprint=2B280B23E1107BB62ABFC40DDCC8824814F80A72 url=https://a.example/ fronts=b.example,c.example \
         ice=stun:stun.example:3478,stun:other.example:3478 utls-imitate=hellorandomizedalpn";
    assert_eq!(transport(snowflake), Ok(Some(Transport::Snowflake)));
}

#[test]
fn what_is_wrong_with_a_line_is_said() {
    let malformed = |flaw| Err(BridgeError::Malformed(flaw));
    let unknown = |name: &str| Err(BridgeError::UnknownTransport(name.into()));
    for (line, expected) in [
        ("nonsense", malformed(Flaw::Address)),
        ("obfs4", malformed(Flaw::Address)),
        ("Bridge", malformed(Flaw::Address)),
        ("obfs4 192.0.2.5", malformed(Flaw::Address)),
        ("obfs4 192.0.2.5:0 316E643333645F6D79216558614D3931657A5F5F cert=x", malformed(Flaw::Address)),
        // A name would be looked up outside Tor.
        ("obfs4 bridge.example:443 316E643333645F6D79216558614D3931657A5F5F cert=x", malformed(Flaw::Address)),
        ("obfs4 192.0.2.5:443 cert=x", malformed(Flaw::Fingerprint)),
        ("obfs4 192.0.2.5:443 316E643333645F6D cert=x", malformed(Flaw::Fingerprint)),
        ("obfs4 192.0.2.5:443 316E643333645F6D79216558614D3931657A5F5F cert=x iat-mode", malformed(Flaw::Setting)),
        ("obfs4 192.0.2.5:443 316E643333645F6D79216558614D3931657A5F5F iat-mode=0", malformed(Flaw::Certificate)),
        ("192.0.2.5:443 316E643333645F6D79216558614D3931657A5F5F cert=x", malformed(Flaw::Setting)),
        ("obfs9 192.0.2.5:443 316E643333645F6D79216558614D3931657A5F5F", unknown("obfs9")),
        ("OBFS4 192.0.2.5:443 316E643333645F6D79216558614D3931657A5F5F cert=x", unknown("OBFS4")),
    ] {
        assert_eq!(transport(line), expected, "{line}");
    }
    let long = format!("{OBFS4} x={}", "y".repeat(5000));
    assert_eq!(transport(&long), malformed(Flaw::TooLong));
    assert_eq!(transport(&format!("{OBFS4}\nSOCKSPort 9050")), malformed(Flaw::TooLong));
}

#[test]
fn the_line_that_is_wrong_is_named() {
    let lines = ["# from a friend", "", OBFS4, "obfs4 192.0.2.5:443 cert=x"];
    let error = Detour::read_bridges(lines).unwrap_err();
    assert_eq!(error, DetourError::Bridge { line: 4, why: BridgeError::Malformed(Flaw::Fingerprint) });
    assert!(error.to_string().starts_with("line 4: "), "{error}");
    assert!(!error.to_string().contains("192.0.2.5"), "{error}");
}

#[test]
fn a_bridge_counts_once_and_there_are_not_too_many() {
    assert_eq!(Detour::read_bridges([OBFS4, "", OBFS4, &format!("Bridge {OBFS4}")]).unwrap().len(), 1);
    assert_eq!(Detour::read_bridges(["", "  ", "# x"]).unwrap(), []);
    let many: Vec<String> = (1..=300).map(|port| PLAIN.replace(":80", &format!(":{port}"))).collect();
    let lines = |count: usize| Detour::read_bridges(many.iter().take(count).map(String::as_str));
    assert_eq!(lines(BRIDGES_MOST).unwrap().len(), BRIDGES_MOST);
    assert_eq!(lines(300), Err(DetourError::TooManyBridges));
}

#[test]
fn a_text_is_split_as_it_was_pasted_or_as_a_picture_holds_it() {
    assert_eq!(split("a\r\nb\n"), ["a", "b"]);
    assert_eq!(split(&format!("['{OBFS4}', '{PLAIN}']")), [OBFS4, PLAIN]);
    assert_eq!(split(&format!("[\"{OBFS4}\"]\n")), [OBFS4]);
    assert_eq!(split("[2001:db8::1]:443 x"), ["[2001:db8::1]:443 x"]);
    assert_eq!(split(""), [""; 0]);
}

#[test]
fn a_program_is_found_where_it_may_be_and_missed_where_it_is_not() {
    let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let detour = Detour { bridges: Detour::read_bridges([PLAIN, "", OBFS4]).unwrap(), ..Detour::default() };
    let none = Programs::among([empty.path().to_owned(), "relative".into()]);
    let missing = DetourError::Bridge { line: 3, why: BridgeError::NoProgram(Transport::Obfs4) };
    assert_eq!(detour.check(&none), Err(missing.clone()));
    assert!(missing.to_string().contains("install lyrebird or obfs4proxy"), "{missing}");

    let program = full.path().join("obfs4proxy");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    let some = Programs::among([empty.path().to_owned(), full.path().to_owned()]);
    assert_eq!(detour.check(&some), Err(missing), "a file that cannot be run is no program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(detour.check(&some), Ok(()));
    assert_eq!(some.find(Transport::MeekLite), Some(program));
    assert_eq!(some.find(Transport::Snowflake), None);
}

#[test]
fn proxies_that_tor_can_use_are_read_and_the_rest_is_refused_with_the_reason() {
    for url in [
        "socks5://192.0.2.1:1080",
        "SOCKS5://user:p%40ss@192.0.2.1:1080",
        "socks5h://user@[2001:db8::1]:1080",
        "socks4://192.0.2.1:1080",
        "socks4a://user@192.0.2.1:1080",
        "http://127.0.0.1:8118",
        "http://user:secret@127.0.0.1:8118/",
    ] {
        let proxy = Proxy::read(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(Proxy::read(proxy.url()), Ok(proxy), "{url}");
    }
    for (url, error) in [
        ("", ProxyError::Kind),
        ("192.0.2.1:1080", ProxyError::Kind),
        ("ftp://192.0.2.1:1080", ProxyError::Kind),
        ("https://192.0.2.1:443", ProxyError::Tls),
        ("socks5://proxy.example:1080", ProxyError::Name),
        ("socks5://localhost:1080", ProxyError::Name),
        ("socks5://192.0.2.1", ProxyError::Port),
        ("socks5://[2001:db8::1]", ProxyError::Port),
        ("socks5://192.0.2.1:0", ProxyError::Port),
        ("socks5://192.0.2.1:99999", ProxyError::Port),
        ("http://192.0.2.1:80", ProxyError::Port80),
        ("socks4://user:secret@192.0.2.1:1080", ProxyError::Password),
        ("socks5://", ProxyError::Malformed),
        ("socks5://192.0.2.1:1080 x", ProxyError::Malformed),
    ] {
        assert_eq!(Proxy::read(url), Err(error), "{url}");
    }
    assert_eq!(Proxy::read(&format!("socks5://{}@192.0.2.1:1", "u".repeat(5000))), Err(ProxyError::Malformed));
}

#[test]
fn nothing_of_it_is_printed_by_accident() {
    let detour = Detour {
        bridges: Detour::read_bridges([OBFS4, PLAIN]).unwrap(),
        proxy: Some(Proxy::read("socks5://somebody:secret@198.51.100.7:1080").unwrap()),
        ports: Ports::new([443]).unwrap(),
    };
    let printed = format!("{detour:?}").to_lowercase();
    for secret in ["192.0.2", "316e64", "0bac39", "cert", "somebody", "secret", "198.51"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn ports_are_ports() {
    assert_eq!(Ports::new([443, 80, 443]).unwrap().iter().collect::<Vec<_>>(), [80, 443]);
    assert!(Ports::new([]).unwrap().is_empty());
    assert_eq!(Ports::new([0]), Err(DetourError::Ports));
    assert_eq!(Ports::new([65536]), Err(DetourError::Ports));
    assert_eq!(Ports::new(1..=65), Err(DetourError::Ports));
}

#[test]
fn what_is_kept_is_read_again_and_what_is_damaged_is_not() {
    let detour = Detour {
        bridges: Detour::read_bridges([OBFS4, PLAIN]).unwrap(),
        proxy: Some(Proxy::read("socks5://somebody:s%22e@198.51.100.7:1080").unwrap()),
        ports: Ports::new([80, 443]).unwrap(),
    };
    assert_eq!(Detour::read(&detour.write()), Ok(detour));
    assert_eq!(Detour::read(&Detour::default().write()), Ok(Detour::default()));
    for damaged in
        ["", "{}", "[]", r#"{"bridges":["x"],"proxy":null,"ports":[]}"#, r#"{"bridges":[],"proxy":1,"ports":[]}"#]
    {
        assert_eq!(Detour::read(damaged), Err(DetourError::Unreadable), "{damaged}");
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic_or_read_for_good(line in "\\PC{0,80}") {
        if let Ok(bridge) = Bridge::read(&line) {
            prop_assert_eq!(Bridge::read(bridge.line()), Ok(bridge));
        }
        let _ = Proxy::read(&line);
        let _ = Detour::read(&line);
        let _ = split(&line);
    }

    #[test]
    fn a_line_that_is_nearly_right_is_refused_or_read_for_good(
        at in 0..OBFS4.len(), put in "[ -~]{0,3}", cut in 0..4usize,
    ) {
        let end = (at + cut).min(OBFS4.len());
        let line = format!("{}{put}{}", OBFS4.get(..at).unwrap(), OBFS4.get(end..).unwrap());
        if let Ok(bridge) = Bridge::read(&line) {
            prop_assert_eq!(Bridge::read(bridge.line()), Ok(bridge));
        }
    }

    #[test]
    fn any_user_and_password_come_back(user in "[!-~]{1,12}", password in "[!-~]{0,12}") {
        let escaped = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let url = format!("socks5://{}:{}@192.0.2.1:1080", escaped(&user), escaped(&password));
        let proxy = Proxy::read(&url).unwrap();
        prop_assert_eq!(Proxy::read(proxy.url()), Ok(proxy));
    }
}
