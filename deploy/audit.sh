#!/usr/bin/env bash
# Asks whether the locked releases have known holes (pip-audit). Run it by `make audit`.
# Ends with 1 where there are some, and with 0 where there are none or nobody can be asked: a check that fails without a
# network is soon switched off.
set -euo pipefail
cd "$(dirname "$0")/.."

locked=("$@")
[ $# -gt 0 ] || locked=(deploy/requirements.txt deploy/requirements-dev.txt)
arguments=()
for file in "${locked[@]}"; do arguments+=(--requirement "$file"); done
python="${VENV:-.venv}/bin/python"
errors="$(mktemp)"
trap 'rm -f "$errors"' EXIT
found="$("$python" -m pip_audit --disable-pip --require-hashes --progress-spinner off --format json \
    "${arguments[@]}" 2>"$errors")" || true
if ! "$python" -m json.tool <<<"$found" >/dev/null 2>&1; then
    echo "알아보지 못했습니다. Nothing is known of holes, pip-audit could not ask: $(tail -n 1 "$errors")"
    exit 0
fi
"$python" - "$found" <<'PYTHON'
import json
import sys

asked = json.loads(sys.argv[1])["dependencies"]
holes = [(each, hole) for each in asked for hole in each.get("vulns", [])]
for each, hole in holes:
    print(f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none yet'}")
if unknown := [each["name"] for each in asked if "skip_reason" in each]:
    print(f"알 수 없음. Nothing is known of {len(unknown)} of {len(asked)}: {', '.join(unknown)}")
if not holes:
    print("알려진 빈틈이 없습니다. No known holes in the rest." if unknown else "알려진 빈틈이 없습니다. No known holes.")
sys.exit(bool(holes))
PYTHON
