#!/bin/sh
# Installs a package in a fresh root of Debian, and starts it there as somebody would: asked who it is, asked what is wrong
# with the machine, without a window, and in a window (under Xvfb).
#
#   package/try.sh PACKAGE.deb [SUITE] [PICTURE.xwd]
#
# Needs root, debootstrap and Debian's archive. The root lies beside the package while it is used; PICTURE is what the
# window shows.
set -eu

main() {
    [ $# -ge 1 ] || fail "it takes a package"
    [ "$(id -u)" -eq 0 ] || fail "only root can make another root"
    suite=${2:-bookworm}
    root=$(mktemp -d "$(dirname "$1")/.root.XXXXXX")
    trap 'rm -rf --one-file-system "$root"' EXIT
    trap 'exit 130' INT TERM
    chmod 755 "$root"
    debootstrap --variant=minbase "$suite" "$root"
    cp "$1" "$root/pelure.deb"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    install_it >"$root/install.sh"
    start_it >"$root/start.sh"
    # What is mounted and started ends with this command.
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount --pid --fork --kill-child sh -euc '
        mount --make-rprivate /
        mount -t proc proc "$1/proc"
        mount --bind /dev "$1/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
        exec chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 sh -eu /install.sh
    ' sh "$root"
    [ -z "${3:-}" ] || cp "$root/tmp/shown" "$3"
    printf 'installed and started on %s\n' "$suite"
}

# As root.
install_it() {
    cat <<'END'
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends xvfb xdotool
# With what it recommends: this is what people get.
apt-get install -q -y -o APT::Sandbox::User=root /pelure.deb
useradd --create-home somebody
su somebody -c 'sh -eu /start.sh'
END
}

# As somebody.
start_it() {
    cat <<'END'
cd
pelure --version
# Such a machine lacks something (a sound card), and that is said: no reason to fail.
pelure doctor --language en || [ $? -eq 1 ]
echo '{"jsonrpc":"2.0","id":1,"method":"tor.status","params":{}}' | pelure headless --traceless | tee /tmp/answers
grep -q '"result"' /tmp/answers

mkdir /tmp/screen
Xvfb :7 -screen 0 1280x800x24 -fbdir /tmp/screen -nolisten tcp &
export DISPLAY=:7 LIBGL_ALWAYS_SOFTWARE=1
tries=0
wait_until() {
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || exit 1
        sleep 1
    done
}
# Two looks, a second apart, at something else than an empty screen.
has_drawn() {
    cp /tmp/shown /tmp/before
    cp /tmp/screen/Xvfb_screen0 /tmp/shown
    ! cmp -s /tmp/empty /tmp/shown && cmp -s /tmp/before /tmp/shown
}
wait_until xdotool getdisplaygeometry
cp /tmp/screen/Xvfb_screen0 /tmp/empty
cp /tmp/empty /tmp/shown
pelure --traceless --language en &
window=$!
wait_until xdotool search --onlyvisible --name Pelure
wait_until has_drawn
kill "$window"
END
}

fail() {
    printf 'package: %s\n' "$1" >&2
    exit 1
}

main "$@"
