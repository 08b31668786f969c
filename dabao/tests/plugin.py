"""Loaded before the settings (`-p` in pytest.ini): tests have a data folder, keys and servers of their own.

The folder is `<DABAO_DATA_DIR or var>/tests`; its PostgreSQL does not wait for the disk, so it is for
nothing else. `make test` hands in a folder that is thrown away afterwards.
"""

import os
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

BASE = Path(__file__).resolve().parents[2]
SHARED_FIXTURES = (
    "dabao.tests.browser",
    "dabao.tests.cast",
    "screening.tests.reviews_cast",
    "screening.tests.warnings_cast",
    "supervision.tests.findings_cast",
    "supervision.tests.orders_cast",
    "supervision.tests.inspections_cast",
)

os.environ["DABAO_MODE"] = "demo"
if "PYTEST_XDIST_WORKER" not in os.environ:  # its workers inherit the folder
    os.environ["DABAO_DATA_DIR"] = str(
        Path(os.environ.get("DABAO_DATA_DIR", BASE / "var")).resolve() / "tests"
    )
os.environ["DABAO_EMBEDDED_THROWAWAY"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's sync API keeps an event loop in the thread
for name in ("DATABASE_URL", "REDIS_URL", "DABAO_TODAY", "SECRET_KEY", "DABAO_FIELD_KEY", "PORT"):
    os.environ.pop(name, None)


# A busy machine is no fault of the code: invariants are looked for, not speed.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Fixtures of all apps, loaded when Django stands, for the cast imports models."""
    for module in SHARED_FIXTURES:
        if find_spec(module):
            config.pluginmanager.import_plugin(module)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a test left out is a failure: a machine without a browser has tested nothing there."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"left out although CI=true: {report.longrepr}"
    return report
