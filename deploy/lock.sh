#!/usr/bin/env bash
# Writes requirements.txt and requirements-dev.txt anew: the newest releases that pyproject.toml allows, with hashes.
# Run it by `make lock`. torch is left out: its builds differ by where they come from (PyPI's with CUDA, PyTorch's index
# without), and so do their hashes; pyproject.toml pins its version, and it pins the CUDA libraries that it brings along.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp --directory)"
trap 'rm -rf "$folder"' EXIT
compile() {
    "${VENV:-.venv}/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --upgrade --output-file "$1" "${@:2}"
}
echo "setuptools>=77" >"$folder/build.in" # what builds our own package, which is installed without isolation

# Prints the packages of the first file that are neither torch's own nor in the second file.
without() {
    awk -v others="$2" '
        BEGIN { while ((getline line < others) > 0) if (line ~ /^[a-z0-9]/) { split(line, part, /[ ;]/); known[part[1]] = 1 } }
        /^[a-z0-9]/ { split($0, part, /[ ;]/); keep = !known[part[1]] && $0 !~ /^(torch|triton|nvidia-|cuda-)/ }
        keep' "$1"
}

compile "$folder/run.txt" pyproject.toml "$folder/build.in"
compile "$folder/all.txt" pyproject.toml "$folder/build.in" --extra dev --constraint "$folder/run.txt"
header() { echo "# $1; written by \`make lock\`, not by hand. Without torch: see lock.sh."; }
{
    header "What Sonmat runs with"
    without "$folder/run.txt" /dev/null
} >deploy/requirements.txt
{
    header "What its tests and checks need beside requirements.txt"
    without "$folder/all.txt" "$folder/run.txt"
} >deploy/requirements-dev.txt
