"""Log lines: ids only, one event one line (D06)."""

import logging


class OneLineFormatter(logging.Formatter):
    """Escapes line ends and control characters of the message, so that nobody can forge a line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 logging's name
        line = super().formatMessage(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
