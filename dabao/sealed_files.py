"""Whole files sealed with SM4-GCM, piece by piece: no plain copy of a backup ever lies on a disk (E05).

A sealed file is a mark and pieces: length (4 bytes), whether last (1), nonce (12), tag (16), ciphertext.
Each piece is bound to its place and to whether it is the last: a piece missing, moved or changed is noticed.
"""

import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from dabao import crypto

MARK = b"DABAO-SEALED-1\n"
PIECE = 1024 * 1024
_NONCE, _TAG = 12, 16


class BrokenFileError(Exception):
    """A sealed file that was cut off, changed, or sealed with another key."""


def _bound(number: int, last: bool) -> bytes:
    """What a piece is bound to: its place, and whether it ends the file."""
    return struct.pack(">Q?", number, last)


class SealingWriter:
    """Seals what is written to it into `target`; without the last piece, that of `close()`, nothing opens."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self._waiting, self._number = target, bytearray(), 0
        self._algorithm = algorithms.SM4(crypto.file_key())
        target.write(MARK)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:  # the last piece waits for close()
            self._piece(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        self._piece(bytes(self._waiting), last=True)

    def _piece(self, plain: bytes, *, last: bool) -> None:
        nonce = os.urandom(_NONCE)
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_bound(self._number, last))
        sealed = encryptor.update(plain) + encryptor.finalize()
        self._target.write(struct.pack(">I?", len(sealed), last) + nonce + encryptor.tag + sealed)
        self._number += 1


class OpeningReader:
    """Reads what a SealingWriter sealed. Raises BrokenFileError before it gives out a byte that is not so."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._ready, self._number, self._ended = source, bytearray(), 0, False
        self._algorithm = algorithms.SM4(crypto.file_key())
        if source.read(len(MARK)) != MARK:
            raise BrokenFileError("not a sealed file")

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._ready += self._piece()
        size = len(self._ready) if size < 0 else size
        given = bytes(self._ready[:size])
        del self._ready[:size]
        return given

    def _piece(self) -> bytes:
        head = self._source.read(5)
        if len(head) < 5:
            raise BrokenFileError("cut off")
        length, last = struct.unpack(">I?", head)
        if length > PIECE:
            raise BrokenFileError("changed")
        body = self._source.read(_NONCE + _TAG + length)
        nonce, tag, sealed = body[:_NONCE], body[_NONCE : _NONCE + _TAG], body[_NONCE + _TAG :]
        if len(sealed) < length or (last and self._source.read(1)):
            raise BrokenFileError("cut off or longer than it was")
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(_bound(self._number, last))
        try:
            plain = decryptor.update(sealed) + decryptor.finalize()
        except InvalidTag as error:
            raise BrokenFileError("changed, or sealed with another key") from error
        self._number, self._ended = self._number + 1, last
        return plain
