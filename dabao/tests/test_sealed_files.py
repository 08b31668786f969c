"""Sealed files: what went in comes out, and nothing else ever does."""

from io import BytesIO

import pytest

from dabao.sealed_files import MARK, PIECE, BrokenFileError, OpeningReader, SealingWriter

HEAD = 5 + 12 + 16  # of each piece


def sealed(data: bytes) -> bytes:
    target = BytesIO()
    writer = SealingWriter(target)
    writer.write(data)
    writer.close()
    return target.getvalue()


def opened(blob: bytes) -> bytes:
    return OpeningReader(BytesIO(blob)).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5])
def test_every_length_comes_back(size):
    data = bytes(at % 251 for at in range(size))
    assert opened(sealed(data)) == data


def test_small_writes_and_small_reads_give_the_same():
    target = BytesIO()
    writer = SealingWriter(target)
    for _ in range(3000):
        writer.write(b"x" * 700)
    writer.close()
    reader = OpeningReader(BytesIO(target.getvalue()))
    pieces = list(iter(lambda: reader.read(999), b""))
    assert b"".join(pieces) == b"x" * 2_100_000
    assert {len(piece) for piece in pieces[:-1]} == {999}


TWO = sealed(b"a" * PIECE + b"b" * PIECE)
FIRST = slice(len(MARK), len(MARK) + HEAD + PIECE)


@pytest.mark.parametrize(
    "broken",
    [
        TWO[:-1],
        TWO[: FIRST.stop],
        TWO[: len(MARK)],
        TWO + b"x",
        MARK + TWO[FIRST.stop :],
        MARK + TWO[FIRST.stop :] + TWO[FIRST],
        TWO[:-1] + bytes([TWO[-1] ^ 1]),
        b"PK" + TWO,
    ],
    ids=[
        "one byte short",
        "last piece gone",
        "only the mark",
        "longer",
        "first piece gone",
        "swapped",
        "a bit",
        "a zip",
    ],
)
def test_what_was_cut_moved_or_changed_does_not_open(broken):
    with pytest.raises(BrokenFileError):
        opened(broken)
