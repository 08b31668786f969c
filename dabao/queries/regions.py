"""The regions to choose from in filters; names of places are public."""

from django.db.models import QuerySet

from dabao.models import Region, RegionLevel
from dabao.scope import Right, Scope


def townships(scope: Scope) -> QuerySet[Region]:
    """All townships for who administers accounts, which have no region; else those in the scope."""
    rows = Region.objects.filter(level=RegionLevel.TOWNSHIP)
    return rows if scope.may(Right.ACCOUNTS) else rows.within(scope)


def by_name(scope: Scope) -> dict[str, list[Region]]:
    """Every way to write a region → the regions meant: code, names, aliases, or township and village."""
    scope.require(Right.ACCOUNTS)
    rows = {region.code: region for region in Region.objects.all()}
    found: dict[str, list[Region]] = {}
    for region in rows.values():
        names = {region.name, region.official_name, *region.aliases}
        township = rows.get(region.code[:9]) if region.level == RegionLevel.VILLAGE else None
        if township:
            above = {township.name, township.official_name, *township.aliases}
            names |= {f"{town}{village}" for town in above for village in names}
        for name in {region.code, *names}:
            found.setdefault(name, []).append(region)
    return found
