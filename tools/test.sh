#!/usr/bin/env bash
# The whole suite: PostgreSQL first, then what starts browsers and worker processes, then everything else
# on SQLite. Stops at the first part that fails, so that the last lines are always pytest's own.
set -uo pipefail
cd "$(dirname "$0")/.."
part() {
  printf '== %s\n' "$1"
  shift
  .venv/bin/python -m pytest -p no:cacheprovider "$@"
  local status=$?
  [ $status -eq 5 ] && return 0 # nothing to run in this part
  [ $status -eq 0 ] || exit $status
}
part "PostgreSQL" --database=postgresql -n 2 --dist loadfile -m "not browser and not workers"
part "PostgreSQL: a later round in the browser" --database=postgresql tests/nursery/later/test_in_browser.py
part "SQLite: browsers and workers" -n 2 --dist loadfile -m "browser or workers"
part "SQLite" -n 2 --dist loadfile -m "not browser and not workers"
