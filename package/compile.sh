#!/bin/sh
# Builds the program so that its bytes depend on the commit and the compilers alone: two builds in different directories
# are equal. Prints where the program is.
#
# PELURE_PACKAGE_PROFILE names another profile of Cargo than `dist`, to try this script in less time.
set -eu

main() {
    cd "$(dirname "$0")/.."
    profile=${PELURE_PACKAGE_PROFILE:-dist}
    mkdir -p "${CARGO_TARGET_DIR:-target}"
    target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd -P)
    clean_surroundings
    hide_places
    stand_before_compilers
    PATH=$tools:$PATH RUSTC_WRAPPER=$tools/rust CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$target \
        cargo build --locked --profile "$profile" --workspace --bin pelure >&2
    case $profile in
        dev) program=$target/debug/pelure ;;
        *) program=$target/$profile/pelure ;;
    esac
    tells_nothing "$program"
    printf '%s\n' "$program"
}

# What would change the program from one machine to another.
clean_surroundings() {
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS RUSTC_WORKSPACE_WRAPPER
    unset CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS HOST_CFLAGS TARGET_CFLAGS OPENSSLDIR
    export LC_ALL=C TZ=UTC
    umask 022
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
    export SOURCE_DATE_EPOCH
}

# Every directory of this machine that a compiler sees, and what it is called in the program. Of two that fit, the later
# holds: the target directory is usually inside the source, and the registry inside Cargo's home.
hide_places() {
    home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd -P)
    hash=$(rustc -vV | sed -n 's/^commit-hash: //p')
    PELURE_PLACES="$home=/cargo"
    for registry in "$home"/registry/src/*; do
        PELURE_PLACES="$PELURE_PLACES
$registry=/cargo/registry"
    done
    PELURE_PLACES="$PELURE_PLACES
$(pwd -P)=/pelure
$target=/pelure/target
$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$hash"
    export PELURE_PLACES
}

stand_before_compilers() {
    PELURE_CC=$(command -v cc)
    PELURE_CXX=$(command -v c++)
    export PELURE_CC PELURE_CXX
    tools=$target/package/compilers
    mkdir -p "$tools"
    for name in rust cc c++; do
        ln -sf "$(pwd -P)/package/same.sh" "$tools/$name"
    done
}

# A path of this machine in the program would be another one elsewhere. The debug profile keeps its own.
tells_nothing() {
    [ "$profile" = dist ] || return 0
    for path in "$(pwd -P)/" "$target/" "$home/"; do
        if grep -qaF "$path" "$1"; then
            printf 'package: the program names %s of this machine:\n' "$path" >&2
            grep -aoE "${path}[A-Za-z0-9_./-]*" "$1" | sort -u | head -n 5 >&2
            exit 1
        fi
    done
}

main "$@"
