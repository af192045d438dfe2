# make demo   train a teacher and plain networks, compare them
# make test   everything that needs nothing but the environment; what CI runs
# make lint   style
# make site   the documentation as a site
# make demo-micro   the demo's teacher and student for a microcontroller
# make coverage, mutation, test-inputs   what the tests run, notice and refuse,
#             see docs/testing.md and docs/reliability.md
# make test-data, test-faults, test-forks, test-slow, test-openvino,
#      test-executorch, test-micro, test-mim, test-downstream   what needs
#             large files, time or an environment of its own, see
#             docs/testing.md
# Each builds .venv from the pinned set if it is missing or stale.
PYTHON ?= python3
VENV := .venv
PINNED := requirements/constraints.txt
# What $(VENV) is built from; the layers on top name their own.
REQUIREMENTS := $(PINNED) setup.py $(patsubst %,requirements/%.txt,runtime mmdeploy tests demo deploy docs)
BIN := $(VENV)/bin
# mmcv-lite is the module mmcv without compiled ops, which nothing here needs.
MM_LIBRARIES := mmcv-lite mmengine mmpretrain -r requirements/mmdeploy.txt
FORKS := onedl-mmcv onedl-mmengine onedl-mmpretrain

# An environment on top of $(VENV): what it adds comes first, the rest is shared.
define layer
	rm -rf $(1)
	$(BIN)/python -m venv $(1)
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" > \
	    $$($(1)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/shared.pth
	$(1)/bin/python -m pip install -q --disable-pip-version-check $(2)
	$(1)/bin/python -m pip uninstall -q -y opencv-python
endef

.PHONY: benchmark benchmark-micro coverage demo demo-micro mutation site test test-benchmark test-data test-executorch test-faults test-forks test-inputs test-micro test-openvino test-mim test-downstream test-slow lint env clean

demo: env
	$(BIN)/python tools/demo.py

# A process for each core; one that is idle takes over tests of another.
test: env lint
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal \
	    --cov --cov-report= --cov-fail-under=95

# Every wrong input that we know, and what becomes of it: some minutes
test-inputs: env
	$(BIN)/python -m tests.wrong_inputs.replay

# Which lines of rd_plugins the tests do not run
coverage: test
	$(BIN)/coverage report --show-missing

# Which changes of the numerical core the tests notice: about an hour
mutation: env
	$(BIN)/python -m tests.mutation

# The whole demo, every tool in a process of its own
test-slow: env
	$(BIN)/python -m pytest -m slow

# Trainings that are killed and resumed, and ranks that stop: KILLS=200 of them
KILLS ?= 200
test-faults: env
	RD_KILLS=$(KILLS) $(BIN)/python -m pytest -m faults -s

# All tests with the maintained forks of MMEngine, MMCV and MMPretrain
test-forks:
	$(MAKE) env VENV=$(VENV)-forks MM_LIBRARIES="$(FORKS)"
	$(VENV)-forks/bin/python -m pytest -n auto --maxprocesses 8 --dist worksteal

# Needs large files, see docs/testing.md: make test-data RD_DATA=FOLDER
test-data: env
	@test -n "$(RD_DATA)" || { echo "error: name the folder of large files, make test-data RD_DATA=FOLDER; see docs/testing.md" >&2; exit 2; }
	RD_DATA=$(RD_DATA) $(BIN)/python -m pytest -m data

# Exports for OpenVINO; ONNX Runtime, ncnn and, with a GPU, TensorRT are in test
test-openvino: $(VENV)-openvino/complete
	PYTHONPATH=. $(VENV)-openvino/bin/python -m pytest tests/shipping/export -k openvino

# ExecuTorch, PyTorch's runtime for phones and microcontrollers
test-executorch: $(VENV)-executorch/complete
	PYTHONPATH=. $(VENV)-executorch/bin/python -m pytest \
	    tests/shipping/export/test_executorch.py tests/benchmark

$(VENV)-executorch/complete: $(VENV)/complete requirements/executorch.txt
	$(call layer,$(VENV)-executorch,-r requirements/executorch.txt)
	touch $@

# Microcontrollers: LiteRT, TFLite-Micro and Arm's compiler for the Ethos-U
test-micro: $(VENV)-micro/complete
	PYTHONPATH=. $(VENV)-micro/bin/python -m pytest tests/shipping/export/micro \
	    tests/shipping/export/test_micro.py tests/benchmark \
	    --cov=rd_plugins/shipping/export/micro --cov-config=/dev/null

benchmark-micro: $(VENV)-micro/complete
	PYTHONPATH=. sh docs/benchmarks/micro.sh $(VENV)-micro/bin/python

# Deploys what make demo trains, the rest of which is done first; 200 digits
define demo_micro
	PYTHONPATH=. $(VENV)-micro/bin/python tools/deploy.py configs/demo/$(1).py \
	    $$(cat work_dirs/demo/$(2)-seed0/last_checkpoint) --backend ethos-u \
	    --test --force --accelerator ethos-u55-128 --memory-mode Sram_Only $(3) \
	    --out work_dirs/demo/micro_$(2) \
	    --cfg-options test_dataloader.dataset.indices=200
endef

demo-micro: $(VENV)-micro/complete
	$(BIN)/python tools/demo.py
	$(call demo_micro,resnet56_mnist5k,teacher)
	$(call demo_micro,plain56_ce_mnist5k,fading,--rotate-180)

$(VENV)-micro/complete: $(VENV)/complete requirements/micro.txt
	$(call layer,$(VENV)-micro,-r requirements/micro.txt)
	touch $@

# Installs the package with mim, as a wheel and editable, and uses it
test-mim: $(VENV)-mim/complete
	$(VENV)-mim/bin/python -m pytest -m mim

$(VENV)-mim/complete: $(VENV)/complete requirements/mim.txt
	$(call layer,$(VENV)-mim,-r requirements/mim.txt)
	touch $@

# Plain backbones in MMDetection and MMSegmentation
test-downstream: $(VENV)-downstream/complete
	PYTHONPATH=. $(VENV)-downstream/bin/python -m pytest -m downstream

$(VENV)-downstream/complete: $(VENV)/complete requirements/downstream.txt
	$(call layer,$(VENV)-downstream,-r requirements/downstream.txt)
	touch $@

$(VENV)-openvino/complete: $(VENV)/complete requirements/openvino.txt
	$(call layer,$(VENV)-openvino,-r requirements/openvino.txt)
	$(VENV)-openvino/bin/python -m pip install -q --disable-pip-version-check \
	    --no-deps opencv-python-headless==4.11.0.86
	touch $@

# Backends of tools/analysis_tools/benchmark.py, and what it says of them here
test-benchmark: $(VENV)-benchmark/complete
	PYTHONPATH=. $(VENV)-benchmark/bin/python -m pytest tests/benchmark

benchmark: $(VENV)-benchmark/complete
	PYTHONPATH=. sh docs/benchmarks/run.sh $(VENV)-benchmark/bin/python

$(VENV)-benchmark/complete: $(VENV)/complete requirements/benchmark.txt
	$(call layer,$(VENV)-benchmark,-r requirements/benchmark.txt)
	touch $@

# The site, in build/site; a warning is an error
site: env
	$(BIN)/sphinx-build -q -W --keep-going docs build/site
	@echo "build/site/index.html"

lint: env
	$(BIN)/flake8
	$(BIN)/isort --check-only --diff .

env: $(VENV)/complete

# A half-finished environment has no mark and is built anew.
$(VENV)/complete: $(REQUIREMENTS)
	@echo "Building $(VENV) (several GB, about a minute with a fast network)"
	@$(PYTHON) -c "import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))" || \
	    { echo "error: $(PYTHON) is not Python 3.10 to 3.13; name one: make PYTHON=python3.11" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c $(PINNED) \
	    -r requirements/runtime.txt $(MM_LIBRARIES) \
	    -r requirements/tests.txt -r requirements/demo.txt \
	    -r requirements/deploy.txt -r requirements/docs.txt
	# The same OpenCV without windows, which needs no graphics libraries
	$(BIN)/python -m pip uninstall -q -y opencv-python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c $(PINNED) \
	    --no-deps opencv-python-headless
	$(BIN)/python -m pip install -q --disable-pip-version-check \
	    --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-* build dist *.egg-info rd_plugins/.mim
