"""Photos as they come from phones: hostile files, what the camera wrote, size, upright (C08; W05, P02)."""

import io
import struct
import zlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from PIL import ExifTags, Image

from dabao import pictures

SHANGHAI = ZoneInfo("Asia/Shanghai")
HERE = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (25.0, 43.0, 12.0),
    ExifTags.GPS.GPSLongitudeRef: "E",
    ExifTags.GPS.GPSLongitude: (101.0, 19.0, 48.0),
}


def photo(size=(800, 600), kind="JPEG", *, when="2020:03:29 10:12:05", gps=None, offset=None, turn=None):
    """An invented photo: red on the left, green on the right, with EXIF as a phone writes it."""
    image = Image.new("RGB", size, "green")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "INVENTED-PHONE"
    if turn:
        exif[ExifTags.Base.Orientation] = turn
    if when:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = when
    if offset:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = offset
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    target = io.BytesIO()
    image.save(target, kind, exif=exif)
    return target.getvalue()


def noise(size):
    """A photo that no quality makes small enough for its size."""
    target = io.BytesIO()
    Image.effect_noise(size, 120).convert("RGB").save(target, "JPEG", quality=95)
    return target.getvalue()


def png_that_says(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0")), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif():
    target = io.BytesIO()
    Image.new("P", (8, 8)).save(target, "GIF")
    return target.getvalue()


def read(content):
    return pictures.read(io.BytesIO(content))


def opened(content):
    return Image.open(io.BytesIO(content))


def colour(content, place):
    red, green, _ = opened(content).convert("RGB").getpixel(place)
    return "red" if red > green else "green"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_that_the_page_names_is_kept_as_jpeg(kind):
    kept = read(photo(kind=kind))
    assert (opened(kept.content).format, opened(kept.small).format) == ("JPEG", "JPEG")
    assert (kept.width, kept.height) == (800, 600)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\0" + b"\0" * 600, "不是照片"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "不是照片"),
        (b"<html><script>alert(1)</script>", "不是照片"),
        (b"%PDF-1.4", "不是照片"),
        (gif(), "不是照片"),
        (b"", "不是照片"),
        (photo()[:2000], "损坏"),
        (photo(kind="PNG")[:200], "损坏"),
        (b"\xff\xd8\xff\xe0 photo", "损坏"),
        (png_that_says(8000, 7000), "五千万"),
        (png_that_says(60000, 60000), "五千万"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "HEIC"),
    ],
    ids=["exe", "svg", "html", "pdf", "gif", "empty", "cut", "cut png", "a head", "56 MP", "bomb", "heic"],
)  # fmt: skip
def test_what_is_no_photo_is_refused_in_words(content, words):
    with pytest.raises(pictures.RefusedError, match=words):
        read(content)


@pytest.mark.parametrize(("over", "fits"), [(-1, True), (0, True), (1, False)])
def test_the_limit_of_bytes_is_kept_to_the_byte(over, fits):
    content = photo().ljust(pictures.LARGEST_FILE + over, b"\0")
    if fits:
        assert read(content).width == 800
    else:
        with pytest.raises(pictures.RefusedError, match="15 MB"):
            read(content)


def test_nothing_that_the_camera_wrote_is_in_the_stored_bytes():
    original = photo(gps=HERE, when="2020:03:29 10:12:05")
    kept = read(original)
    for content in (kept.content, kept.small):
        assert b"Exif" not in content
        assert b"INVENTED-PHONE" not in content
        assert b"2020:03:29" not in content
        assert not opened(content).getexif()
    assert b"INVENTED-PHONE" in original


def test_comments_and_text_chunks_go_too():
    target = io.BytesIO()
    Image.new("RGB", (50, 50)).save(target, "JPEG", comment=b"phone 13812345678")
    assert b"13812345678" not in read(target.getvalue()).content


@pytest.mark.parametrize(
    ("said", "offset", "taken"),
    [
        ("2020:03:29 10:12:05", None, datetime(2020, 3, 29, 10, 12, 5, tzinfo=SHANGHAI)),
        ("2020:03:29 10:12:05", "+08:00", datetime(2020, 3, 29, 10, 12, 5, tzinfo=SHANGHAI)),
        ("2020:03:28 23:30:00", "+07:00", datetime(2020, 3, 29, 0, 30, tzinfo=SHANGHAI)),
        ("0000:00:00 00:00:00", None, None),
        ("yesterday", None, None),
        (None, None, None),
    ],
)
def test_the_cameras_clock_is_ours_unless_it_says_another_zone(said, offset, taken):
    assert read(photo(when=said, offset=offset)).taken_at == taken


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        (HERE, (25.72, 101.33)),
        (HERE | {ExifTags.GPS.GPSLatitudeRef: "S", ExifTags.GPS.GPSLongitudeRef: "W"}, (-25.72, -101.33)),
        ({}, (None, None)),
        (HERE | {ExifTags.GPS.GPSLatitude: (91.0, 0.0, 0.0)}, (None, None)),
        (HERE | {ExifTags.GPS.GPSLatitude: (25.0,)}, (None, None)),
        (
            HERE | {ExifTags.GPS.GPSLatitude: (0.0, 0.0, 0.0), ExifTags.GPS.GPSLongitude: (0.0, 0.0, 0.0)},
            (None, None),
        ),
    ],
)
def test_a_place_is_taken_whole_or_not_at_all(gps, place):
    kept = read(photo(gps=gps))
    assert (kept.latitude, kept.longitude) == place


def test_a_large_photo_is_shrunk_to_its_longest_side_and_weight():
    kept = read(noise((4000, 3000)))
    assert (kept.width, kept.height) == (1600, 1200)
    assert len(kept.content) < 4 * pictures.STORED_BYTES  # pure noise: nothing real is as large
    assert max(opened(kept.small).size) == 320
    assert len(read(photo((4000, 3000))).content) <= pictures.STORED_BYTES


def test_a_small_photo_is_not_blown_up():
    assert read(photo((300, 200))).width == 300


@pytest.mark.parametrize(
    ("turn", "size", "left", "right"),
    [
        (1, (800, 600), "red", "green"),
        (3, (800, 600), "green", "red"),
        (2, (800, 600), "green", "red"),
        (6, (600, 800), None, None),
        (8, (600, 800), None, None),
        (99, (800, 600), "red", "green"),
    ],
)
def test_a_photo_held_otherwise_is_turned_upright(turn, size, left, right):
    kept = read(photo(turn=turn))
    assert opened(kept.content).size == size
    if left:
        assert [colour(kept.content, (10, 300)), colour(kept.content, (790, 300))] == [left, right]
    else:
        top, bottom = colour(kept.content, (300, 10)), colour(kept.content, (300, 790))
        assert (top, bottom) == (("red", "green") if turn == 6 else ("green", "red"))


def test_what_shines_through_stands_on_white():
    target = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(target, "PNG")
    assert opened(read(target.getvalue()).content).getpixel((20, 20)) == (255, 255, 255)


def test_a_broken_exif_does_not_refuse_the_photo():
    content = photo(gps=HERE).replace(b"Exif\0\0MM", b"Exif\0\0ZZ").replace(b"Exif\0\0II", b"Exif\0\0ZZ")
    kept = read(content)
    assert (kept.width, kept.taken_at, kept.latitude) == (800, None, None)
