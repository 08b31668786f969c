"""Six digits of a moment and a secret (RFC 6238: SHA-1, 30 seconds), as authenticator apps make them."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

SECRET_BYTES = 20
SECONDS, DIGITS = 30, 6
SLACK = 1  # steps that the phone's clock may be off, either way


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """The secret to type in by hand: base32 in groups of four."""
    letters = base64.b32encode(secret).decode()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """What the picture to scan holds (`otpauth://totp/…`)."""
    query = urlencode({"secret": base64.b32encode(secret).decode(), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def code(secret: bytes, step: int) -> str:
    """The digits of one step of 30 seconds."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // SECONDS


def matching_step(secret: bytes, typed: str, *, at: datetime, after: int) -> int | None:
    """The step whose digits were typed, later than `after` (a code serves once); None when there is none."""
    now = step_of(at)
    for step in range(now - SLACK, now + SLACK + 1):
        if step > after and hmac.compare_digest(code(secret, step).encode(), typed.encode()):
            return step
    return None
