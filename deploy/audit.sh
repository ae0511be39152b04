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
if found="$("$python" -m pip_audit --disable-pip --require-hashes --progress-spinner off --format json \
    "${arguments[@]}" 2>/dev/null)"; then
    echo "알려진 빈틈이 없습니다. No known holes."
    exit 0
fi
if ! "$python" -m json.tool <<<"$found" >/dev/null 2>&1; then
    echo "물어볼 곳에 닿지 않아 알 수 없습니다. Nobody could be asked: nothing is known of holes."
    exit 0
fi
"$python" - "$found" <<'PYTHON'
import json
import sys

for each in json.loads(sys.argv[1])["dependencies"]:
    for hole in each.get("vulns", []):
        print(f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none yet'}")
PYTHON
exit 1
