"""The code lists of supervision: values stored in the database, with the plan's words for people to read."""

from django.db.models import TextChoices


class InspectionLevel(TextChoices):
    """Who supervises: three levels (C18, Plan 三(一))."""

    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "州级"
    COUNTY = "county", "县级"


class Manner(TextChoices):
    """How an inspection comes (C21, Plan 三(三))."""

    OPEN = "open", "明察"
    UNANNOUNCED = "unannounced", "暗访"


class Occasion(TextChoices):
    """What an inspection is tied to (C21, Plan 三(三))."""

    CENSUS = "census", "普查"
    ASSESSMENT = "assessment", "季度评估"
    RESEARCH = "research", "调研"
    SPECIAL = "special", "专项督战"


class Met(TextChoices):
    """What came of going to a household; empty while nobody has been there."""

    MET = "met", "人在家"
    NOT_HOME = "not_home", "没在家"
    REFUSED = "refused", "不让查"


class Match(TextChoices):
    """What was heard and seen at the door against the record, item by item; never filled in beforehand."""

    SAME = "same", "相符"
    DIFFERS = "differs", "不符"
    NOT_ASKED = "not_asked", "没问到"


class Item(TextChoices):
    """The items of a visit sheet."""

    MEMBERS = "members", "几口人在家"
    INCOME = "income", "收入、务工"
    HOUSE = "house", "住房、车辆、吃穿"
    AID = "aid", "低保、特困领到没有"
    VERIFIED = "verified", "有没有人来核查过"


class Stratum(TextChoices):
    """What a sample draws from, by how the case was concluded."""

    NOT_ELIGIBLE = "not_eligible", "不符合"
    ENROLLED = "enrolled", "新纳入"
    COVERED = "covered", "在保"
