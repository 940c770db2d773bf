#!/usr/bin/env bash
# The whole suite: PostgreSQL first, then what starts browsers and worker processes, then everything else
# on SQLite. Stops at the first part that fails, so that the last lines are always pytest's own. What is slow
# comes first in each part, and a worker that has nothing left takes over from the other (worksteal).
set -uo pipefail
cd "$(dirname "$0")/.."
templates=$(mktemp -d) || exit 1 # migrated databases to copy, made by the first part that wants them
trap 'rm -rf "$templates"' EXIT
export YAKUBA_TEST_TEMPLATES=$templates
part() {
  printf '== %s\n' "$1"
  shift
  .venv/bin/python -m pytest -p no:cacheprovider -n 2 --dist worksteal "$@"
  local status=$?
  [ $status -eq 5 ] && return 0 # nothing to run in this part
  [ $status -eq 0 ] || exit $status
}
part "PostgreSQL" --database=postgresql -m "(not browser and not workers) or on_postgresql"
# These files alone: the others need not be read to find that they have neither.
mapfile -t own < <(grep -rlE 'mark\.(browser|workers)' --include='test_*.py' tests)
part "SQLite: browsers and workers" -m "browser or workers" "${own[@]}"
part "SQLite" -m "not browser and not workers"
