#!/bin/sh
# Stands before the compilers while a package is built, so that what they make does not tell in which directories.
#
# compile.sh gives it their names by links: `rust` (as RUSTC_WRAPPER: the compiler is the first argument), `cc`, `c++`.
# PELURE_PLACES has a line FROM=TO per directory; of two that fit, the later holds. PELURE_CC and PELURE_CXX are the
# compilers of the machine. Flags of Cargo or CFLAGS would do, too, but both leave traces: Cargo names the directories of
# build scripts after its flags, and OpenSSL keeps its flags as a text.
set -eu

# What a build script passes as a text (OpenSSL: where its engines are) is changed here; paths are by the compiler.
text() {
    argument=$1
    for place in $PELURE_PLACES; do
        case $argument in
            -D*"${place%%=*}"*) argument=${argument%%"${place%%=*}"*}${place#*=}${argument#*"${place%%=*}"} ;;
        esac
    done
}

IFS='
'
case $(basename "$0") in
    rust)
        for place in $PELURE_PLACES; do
            set -- "$@" "--remap-path-prefix=$place"
        done
        exec "$@"
        ;;
    cc) compiler=$PELURE_CC ;;
    c++) compiler=$PELURE_CXX ;;
    *) exit 2 ;;
esac
left=$#
while [ "$left" -gt 0 ]; do
    text "$1"
    shift
    set -- "$@" "$argument"
    left=$((left - 1))
done
for place in $PELURE_PLACES; do
    set -- "$@" "-ffile-prefix-map=$place"
done
exec "$compiler" "$@"
