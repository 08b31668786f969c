"""One import at a time writes a county (advisory lock); a person's click never waits for one."""

from django.core.exceptions import ValidationError
from django.db.backends.utils import CursorWrapper

LOCK_SPACE = 0x11575  # advisory locks of the desk: (space, county code)
LOCK_WAIT = "120s"


def lock_county(cursor: CursorWrapper, region_code: str) -> None:
    """Wait for another import of the county until it has ended."""
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, int(region_code[:6])])


def try_lock_county(cursor: CursorWrapper, region_code: str) -> None:
    """ValidationError while an import writes the county."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, int(region_code[:6])])
    if not cursor.fetchone()[0]:
        raise ValidationError("正在导入名单，几分钟后就好。请稍后再保存，填的内容都还在。")
