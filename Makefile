# make run   everything from nothing: environment, demo data, servers; prints the address
# make test  all tests, on a throwaway PostgreSQL and Redis
# make lint  all static checks

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
DABAO_DATA_DIR ?= var
export DABAO_DATA_DIR

.PHONY: run test lint environment development browser

run: environment
	@exec $(BIN)/python -m dabao.trial

# What running needs stands in requirements.txt above the line "# Development".
environment:
	@$(call install,sed '/^# Development/Q' requirements.txt,run)

development:
	@$(call install,cat requirements.txt,all)

# $(call install,COMMAND that prints requirements,NAME): skipped while those requirements are the same.
define install
	wanted="$$($(1) | sha256sum | cut -c1-64)"; \
	[ "$$(cat .venv/.requirements-$(2) 2>/dev/null)" = "$$wanted" ] && exit 0; \
	if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'; then \
		echo "需要 Python 3.11。请先安装（Debian 12：apt install python3 python3-venv），再重新执行。" >&2; exit 2; fi; \
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "缺少 python3-venv。请先安装（Debian 12：apt install python3-venv），再重新执行。" >&2; exit 2; fi; \
	[ -x $(BIN)/pip ] || $(PYTHON) -m venv --clear .venv || exit 1; \
	echo "正在安装依赖（首次约一两分钟）……"; \
	$(1) > .venv/requirements-$(2).txt; \
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check \
		-r .venv/requirements-$(2).txt || exit 1; \
	echo "$$wanted" > .venv/.requirements-$(2)
endef

test: development browser
	@folder="$$(mktemp -d)"; trap 'rm -rf "$$folder"' EXIT; \
	DABAO_DATA_DIR="$$folder" $(BIN)/pytest -q -n 2 $(ARGS)

browser:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null && exit 0; fi; \
	echo "没有 Chromium：浏览器测试（标记 browser）将跳过。安装：apt install chromium fonts-noto-cjk" >&2

lint: development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy $(wildcard */rules */rules.py */queries */queries*.py */services */services*.py)
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files '*.html')
	$(BIN)/djlint --lint --quiet templates
	@DABAO_MODE=production SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		DABAO_FIELD_KEY="$$(openssl rand -hex 32)" ALLOWED_HOSTS=dabao.example \
		DATABASE_URL=postgres://unused@127.0.0.1/unused REDIS_URL=redis://127.0.0.1 \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run
