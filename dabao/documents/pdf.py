"""A docx as PDF, where LibreOffice is installed."""

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SECONDS = 25


class NoPdfError(RuntimeError):
    """LibreOffice is missing, or did not finish in time."""


@cache
def _program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def available() -> bool:
    return _program() is not None


def convert(document: bytes) -> bytes:
    """The PDF of a docx; two calls at once do not meet. Raises NoPdfError."""
    program = _program()
    if program is None:
        raise NoPdfError("这台服务器没有装 LibreOffice。请下载 docx。")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "paper.docx"
        source.write_bytes(document)
        command = [
            program,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
            str(source),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            return source.with_suffix(".pdf").read_bytes()
        except (subprocess.SubprocessError, FileNotFoundError) as failed:
            raise NoPdfError("LibreOffice 没有按时转完。请下载 docx，或稍后再试。") from failed
