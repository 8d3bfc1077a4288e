#!/usr/bin/env bash
# The files of a base image for the Dockerfile, made of what this machine has: Debian's minimal system by
# debootstrap, and the Node, npm and certificates that are installed here. For machines that reach a
# Debian mirror but no image registry. Needs root.
#
#   base-image.sh FILE.tar && docker import FILE.tar NAME
set -euo pipefail

file=${1:?"usage: base-image.sh FILE.tar"}
work=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$work/base" >"$work/log" 2>&1 ||
  { tail -n 5 "$work/log" >&2; exit 1; }
rm -rf "$work"/base/var/cache/apt/archives/*.deb "$work"/base/var/lib/apt/lists/*

node=$(command -v node)
modules=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
install -D "$(readlink -f "$node")" "$work/base/usr/local/bin/node"
mkdir -p "$work/base/usr/local/lib/node_modules"
cp -a "$modules" "$work/base/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/base/usr/local/bin/npm"
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/ca-certificates.crt"
fi
chroot "$work/base" /usr/local/bin/node --version >/dev/null

tar -C "$work/base" -cf "$work/tar" .
mv "$work/tar" "$file"
