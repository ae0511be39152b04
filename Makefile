# Sonmat. `make help` lists what can be made; `make demo` and `make test` need nothing but Debian or Ubuntu.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON_IN := $(BIN)/python
READY := $(VENV)/.ready
SAMPLES := $(wildcard tests/samples/*.jpg)

.PHONY: help setup demo test check format bench bench-capture bench-drawing bench-service bench-fuzz stack release-check clean

help: ## 이 목록 · this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## 필요한 것을 갖춘다 · system packages and the virtual environment

$(READY): pyproject.toml deploy/setup.sh
	VENV=$(VENV) deploy/setup.sh
	@touch $@

demo: $(READY) ## 보기 사진으로 글꼴을 만든다 · make a font from the sample photographs
	$(BIN)/sonmat make $(SAMPLES) --name "손맛 데모" --out out/demo

test: check ## 모든 검사와 시험 · every check and every test
	$(BIN)/pytest

check: $(READY) ## 꼴, 형, 방 사이의 화살표 · format, lint, types and the arrows between rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## 꼴을 고친다 · put the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: bench-capture bench-drawing bench-service ## 모든 잣대 · every benchmark

bench-capture: $(READY) ## 사진 읽기의 잣대 · capture on simulated photographs with known truth
	$(PYTHON_IN) -m collector.simulator.bench

bench-drawing: $(READY) ## 그리기의 잣대 · drawing on hands that training never saw, beside baselines
	for set in 256 100 28; do $(BIN)/sonmat evaluate --direct --set $$set --out out/bench-drawing/$$set || exit; done

bench-service: $(READY) ## 서비스의 잣대 · faults and load on real servers, beside a reference (50 jobs a fault: half an hour)
	$(PYTHON_IN) -m tests.service $(BENCH_SERVICE)

bench-fuzz: $(READY) ## 부서진 것의 잣대 · 10,000 broken pictures at the reader, requests of every kind at the service
	$(PYTHON_IN) -m tests.fuzz.reading
	$(PYTHON_IN) -m tests.fuzz.service

stack: $(READY) ## 서비스의 모든 프로세스 · a font through all processes of compose.yaml, with real servers, no containers
	$(PYTHON_IN) -m tests.service.compose_stack

release-check: demo ## 글꼴 검사 · OTS, old and new HarfBuzz, FreeType, LibreOffice and fontbakery on the demo's font
	command -v soffice >/dev/null || [ "$$(id -u)" != 0 ] || \
		apt-get install -y -q --no-install-recommends libreoffice-writer-nogui poppler-utils || true
	$(PYTHON_IN) -m pip install --quiet --disable-pip-version-check --editable '.[release]'
	$(PYTHON_IN) -m fontbuild.checks.release_check out/demo/*.ttf

clean: ## 만든 것을 지운다 (환경은 남긴다) · remove what was made; the environment stays
	rm -rf out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
