#!/usr/bin/env bash
# `make days`: the tests that read no browser, on days and at hours that are not today's. A town hall runs
# this for years: a test (or a rule) that only holds today is a fault. Needs Debian's package `faketime`.
# make days DAYS="2028-02-29T03:00:00 2026-12-31T14:58:30" picks others; times are UTC, Japan is nine hours on.
# MARKS="browser and not workers" asks the tests with browsers; worker processes wait wrongly under faketime.
set -uo pipefail
cd "$(dirname "$0")/.."
command -v faketime >/dev/null || { echo "days: faketime is not installed (apt install faketime)" >&2; exit 2; }
# A month's and a year's end in Japan with midnight in between, the last of February, the change of the school
# year, a leap day, a day some years on.
days=${1:-2026-11-30T16:00:00 2026-12-31T14:58:30 2027-02-28T20:00:00 2027-03-31T14:58:30 2028-02-29T03:00:00 2029-05-30T23:00:00}
failed=0
for day in $days; do
  printf '=== %s UTC\n' "$day"
  TZ=UTC faketime "${day/T/ }" .venv/bin/python -m pytest -n 2 --dist worksteal -q -p no:cacheprovider \
    -m "${MARKS:-not browser and not workers}" || failed=1
done
exit "$failed"
