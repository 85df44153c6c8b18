#!/bin/sh
# Puts a program that was built into a .tar.gz and a .deb, which are equal byte for byte whenever what goes in is.
#
#   package/pack.sh PROGRAM DIRECTORY
#
# Times are those of the last commit (SOURCE_DATE_EPOCH, if that is set), owners are root, orders are alphabetical.
set -eu

# The libraries that the window opens when it starts, and the packages that have them.
WINDOW='libdbus-1-3, libegl1, libfontconfig1, libgl1, libgl1-mesa-dri, libwayland-client0, libwayland-cursor0, libwayland-egl1, libx11-6, libx11-xcb1, libxcb1, libxcursor1, libxi6, libxkbcommon-x11-0, libxkbcommon0, libxrandr2, libxrender1'
# Fonts for what others write, a dialog to choose files in, sound through the desktop.
USEFUL='fonts-noto-core, fonts-noto-cjk, xdg-desktop-portal, pulseaudio | pipewire-pulse'

main() {
    [ $# -eq 2 ] || fail "it takes a program and a directory"
    program=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
    mkdir -p "$2"
    out=$(cd "$2" && pwd -P)
    cd "$(dirname "$0")/.."
    export LC_ALL=C TZ=UTC
    umask 022
    epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
    date=$(date -u -d "@$epoch" +%Y-%m-%d)
    version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
    machine=$(uname -m)
    work=$(mktemp -d "$out/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    archive
    debian
    (cd "$out" && sha256sum "$name.tar.gz" "$deb")
}

# What one unpacks anywhere and starts: the program on top, all else below it.
archive() {
    name=pelure-$version-$machine
    top=$work/$name
    put 755 "$program" "$top/pelure"
    for file in README.md CHANGELOG.md HEADLESS.md threat-model.md LICENSE-MIT LICENSE-APACHE; do
        put 644 "$file" "$top/$file"
    done
    for page in docs/*.md; do
        put 644 "$page" "$top/$page"
    done
    papers "$top"
    roads "$top"
    shared "$top/share" zsh/site-functions
    tar_of "$work" "$name" | gzip -9n >"$out/$name.tar.gz"
}

debian() {
    case $machine in
        x86_64) architecture=amd64 ;;
        aarch64) architecture=arm64 ;;
        *) fail "there is no Debian package for $machine" ;;
    esac
    deb=pelure_${version}_$architecture.deb
    root=$work/root
    put 755 "$program" "$root/usr/bin/pelure"
    shared "$root/usr/share" zsh/vendor-completions
    roads "$root/usr/share/pelure"
    papers "$root/usr/share/doc/pelure"
    for file in README.md CHANGELOG.md HEADLESS.md threat-model.md LICENSE-MIT LICENSE-APACHE docs/*.md package/copyright; do
        put 644 "$file" "$root/usr/share/doc/pelure/$(basename "$file")"
    done
    for language in '' fr/; do
        gzip -9n "$root/usr/share/man/${language}man1/pelure.1"
    done
    mkdir "$work/control"
    control >"$work/control/control"
    (cd "$root" && find . -type f | sed 's|^\./||' | sort | xargs -d '\n' md5sum) >"$work/control/md5sums"
    chmod 644 "$work/control"/*
    printf '2.0\n' >"$work/debian-binary"
    tar_of "$work/control" . | xz -T1 >"$work/control.tar.xz"
    tar_of "$root" . | xz -T1 >"$work/data.tar.xz"
    rm -f "$out/$deb"
    (cd "$work" && ar qcD "$out/$deb" debian-binary control.tar.xz data.tar.xz)
}

control() {
    cat <<END
Package: pelure
Version: $version
Architecture: $architecture
Maintainer: The Pelure contributors
Installed-Size: $(find "$root" -type f -printf '%k\n' | awk '{ sum += $1 } END { print sum }')
Depends: libasound2 (>= 1.0.16), libc6 (>= 2.36), libgcc-s1 (>= 4.2)
Recommends: $WINDOW
Suggests: $USEFUL
Section: net
Priority: optional
Description: anonymous messenger over Tor onion services
 Each identity of Pelure is a Tor onion service that runs inside the
 program. Two contacts connect straight to each other over Tor, without a
 server or a directory, to exchange text, files and voice. What they write
 is encrypted from end to end, and stored encrypted.
END
}

# What a desktop and a shell look for.
shared() {
    put 644 package/share/pelure.desktop "$1/applications/pelure.desktop"
    put 644 package/share/pelure.svg "$1/icons/hicolor/scalable/apps/pelure.svg"
    fill package/share/pelure.metainfo.xml "$1/metainfo/pelure.metainfo.xml"
    fill package/man/pelure.1 "$1/man/man1/pelure.1"
    fill package/man/pelure.fr.1 "$1/man/fr/man1/pelure.1"
    put 644 package/completions/pelure.bash "$1/bash-completion/completions/pelure"
    put 644 package/completions/pelure.zsh "$1/$2/_pelure"
    put 644 package/completions/pelure.fish "$1/fish/vendor_completions.d/pelure.fish"
}

# What Tails and Whonix need.
roads() {
    put 755 package/tails/install-tails.sh "$1/tails/install-tails.sh"
    put 644 package/tails/pelure.yml "$1/tails/pelure.yml"
    put 644 package/whonix/40_pelure.yml "$1/whonix/40_pelure.yml"
}

# Of what the program is made.
papers() {
    put 644 ui/licences.txt "$1/licences.txt"
    put 644 ui/fonts/LICENCE-Inter.txt "$1/LICENCE-Inter.txt"
    [ -f "$work/sbom" ] || package/sbom.sh >"$work/sbom"
    put 644 "$work/sbom" "$1/pelure.cdx.json"
}

put() {
    mkdir -p "$(dirname "$3")"
    install -m "$1" "$2" "$3"
}

fill() {
    mkdir -p "$(dirname "$2")"
    sed "s/@VERSION@/$version/; s/@DATE@/$date/" "$1" >"$2"
    chmod 644 "$2"
}

tar_of() {
    tar -C "$1" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=ustar -cf - "$2"
}

fail() {
    printf 'package: %s\n' "$*" >&2
    exit 1
}

main "$@"
