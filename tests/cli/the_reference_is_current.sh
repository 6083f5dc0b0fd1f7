#!/usr/bin/env bash
# docs/reference.md is what `heartlab reference` prints.
set -euo pipefail
diff docs/reference.md <("$1" reference) || {
  echo "write it anew: heartlab reference > docs/reference.md" >&2
  exit 1
}
