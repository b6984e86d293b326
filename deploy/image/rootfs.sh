#!/usr/bin/env bash
# Makes the file system of the image, beside nothing else: the program, the libraries of Debian that it
# links, the authorities that it trusts, and the user that it runs as.
#   rootfs.sh PROGRAM DIRECTORY
# Run by deploy/Dockerfile, and by `make test-image` on any Debian.
set -euo pipefail
# Everybody may read it, whoever makes it.
umask 022
program=$1
root=$2

mkdir -p "$root"/etc/ssl/certs "$root"/var/lib/dpkg/status.d
cp "$program" "$root/roster"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'root:x:0:0:root:/:/nonexistent
roster:x:65532:65532:roster:/var/lib/roster:/nonexistent' >"$root/etc/passwd"
echo 'root:x:0:
roster:x:65532:' >"$root/etc/group"
# Where names are looked up; both ways are part of the C library.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

if ldd "$program" | grep 'not found' >&2; then
    exit 1
fi
# With the package of each library, by which scanners for known holes find out what there is.
packages=(ca-certificates)
while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
    owner=$(dpkg-query --search "$(realpath "$library")" 2>/dev/null || dpkg-query --search "$library")
    packages+=("${owner%%:*}")
done < <(ldd "$program" | grep -o '/[^ ]*')
for package in "${packages[@]}"; do
    dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"
done

# The same files have the same times, whenever they are made.
find "$root" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +
