#!/bin/sh
# What the program is made of, as CycloneDX 1.5 on standard output: every crate with its version, licence, checksum and
# what it depends on, those that only run during the build among them (scope "excluded").
#
# It asks Cargo.lock and cargo, invents nothing, and writes the same bytes each time.
set -eu
cd "$(dirname "$0")/.."

host=$(rustc -vV | sed -n 's/^host: //p')
tree() {
    cargo tree --locked --package pelure --target "$host" --prefix depth --edges "$1" --format ' {p}|{l}'
}
{
    awk '$1 == "name" { name = $3 } $1 == "version" { version = $3 } $1 == "checksum" { print "sum", name, version, $3 }' \
        Cargo.lock | tr -d '"'
    tree normal,no-proc-macro | sed 's/^/part /'
    tree normal,build | sed 's/^/tree /'
} | LC_ALL=C awk '
    # A line of the tree: depth, name, v1.2.3, (notes)|licence, perhaps with a mark that what is below stands above.
    function reference(name, version) { return "pkg:cargo/" name "@" version }
    function read_line() {
        version = substr($4, 2)
        split(version, cut, "|")
        version = cut[1]
        id = reference($3, version)
        licence = $0
        sub(/^[^|]*\|/, "", licence)
        sub(/ \(\*\)$/, "", licence)
        gsub(/ *\/ */, " OR ", licence)
    }
    $1 == "sum" { sum[reference($2, $3)] = $4 }
    $1 == "part" { read_line(); part[id] = 1 }
    $1 == "tree" {
        read_line()
        if (!(id in names)) { order[++count] = id; names[id] = $3; versions[id] = version; licences[id] = licence }
        at[$2] = id
        if ($2 > 0 && !((at[$2 - 1], id) in edge)) {
            edge[at[$2 - 1], id] = 1
            below[at[$2 - 1]] = below[at[$2 - 1]] "\n" id
        }
    }
    function sorted(list, n,    i, j, held) {
        for (i = 2; i <= n; i++) {
            held = list[i]
            for (j = i - 1; j >= 1 && list[j] > held; j--) list[j + 1] = list[j]
            list[j + 1] = held
        }
    }
    function component(id, type) {
        text = "{\"type\":\"" type "\",\"bom-ref\":\"" id "\",\"name\":\"" names[id] "\",\"version\":\"" versions[id] "\""
        if (type == "library") text = text ",\"scope\":\"" (id in part ? "required" : "excluded") "\""
        if (id in sum) text = text ",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"" sum[id] "\"}]"
        if (licences[id] != "") text = text ",\"licenses\":[{\"expression\":\"" licences[id] "\"}]"
        return text ",\"purl\":\"" id "\"}"
    }
    END {
        root = order[1]
        sorted(order, count)
        print "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,"
        print "\"metadata\":{\"component\":" component(root, "application") "},"
        print "\"components\":["
        for (i = 1; i <= count; i++) if (order[i] != root) {
            printf "%s%s", comma, component(order[i], "library")
            comma = ",\n"
        }
        print "\n],\n\"dependencies\":["
        comma = ""
        for (i = 1; i <= count; i++) {
            n = split(substr(below[order[i]], 2), list, "\n")
            sorted(list, n)
            text = ""
            for (j = 1; j <= n; j++) text = text (j > 1 ? "," : "") "\"" list[j] "\""
            printf "%s{\"ref\":\"%s\",\"dependsOn\":[%s]}", comma, order[i], text
            comma = ",\n"
        }
        print "\n]}"
    }'
