"""Limits of an uploaded list (W05, W06). Plain values only: the reading process knows no Django."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Limits:
    """Absolute limits; sizes in bytes, time in seconds. `rows` counts to the last row with a value."""

    packed: int = 20 * 1024 * 1024
    unpacked: int = 200 * 1024 * 1024
    parts: int = 2_000
    rows: int = 100_000
    columns: int = 200
    memory: int = 1024 * 1024 * 1024
    seconds: int = 120

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Limits":
        return cls(**json.loads(text))
