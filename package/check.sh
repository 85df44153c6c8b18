#!/bin/sh
# Does this program start on Debian 12 and whatever is newer (Tails 6 and 7)?
#
#   package/check.sh PROGRAM
#
# It may want no library but those below and no symbol of a newer glibc. What the window opens at run time is not in this
# list: without it the program starts, and says what is missing.
set -eu

# What each Debian with sound has; ld-linux is that of the processor.
LIBRARIES='ld-linux-aarch64.so.1
ld-linux-x86-64.so.2
libasound.so.2
libc.so.6
libgcc_s.so.1
libm.so.6'
# That of Debian 12.
GLIBC=2.36

wanted=$(LC_ALL=C readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' | sort)
[ -n "$wanted" ] || {
    printf 'package: %s is no program that can be looked at\n' "$1" >&2
    exit 1
}
for library in $wanted; do
    case "
$LIBRARIES
" in
        *"
$library
"*) ;;
        *)
            printf 'package: %s needs %s, which a fresh Debian 12 may lack\n' "$1" "$library" >&2
            exit 1
            ;;
    esac
done
newest=$(LC_ALL=C readelf -V "$1" | grep -o 'GLIBC_[0-9][0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
if [ "$(printf '%s\n%s\n' "$newest" "$GLIBC" | sort -V | tail -n 1)" != "$GLIBC" ]; then
    printf 'package: %s needs glibc %s; Debian 12 has %s\n' "$1" "$newest" "$GLIBC" >&2
    exit 1
fi
printf 'libraries: %s\nnewest symbol of glibc: %s (Debian 12 has %s)\n' "$(printf '%s' "$wanted" | tr '\n' ' ')" "$newest" "$GLIBC"
