"""Photos at some doors of the demo county: drawn, no real house, with time and place as a phone writes."""

import io
from collections.abc import Callable
from datetime import date

from PIL import ExifTags, Image, ImageDraw

from dabao import clock
from dabao.models import WorkPlan
from screening.choices import CaseState, PhotoKind
from screening.models import Case, Verification
from screening.services import photos

HOUSEHOLDS = 16
SIZE = (1280, 868)
SKY, GROUND, WALL, ROOF, DOOR, PLATE = "#edf1f4", "#dcd3c3", "#c9b798", "#8a7a5c", "#7f8a94", "#24527a"
NORTH, EAST = (25.0, 52.0), (101.0, 2.0)  # degrees and minutes, about the middle of the county


def take(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """A house, and at every second one its doorplate, where somebody waits for a second look."""
    waiting = Case.objects.filter(plan=plan, state=CaseState.TO_RECHECK, photos=None)
    kept = 0
    for number, case in enumerate(waiting.order_by("household__number")[:HOUSEHOLDS]):
        visit = case.verifications.standing()
        if visit is None:
            continue
        kept += _photo(case, visit, PhotoKind.HOUSE, number)
        if number % 2:
            kept += _photo(case, visit, PhotoKind.DOORPLATE, number)
    tell(f"照片 {kept} 张。")


def _photo(case: Case, visit: Verification, kind: PhotoKind, number: int) -> int:
    day = visit.visited_on or clock.today()
    return photos.add(
        scope=visit.by.scope(),
        case_id=case.pk,
        actor=visit.by,
        files=[_drawn(kind, number, day)],
        kind=kind,
        day=day,
    ).kept


def _drawn(kind: PhotoKind, number: int, taken: date) -> io.BytesIO:
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    shift = number * 11 % 160
    draw.rectangle((0, 640, *SIZE), fill=GROUND)
    draw.rectangle((240 + shift, 400, 960 + shift, 720), fill=WALL)
    draw.polygon([(180 + shift, 410), (600 + shift, 200), (1020 + shift, 410)], fill=ROOF)
    draw.rectangle((540 + shift, 520, 680 + shift, 720), fill=DOOR)
    if kind == PhotoKind.DOORPLATE:
        draw.rectangle((60, 60, 460 + number * 7, 260), fill=PLATE)
    exif = Image.Exif()
    minute = number * 7 % 60
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d} 10:{minute:02}:00"
    if number % 3 != 2:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N",
                ExifTags.GPS.GPSLatitude: (*NORTH, float(minute)),
                ExifTags.GPS.GPSLongitudeRef: "E",
                ExifTags.GPS.GPSLongitude: (*EAST, float(minute)),
            }
        )
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    return target
