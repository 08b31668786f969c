"""A file becomes sheets of raw cells, read by a child process so that a hostile file harms nothing (W05–W07).

The child is a plain subprocess (a Celery worker's daemon processes may not have multiprocessing children)
with an environment of its own: no keys, no database address.
"""

import marshal
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from screening.imports.container import RefusedError, column_letters
from screening.imports.limits import Limits

__all__ = ["Limits", "RawSheet", "RefusedError", "column_letters", "current_limits", "read_file"]

Cell = str | float | int


@dataclass
class RawSheet:
    """One worksheet: `rows[i]` is Excel row i + 1, cells from column A; `marks` are lost cells, both from
    0.
    """

    name: str
    hidden: bool
    rows: list[list[Any]] = field(default_factory=list)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)

    def has_values(self) -> bool:
        return any(cell != "" for row in self.rows for cell in row)


def current_limits() -> Limits:
    """The limits in force: the defaults, changed by `settings.IMPORT_LIMITS` ({"rows": 50000, …})."""
    return Limits(**getattr(settings, "IMPORT_LIMITS", {}))


def read_file(path: Path, file_name: str, limits: Limits | None = None) -> list[RawSheet]:
    """Sheets of the file in their order, hidden ones too; RefusedError with advice when it is not taken."""
    limits = limits or current_limits()
    extension = Path(file_name).suffix.lower().lstrip(".")
    if path.stat().st_size > limits.packed:
        raise RefusedError(f"文件超过 {limits.packed // 1024 // 1024} MB。请按乡镇拆成几个文件分别上传。")
    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        out = Path(folder) / "cells"
        code = _run_reader(path, extension, out, limits)
        if code != 0:
            raise RefusedError(
                "文件太大或结构异常，读取超出内存或时间限制。请只复制有数据的区域到一个新工作簿，再上传。"
            )
        return _load(out)


def _run_reader(path: Path, extension: str, out: Path, limits: Limits) -> int:
    root = Path(__file__).resolve().parents[2]
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONPATH": str(root)}
    command = [
        sys.executable,
        "-m",
        "screening.imports.reader_process",
        str(path.resolve()),
        extension,
        str(out),
    ]
    try:
        done = subprocess.run(
            [*command, limits.to_json()],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1
    return done.returncode


def _load(out: Path) -> list[RawSheet]:
    sheets: list[RawSheet] = []
    with out.open("rb") as stream:
        while True:
            item = marshal.load(stream)  # noqa: S302 - written by our own child
            if isinstance(item, list):
                sheets[-1].rows.extend(item)
            elif "refused" in item:
                raise RefusedError(item["refused"])
            elif "end" in item:
                return sheets
            else:
                sheets.append(RawSheet(item["sheet"], item["hidden"], [], item["marks"]))
