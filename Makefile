# Sonmat. `make help` lists what can be made; `make demo` and `make test` need nothing but Debian or Ubuntu.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON_IN := $(BIN)/python
READY := $(VENV)/.ready
# Vector units that PyTorch and oneDNN are held to; AVX-512 where the processor has it.
VECTOR_UNITS := default:SSE41 $(if $(shell grep -m1 -w avx2 /proc/cpuinfo),avx2:AVX2) \
	$(if $(shell grep -m1 -w avx512bw /proc/cpuinfo),avx512:AVX512_CORE)
TESTS_OF_NUMBERS := tests/generator tests/trainer/evaluation $(wildcard tests/trainer/test_[als]*.py)
SAMPLES := $(wildcard tests/samples/*.jpg)

.PHONY: help setup demo test test-vector-units check format bench bench-capture bench-drawing bench-service bench-fuzz stack release-check lock audit clean

help: ## 이 목록 · this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## 필요한 것을 설치한다 · install system packages and the virtual environment

$(READY): pyproject.toml deploy/setup.sh deploy/requirements.txt deploy/requirements-dev.txt
	VENV=$(VENV) deploy/setup.sh
	@touch $@

demo: $(READY) ## 예시 사진으로 글꼴을 만든다 · make a font from the sample photographs
	$(BIN)/sonmat make $(SAMPLES) --name "손맛 데모" --out out/demo

test: check ## 모든 검사와 시험 · every check and every test, and how much of the code they run
	$(BIN)/pytest --cov

test-vector-units: $(READY) ## 셈이 다른 처리기의 시험 · tests of numbers on every vector unit this processor has, with 1, 2 and 4 threads
	for unit in $(VECTOR_UNITS); do for threads in 1 2 4; do \
		echo "$$unit, $$threads threads"; \
		ATEN_CPU_CAPABILITY=$${unit%:*} ONEDNN_MAX_CPU_ISA=$${unit#*:} OMP_NUM_THREADS=$$threads \
			$(BIN)/pytest $(TESTS_OF_NUMBERS) || exit; \
	done; done

check: $(READY) ## 코드 형식, 타입, 패키지 사이의 의존 방향 · format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## 코드 형식을 고친다 · format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: bench-capture bench-drawing bench-service ## 모든 벤치마크 · every benchmark

bench-capture: $(READY) ## 사진 읽기 벤치마크 · capture on simulated photographs with known ground truth
	$(PYTHON_IN) -m collector.simulator.bench

bench-drawing: $(READY) ## 그리기 벤치마크 · drawing on hands outside the training data, with baselines
	for set in 256 100 28; do $(BIN)/sonmat evaluate --direct --set $$set --out out/bench-drawing/$$set || exit; done

bench-service: $(READY) ## 서비스 벤치마크 · faults and load on real servers, with a reference (50 jobs per fault: half an hour)
	$(PYTHON_IN) -m tests.service $(BENCH_SERVICE)

bench-fuzz: $(READY) ## 퍼즈 시험 · 10,000 broken pictures and every kind of request
	$(PYTHON_IN) -m tests.fuzz.reading
	$(PYTHON_IN) -m tests.fuzz.service
	$(PYTHON_IN) -m tests.fuzz.hostile

stack: $(READY) ## 서비스 전체 · a font through all processes of compose.yaml, with real servers, without containers
	$(PYTHON_IN) -m tests.service.compose_stack

release-check: demo ## 글꼴 검사 · OTS, old and new HarfBuzz, FreeType, LibreOffice and fontbakery on the demo's font
	command -v soffice >/dev/null || [ "$$(id -u)" != 0 ] || \
		apt-get install -y -q --no-install-recommends libreoffice-writer-nogui poppler-utils || true
	$(PYTHON_IN) -m pip install --quiet --disable-pip-version-check --editable '.[release]'
	$(PYTHON_IN) -m fontbuild.checks.release_check out/demo/*.ttf

lock: $(READY) ## 꾸러미 판을 새로 잠근다 · lock the newest releases that pyproject.toml allows, with hashes
	$(PYTHON_IN) -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	VENV=$(VENV) deploy/lock.sh

audit: $(READY) ## 알려진 빈틈을 묻는다 · known holes of the locked releases; does not fail without a network
	$(PYTHON_IN) -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.7'
	VENV=$(VENV) deploy/audit.sh

clean: ## 만든 파일을 지운다 (가상 환경은 남긴다) · remove made files; keep the virtual environment
	rm -rf out build dist *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
