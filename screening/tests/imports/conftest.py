"""`desk(kind, rows, …)` imports rows as the command does and returns its JSON."""

from pathlib import Path
from typing import Any

import pytest

from screening.tests.imports import sheets


@pytest.fixture
def desk(county: Any, tmp_path: Path, settings: Any) -> Any:
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")

    def run(kind: str, rows: Any, **options: Any) -> dict[str, Any]:
        headings = options.pop("headings", getattr(sheets, kind.upper()))
        return sheets.bring_in(tmp_path, kind, (headings, rows), **options)

    return run
