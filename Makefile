# Thin: the work is in make.py, which Windows runs directly.
PYTHON ?= python3
ARGS ?=

.PHONY: demo test lint check proof
demo test lint check proof:
	@$(PYTHON) make.py $@ $(ARGS)
