"""Photos as phones send them: known by decoding, read, turned upright, shrunk, stripped (C08; W05, P02).

What the camera wrote (EXIF: when, where, which phone) is read and left out of the stored picture; the two
that the work needs, time and place, come back beside it.
"""

import hashlib
import io
import math
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, UnidentifiedImageError

MEGABYTE = 1024 * 1024
LARGEST_FILE = 15 * MEGABYTE
LARGEST_PICTURE = 50_000_000  # pixels
LONGEST_SIDE, SMALL_SIDE = 1600, 320
STORED_BYTES = 300 * 1024
QUALITIES = (85, 75, 65, 55, 45)
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/jpeg"
SHANGHAI = ZoneInfo("Asia/Shanghai")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
# What Pillow raises for files that are broken, cut off or made to harm; none of these is a fault of ours.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, KeyError, TypeError)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TOO_LARGE = "这张照片超过五千万点。请把相机的像素调低，再拍一张。"


class RefusedError(ValueError):
    """A file that is no photo, or none that can be kept; says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo ready to store: two JPEGs without any EXIF, and what the camera had written.

    `taken_at` is aware; `latitude`, `longitude` are degrees north and east; `sha256` is that of the file as
    it came.
    """

    content: bytes
    small: bytes
    width: int
    height: int
    sha256: str
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


def read(file: IO[bytes]) -> Picture:
    """The photo in a file. Raises RefusedError."""
    file.seek(0)
    original = file.read(LARGEST_FILE + 1)
    _refuse_by_its_bytes(original)
    try:
        with Image.open(io.BytesIO(original), formats=FORMATS) as opened:
            if opened.width * opened.height > LARGEST_PICTURE:
                raise RefusedError(_TOO_LARGE)
            camera = _exif(opened)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            plain = _on_white(opened)
    except Image.DecompressionBombError as bomb:
        raise RefusedError(_TOO_LARGE) from bomb
    except UnidentifiedImageError as other:
        raise RefusedError("这个文件不是照片，只收 jpg、png、webp。请重新选，或直接用“拍照”。") from other
    except RefusedError:
        raise
    except _BROKEN as broken:
        raise RefusedError("这张照片打不开，文件可能没有传完整或已损坏。请重新拍一张。") from broken
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if camera.turn in _TURNS:
        plain = plain.transpose(_TURNS[camera.turn])
    small = plain.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        content=_jpeg(plain, STORED_BYTES),
        small=_jpeg(small, STORED_BYTES),
        width=plain.width,
        height=plain.height,
        sha256=hashlib.sha256(original).hexdigest(),
        taken_at=camera.taken_at,
        latitude=camera.place[0] if camera.place else None,
        longitude=camera.place[1] if camera.place else None,
    )


def _refuse_by_its_bytes(original: bytes) -> None:
    if len(original) > LARGEST_FILE:
        raise RefusedError(f"这张照片超过 {LARGEST_FILE // MEGABYTE} MB。请把相机的像素调低，或压缩后再传。")
    if original[4:8] == b"ftyp" and original[8:12] in _HEIF_BRANDS:
        raise RefusedError(
            "这是 HEIC 格式的照片，别的电脑打不开。请在手机“设置—相机—格式”里选“兼容性最佳”，再拍一张。"
        )


def _on_white(image: Image.Image) -> Image.Image:
    """In plain colours, without profile, comments or transparency."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return _bare(image.convert("RGB"))
    through = image.convert("RGBA")
    ground = Image.new("RGB", through.size, "white")
    ground.paste(through, mask=through.getchannel("A"))
    return ground


def _bare(image: Image.Image) -> Image.Image:
    image.info.clear()
    return image


def _jpeg(image: Image.Image, limit: int) -> bytes:
    """As JPEG, at the first quality that fits; the lowest when none does."""
    content = b""
    for quality in QUALITIES:
        target = io.BytesIO()
        image.save(target, "JPEG", quality=quality, optimize=True)
        content = target.getvalue()
        if len(content) <= limit:
            break
    return content


@dataclass(frozen=True, slots=True)
class _Camera:
    """What a camera wrote. `turn` is the orientation of EXIF, 1 to 8."""

    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    turn: Any = None


def _exif(image: Image.Image) -> _Camera:
    """When, where and how it was held, by the camera; nothing when that cannot be read."""
    try:
        exif = image.getexif()
        detail = exif.get_ifd(ExifTags.IFD.Exif)
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except _BROKEN:
        return _Camera()
    said = detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return _Camera(
        _moment(said, detail.get(ExifTags.Base.OffsetTimeOriginal)),
        _place(place),
        exif.get(ExifTags.Base.Orientation),
    )


def _moment(said: Any, offset: Any) -> datetime | None:
    """`2020:03:29 10:12:05`, in the camera's zone when it says so, else in ours."""
    if not isinstance(said, str):
        return None
    try:
        moment = datetime.strptime(said.strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - zone below
    except ValueError:
        return None
    try:
        zone = datetime.strptime(str(offset).strip("\0 "), "%z").tzinfo
    except ValueError:
        zone = None
    try:
        return moment.replace(tzinfo=zone or SHANGHAI).astimezone(SHANGHAI)
    except OverflowError:
        return None


def _place(gps: Any) -> tuple[float, float] | None:
    """Degrees north and east; 0, 0 is what phones write that do not know."""
    north = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", 90)
    east = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", 180)
    if north is None or east is None or (north == 0 and east == 0):
        return None
    return north, east


def _degrees(parts: Any, side: Any, negative: str, limit: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or not 0 <= value <= limit:
        return None
    return round(-value if side == negative else value, 6)
