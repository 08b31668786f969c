"""Loaded before the settings (`-p` in pytest.ini): tests have a data folder, keys and servers of their own.

The folder is `<DABAO_DATA_DIR or var>/tests`; its PostgreSQL does not wait for the disk, so it is for
nothing else. `make test` hands in a folder that is thrown away afterwards.
"""

import os
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]

os.environ["DABAO_MODE"] = "demo"
os.environ["DABAO_DATA_DIR"] = str(Path(os.environ.get("DABAO_DATA_DIR", BASE / "var")).resolve() / "tests")
os.environ["DABAO_EMBEDDED_THROWAWAY"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's sync API keeps an event loop in the thread
for name in ("DATABASE_URL", "REDIS_URL", "DABAO_TODAY", "SECRET_KEY", "DABAO_FIELD_KEY", "PORT"):
    os.environ.pop(name, None)
