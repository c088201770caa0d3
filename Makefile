# Thin: the work is in make.py, which Windows runs directly.
PYTHON ?= python3
ARGS ?=

.PHONY: demo test check proof
demo test check proof:
	@$(PYTHON) make.py $@ $(ARGS)
