//! The network as Arti's configuration.
//!
//! It promises TOML for `TorClientConfigBuilder` (Arti 0.47) that names this network and nothing else: where state and
//! cache lie is the reader's choice. Sections: arti-client's `arti-example-config.toml`.

use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::addresses::OR_PORT;
use crate::keys::{Authority, Identity};

/// Writes the configuration; every node is a cache to start from.
pub(crate) fn toml(nodes: &[(Ipv4Addr, Identity)], authorities: &[Authority]) -> String {
    let mut text = String::from(HEAD);
    for (ip, Identity { rsa, ed25519 }) in nodes {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "    {{ rsa_identity = \"{rsa}\", ed_identity = \"{ed25519}\", orports = [\"{ip}:{OR_PORT}\"] }},"
        );
    }
    text.push_str("]\n\n[tor_network.authorities]\nv3idents = [");
    for Authority { v3ident, .. } in authorities {
        let _ = write!(text, "\"{v3ident}\", ");
    }
    text.push_str("]\nuploads = []\ndownloads = []\nvotes = []\n");
    text
}

const HEAD: &str = "\
[address_filter]
allow_local_addrs = true

[path_rules]
ipv4_subnet_family_prefix = 33
ipv6_subnet_family_prefix = 129

[tor_network]
fallback_caches = [
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_toml_that_names_every_node() {
        let identity = |n: usize| Identity { rsa: format!("{n:040X}"), ed25519: format!("{n:043}") };
        let nodes: Vec<_> = (0..16_u8).map(|n| (Ipv4Addr::new(127, 1, 1, n), identity(usize::from(n)))).collect();
        let v3ident = "C".repeat(40);
        let authority = Authority {
            nickname: "a".into(),
            ip: Ipv4Addr::LOCALHOST,
            v3ident: v3ident.clone(),
            fingerprint: String::new(),
        };
        let value: toml::Value = toml::from_str(&toml(&nodes, &[authority])).unwrap();
        let caches = value["tor_network"]["fallback_caches"].as_array().unwrap();
        assert_eq!(caches.len(), 16);
        assert_eq!(caches[15]["orports"][0].as_str(), Some("127.1.1.15:9001"));
        assert_eq!(value["tor_network"]["authorities"]["v3idents"][0].as_str(), Some(v3ident.as_str()));
    }
}
