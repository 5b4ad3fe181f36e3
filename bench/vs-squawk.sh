#!/usr/bin/env bash
# Compares miglint with Squawk on the same generated files. Needs Go, gcc and
# npm. Flags go to bench/compare, e.g.: bench/vs-squawk.sh -files 1,100000 -runs 3
set -euo pipefail
cd "$(dirname "$0")/.."

squawk_version=2.66.0
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  Darwin-x86_64) platform=darwin-x64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  *) echo "vs-squawk: no Squawk binary for $(uname -s) on $(uname -m)" >&2; exit 2 ;;
esac

cache="${XDG_CACHE_HOME:-$HOME/.cache}/miglint-bench"
# The npm package squawk-cli starts node first; the binary alone is measured.
squawk="$cache/squawk-$squawk_version/node_modules/@squawk-cli/$platform/bin/squawk"
if [ ! -x "$squawk" ]; then
  npm install --silent --no-audit --no-fund --prefix "$cache/squawk-$squawk_version" "squawk-cli@$squawk_version"
fi

mkdir -p "$cache/bin"
go build -o "$cache/bin/miglint" ./cmd/miglint
go build -o "$cache/bin/compare" ./bench/compare
"$squawk" --version
exec "$cache/bin/compare" -miglint "$cache/bin/miglint" -squawk "$squawk" "$@"
