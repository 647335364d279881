#!/usr/bin/env bash
# Fails where `make generate` changes a file: what is generated is committed, and must be what its source makes now. The
# tree is compared with itself before and after, so that work not committed yet does not count.
set -euo pipefail

tree() {
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ ! -f "$file" ] || printf '%s\0' "$file"
  done | xargs -0 -r sha256sum
}

before=$(tree)
make --no-print-directory -s generate
if ! changed=$(diff <(echo "$before") <(tree)); then
  echo "generated files are not what their source makes; look at them and commit:"
  awk '/^[<>]/ { print "  " $3 }' <<<"$changed" | sort -u
  exit 1
fi
