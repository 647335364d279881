#!/usr/bin/env bash
# Installs the Debian packages that the tests use and this machine lacks. Silent where nothing is missing.
set -euo pipefail

# Each line is a check and, after the colon, what to install where it fails. A package gets its line with the first test
# that uses it.
parts="
has_postgres: postgresql
has_compiler: gcc libc6-dev
has_browser: chromium fonts-noto-core
has_zbar: zbar-tools
has_openssl: openssl
has_curl: curl
has_jq: jq
"

# The tests start a private server of their own and never touch one that runs.
has_postgres() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }

# The race detector links with C.
has_compiler() { echo '#include <stdlib.h>' | "${CC:-gcc}" -E -x c -; }

# Pages are tested in a browser, with letters for every language.
has_browser() { command -v chromium; }

# What a page or a poster shows as a code is read back from its picture.
has_zbar() { command -v zbarimg; }

# Signatures of passes are verified from the outside.
has_openssl() { command -v openssl; }

# The guide of online shops is run as its reader would.
has_curl() { command -v curl; }
has_jq() { command -v jq; }

missing=()
while IFS=: read -r check packages; do
  [ -n "$check" ] || continue
  "$check" >/dev/null 2>&1 && continue
  read -ra names <<<"$packages"
  missing+=("${names[@]}")
done <<<"$parts"
[ "${#missing[@]}" -gt 0 ] || exit 0

cannot() {
  echo "The tests need ${missing[*]}, and $1. Install it and run this again." >&2
  exit 1
}

command -v apt-get >/dev/null || cannot "this is not Debian"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || cannot "you are neither root nor is there sudo"
  as_root=(sudo)
  [ -t 0 ] || as_root+=(-n)
fi

echo "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1; }
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; }; then
  tail -n 20 "$log" >&2
  cannot "apt-get could not install it"
fi
