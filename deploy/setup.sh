#!/usr/bin/env bash
# Everything Sonmat needs on Debian or Ubuntu: system packages (installed when root, asked for by name when not),
# then the virtual environment. Safe to run again; `make setup` does so only when this file, pyproject.toml or the lock changed.
set -euo pipefail
cd "$(dirname "$0")/.."

venv="${VENV:-.venv}"

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 \
            && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
}

has_library() { PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep "$1" >/dev/null; }
has_program() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }
has_font() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name "$1" -print -quit 2>/dev/null)" ]; }

# Packages that Sonmat needs to run, and packages that only the tests and the evaluation use.
missing_needed() {
    [ -n "$(find_python)" ] || echo python3
    local python
    python="$(find_python)"
    [ -z "$python" ] || "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || echo python3-venv
    has_program potrace || echo potrace
    has_program pdftoppm || echo poppler-utils
    has_library 'libGL\.so\.1' || echo libgl1
    has_library 'libglib-2\.0\.so\.0' || echo libglib2.0-0
}

missing_for_tests() {
    has_program mariadbd || echo mariadb-server
    has_program promtool || echo prometheus
    has_program chromium || has_program chromium-browser || has_program google-chrome || echo chromium
    has_program fc-query || echo fontconfig
    has_font NanumGothic.ttf || echo fonts-nanum
    has_font NanumPen.ttf || echo fonts-nanum-extra
    has_font UnBatang.ttf || echo fonts-unfonts-core
    has_font UnPenheulim.ttf || echo fonts-unfonts-extra
}

# Installs packages and prevents them from starting services: no database server should run in the background.
install_packages() {
    local guard=/usr/sbin/policy-rc.d made_guard="" status=0
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$guard"
        chmod +x "$guard"
        made_guard=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" || status=$?
    [ -z "$made_guard" ] || rm -f "$guard"
    return "$status"
}

# A package that the archive lacks, or cannot send, must not prevent the others.
install_singly() {
    local package
    for package in "$@"; do
        install_packages "$package" || echo "Not installed: $package. Tests that need it will be skipped." >&2
    done
}

system_packages() {
    local needed for_tests
    needed="$(missing_needed | xargs)"
    for_tests="$(missing_for_tests | xargs)"
    [ -n "$needed$for_tests" ] || return 0
    if [ "$(id -u)" = 0 ] && has_program apt-get; then
        apt-get update -q || echo "apt-get update failed; trying with the lists that are here" >&2
        # shellcheck disable=SC2086
        if [ -n "$needed" ]; then install_packages $needed; fi
        # shellcheck disable=SC2086
        if [ -n "$for_tests" ]; then
            install_packages $for_tests || install_singly $for_tests
        fi
        return 0
    fi
    if [ -n "$for_tests" ]; then
        echo "시험에만 쓰는 꾸러미가 없습니다. Some tests will be skipped without: $for_tests" >&2
    fi
    if [ -n "$needed" ]; then
        echo "다음을 먼저 설치하세요. Please install first:" >&2
        echo "    sudo apt-get install $needed" >&2
        return 1
    fi
}

system_packages
python="$(find_python)"
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$venv"
fi
install() { "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --retries 5 --timeout 60 "$@"; }
install --require-hashes --requirement deploy/requirements.txt --requirement deploy/requirements-dev.txt
# Without hashes (lock.sh says why), with what CUDA builds bring along.
install "$("$venv/bin/python" -c 'import tomllib
print(*[each for each in tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"] if each.startswith("torch")])')"
install --no-deps --no-build-isolation --editable .
