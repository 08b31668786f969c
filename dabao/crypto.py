"""Sealed fields: SM4-GCM for what must be read again, HMAC-SM3 for what must be found again (P01).

A sealed value is one version-and-key byte, a 12-byte nonce, a 16-byte tag and the ciphertext. The blind
index of a whole number and of its last four characters let the database match and search without the key.
Nothing here is called by accident: unsealing is explicit, so that every place that reads a number shows it.
"""

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

_NONCE, _TAG = 12, 16


class WrongKeyError(Exception):
    """A sealed value that none of the keys opens."""


def _hmac(key: bytes, message: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


@cache
def _keys() -> dict[int, bytes]:
    """SM4 keys by their byte, the one in use first; older ones stay readable until everything is resealed."""
    masters = [settings.DABAO_FIELD_KEY, *getattr(settings, "DABAO_FIELD_KEYS_OLD", [])]
    return {_hmac(master, b"key id")[0]: _hmac(master, b"seal")[:16] for master in masters}


@cache
def _cipher() -> tuple[bytes, algorithms.SM4]:
    """Byte and algorithm of the key in use, made once: an import seals a hundred thousand values."""
    key_id, key = next(iter(_keys().items()))
    return bytes([key_id]), algorithms.SM4(key)


@cache
def _blind(purpose: bytes) -> hmac.HMAC:
    """The blind index begun with its purpose, to be copied and finished."""
    begun = hmac.HMAC(_hmac(settings.DABAO_FIELD_KEY, b"blind index"), hashes.SM3())
    begun.update(purpose)
    return begun


def _finish(begun: hmac.HMAC, message: bytes) -> bytes:
    index = begun.copy()
    index.update(message)
    return index.finalize()


@cache
def chain_key() -> bytes:
    """Key of the audit chain (D03)."""
    return _hmac(settings.DABAO_FIELD_KEY, b"audit chain")


@cache
def file_key() -> bytes:
    """SM4 key of sealed files (E05)."""
    return _hmac(settings.DABAO_FIELD_KEY, b"files")[:16]


def key_mark() -> str:
    """Eight hexadecimal digits that tell field keys apart and tell nothing about them."""
    return _hmac(settings.DABAO_FIELD_KEY, b"mark")[:4].hex()


def sign(message: bytes) -> str:
    """HMAC-SM3 of a message that must come back unchanged, as hexadecimal digits."""
    return _hmac(_hmac(settings.DABAO_FIELD_KEY, b"signature"), message).hex()


def seal(value: str | bytes) -> bytes:
    """Seal a text or bytes; the same value gives another blob each time."""
    data = value.encode() if isinstance(value, str) else value
    key_id, algorithm = _cipher()
    nonce = os.urandom(_NONCE)
    encryptor = Cipher(algorithm, modes.GCM(nonce)).encryptor()
    sealed = encryptor.update(data) + encryptor.finalize()
    return key_id + nonce + encryptor.tag + sealed


def unseal_bytes(blob: bytes | memoryview) -> bytes:
    """The bytes behind a blob. Raises WrongKeyError when no key fits or a byte was changed."""
    blob = bytes(blob)
    key = _keys().get(blob[0]) if blob else None
    if key is None:
        raise WrongKeyError("no key for this value")
    nonce, tag = blob[1 : 1 + _NONCE], blob[1 + _NONCE : 1 + _NONCE + _TAG]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    try:
        return decryptor.update(blob[1 + _NONCE + _TAG :]) + decryptor.finalize()
    except InvalidTag as error:
        raise WrongKeyError("the value was changed or belongs to another key") from error


def unseal(blob: bytes | memoryview | None) -> str:
    """The text behind a blob; the empty string for None."""
    return unseal_bytes(blob).decode() if blob else ""


def blind(number: str) -> bytes:
    """Blind index (32 bytes) of a whole number, as normalised by `screening.rules.identity`."""
    return _finish(_blind(b"whole:"), number.encode())


def blind_last4(number: str) -> bytes:
    """Blind index of the last four characters of a number."""
    return _finish(_blind(b"last4:"), number[-4:].encode())


def chain(previous: bytes, message: bytes) -> bytes:
    """Next link of the audit chain."""
    return _hmac(chain_key(), previous + message)


def mask_id(number: str) -> str:
    """532326********1217: first six and last four, nothing of the birth date."""
    return f"{number[:6]}********{number[14:18]}" if len(number) >= 18 else "*" * len(number)


def mask_phone(number: str) -> str:
    """138****2217."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * len(number)
