#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other, for the time given (30s when none is).
set -euo pipefail

time=${1:-30s}
grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | while IFS=: read -r file func; do
  go test "$(dirname "$file")" -run '^$' -fuzz "^${func#func }\$" -fuzztime "$time" </dev/null
done
