#!/usr/bin/env bash
# The whole suite: PostgreSQL first, then what starts browsers and worker processes, then everything else
# on SQLite. Stops at the first part that fails, so that the last lines are always pytest's own. What is slow
# comes first in each part, and a worker that has nothing left takes over from the other (worksteal).
set -uo pipefail
cd "$(dirname "$0")/.."
# Hundreds of processes start: each would compile the product and the tests anew.
unset PYTHONDONTWRITEBYTECODE
.venv/bin/python -m compileall -q -j 0 src
templates=$(mktemp -d) || exit 1 # migrated databases to copy, made by the first part that wants them
trap 'rm -rf "$templates"' EXIT
export YAKUBA_TEST_TEMPLATES=$templates
part() { # what it is called, how many workers, what pytest is told besides
  printf '== %s\n' "$1"
  local workers=$2
  shift 2
  .venv/bin/python -m pytest -p no:cacheprovider -n "$workers" --dist worksteal "$@"
  local status=$?
  [ $status -eq 5 ] && return 0 # nothing to run in this part
  [ $status -eq 0 ] || exit $status
}
part "PostgreSQL" 2 --database=postgresql -m "(not browser and not workers) or on_postgresql"
# These files alone: the others need not be read to find that they have neither.
mapfile -t own < <(grep -rlE 'mark\.(browser|workers)' --include='test_*.py' tests)
# These wait for other processes much of the time: more workers use what two leave of two processors.
part "SQLite: browsers and workers" 5 --dist load --maxschedchunk 1 -m "browser or workers" "${own[@]}"
part "SQLite" 2 -m "not browser and not workers"
