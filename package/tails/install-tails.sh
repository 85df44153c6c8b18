#!/bin/sh
# Lets Pelure run its onion services through the Tor of Tails.
#
#   sudo ./install-tails.sh              for this session
#   sudo ./install-tails.sh --persist    also after a restart (needs an unlocked Persistent Storage)
#   sudo ./install-tails.sh --remove     takes both away again
#
# It writes one file, the profile for Tails' filter of Tor's control port, and with --persist one line of the list of
# what is persistent. The program itself is not touched: keep it in the Persistent folder, or wherever you unpacked it.
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=${PELURE_INSTALL_ROOT:-}
FILTER=$ROOT/etc/onion-grater.d
STORAGE=$ROOT/live/persistence/TailsData_unlocked
LINE='/etc/onion-grater.d source=onion-grater,link'

main() {
    [ "$(id -u)" -eq 0 ] || fail "run it with sudo (set an administration password in the Welcome Screen first)"
    grep -q '^ID="\{0,1\}tails"\{0,1\}$' "$ROOT/etc/os-release" || fail "this is not Tails; nothing was changed"
    case ${1:---session} in
        --session) session ;;
        --persist) session && persist ;;
        --remove) remove ;;
        *) fail "there is no option $1; see the head of this file" ;;
    esac
}

session() {
    program=$HERE/pelure
    [ -f "$program" ] || program=$(dirname "$HERE")/pelure
    [ -x "$program" ] || fail "the program pelure is not beside this script, or may not be run from here"
    # As the kernel names the process, whatever links lead there.
    program=$(readlink -f "$program")
    # The path stands in a quoted word of the profile, and the filter compares it letter by letter.
    case $program in
        *[!A-Za-z0-9/._\ -]*) fail "the path $program has characters that a profile cannot hold; move the folder" ;;
    esac
    write_profile "$FILTER/pelure.yml"
    say "Pelure may use Tor in this session. Start it now: $program"
}

persist() {
    [ -d "$STORAGE" ] || fail "the Persistent Storage is not unlocked; the profile is there for this session only"
    install -d -m 0755 -o 0 -g 0 "$STORAGE/onion-grater"
    write_profile "$STORAGE/onion-grater/pelure.yml"
    list=$STORAGE/persistence.conf
    if ! grep -qxF "$LINE" "$list"; then
        cp -p "$list" "$list.new"
        # A last line that somebody left open stays a line of its own.
        [ -z "$(tail -c 1 "$list.new")" ] || echo >>"$list.new"
        printf '%s\n' "$LINE" >>"$list.new"
        mv "$list.new" "$list"
    fi
    say "It will also be there after a restart."
}

remove() {
    rm -f "$FILTER/pelure.yml"
    if [ -d "$STORAGE" ]; then
        rm -f "$STORAGE/onion-grater/pelure.yml"
        if [ -d "$STORAGE/onion-grater" ] && rmdir "$STORAGE/onion-grater" 2>/dev/null; then
            list=$STORAGE/persistence.conf
            cp -p "$list" "$list.new"
            grep -vxF "$LINE" "$list" >"$list.new" || true
            mv "$list.new" "$list"
        fi
    fi
    say "Pelure may no longer use Tor. Its profile and messages were not touched."
}

# Only root may write it: whoever can, can get around the filter.
write_profile() {
    sed "s|@PROGRAM@|$program|" "$HERE/pelure.yml" >"$1.new"
    chown 0:0 "$1.new"
    chmod 0644 "$1.new"
    mv "$1.new" "$1"
}

say() {
    printf 'pelure: %s\n' "$*"
}

fail() {
    printf 'pelure: %s\n' "$*" >&2
    exit 1
}

main "$@"
