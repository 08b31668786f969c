"""What the system calls itself: county, document and contact come from the plan's data (C28)."""

from dataclasses import dataclass

from pypinyin import lazy_pinyin

from dabao import plans
from dabao.models import Region

KIND = "社会救助兜底保障"
_SUFFIXES = ("彝族自治州", "自治州", "自治县", "自治区", "省", "州", "市", "县", "区", "旗")


@dataclass(frozen=True, slots=True)
class Names:
    """Of the county whose plan is in force; all empty before a plan is loaded."""

    county: str = ""
    document: str = ""
    contact_name: str = ""
    contact_phone: str = ""

    @property
    def kind(self) -> str:
        """X县社会救助兜底保障, to which 挂牌督战系统 or 挂牌督战图 is added."""
        return f"{self.county}{KIND}"

    @property
    def product(self) -> str:
        return f"{self.kind}挂牌督战系统"

    @property
    def short(self) -> str:
        """X兜底督战, for a phone."""
        return f"{short_of(self.county)}兜底督战"

    @property
    def bureau(self) -> str:
        return f"{self.county}民政局"


_last = Names()


def current() -> Names:
    """One query; what it gave is remembered for pages that may not ask (`remembered`)."""
    global _last  # noqa: PLW0603 - the process's memory of public words, for the page of a failed database
    try:
        plan = plans.current()
    except plans.NoPlanError:
        return Names()
    _last = Names(plan.region.name, plan.document, plan.contact_name, plan.contact_phone)
    return _last


def remembered() -> Names:
    """What this process read last; asks nothing."""
    return _last


def local_words() -> tuple[str, ...]:
    """Names of the plan's county and of what it lies in, and their pinyin: what anybody here tries first."""
    try:
        code = plans.current().region_id
    except plans.NoPlanError:
        return ()
    above = [code[:digits] for digits in (2, 4, 6) if digits <= len(code)]
    names = {short_of(name) for name in Region.objects.filter(code__in=above).values_list("name", flat=True)}
    return tuple(sorted(names | {"".join(lazy_pinyin(name)) for name in names}))


def short_of(name: str) -> str:
    """X for X县."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name
