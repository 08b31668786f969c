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


class FindingKind(TextChoices):
    """What is wrong (C21, Plan 三(三))."""

    WRONGLY_COVERED = "wrongly_covered", "错保"
    MISSED = "missed", "漏保"
    ONLY_COVERED = "only_covered", "只兜不扶"
    ONE_SIZE = "one_size", "一兜了之"
    LEDGER = "ledger", "台账不全"
    SCREENING = "screening", "排查不实"
    BEHIND = "behind", "进度滞后"
    FRAUD = "fraud", "弄虚作假"
    OTHER = "other", "其他"


class FindingSource(TextChoices):
    """Where it came to light (发现来源, C21)."""

    INSPECTION = "inspection", "督战"
    CENSUS = "census", "普查"
    ASSESSMENT = "assessment", "季度评估"
    PETITION = "petition", "信访"
    REPORT = "report", "月报"
    OTHER = "other", "其他"


class FindingState(TextChoices):
    TO_FIX = "to_fix", "待乡镇回复"
    FIXING = "fixing", "整改中"
    CONTESTED = "contested", "有异议"
    WEIGHED = "weighed", "异议待裁定"
    REPLIED = "replied", "待复查"
    ACCEPTED = "accepted", "待销号"
    CLOSED = "closed", "已销号"
    WITHDRAWN = "withdrawn", "已撤销"


class Desk(TextChoices):
    """Whose move it is."""

    TOWNSHIP = "township", "乡镇"
    UNIT = "unit", "督战股室"
    LEADER = "leader", "局领导"
    NOBODY = "nobody", "无"


class Move(TextChoices):
    """What somebody did to a finding: one turn of it."""

    OPEN = "open", "交办"
    PROGRESS = "progress", "报进展"
    REPLY = "reply", "回复整改"
    CONTEST = "contest", "提出异议"
    WEIGH = "weigh", "复核异议"
    UPHOLD = "uphold", "异议不成立"
    WITHDRAW = "withdraw", "异议成立，撤销"
    REJECT = "reject", "复查不通过"
    ACCEPT = "accept", "复查通过，提请销号"
    SEND_BACK = "send_back", "不予销号"
    CLOSE = "close", "销号"
    REOPEN = "reopen", "重新打开"
    EXTEND = "extend", "延期"
    URGE = "urge", "催办"


class Ground(TextChoices):
    """Why somebody is held to account (C22, Plan 三(三))."""

    STYLE = "style", "作风不实"
    SCREENING = "screening", "排查不实"
    FRAUD = "fraud", "弄虚作假"
    OTHER = "other", "其他"


class AccountState(TextChoices):
    OPEN = "open", "未移交"
    HANDED_OVER = "handed_over", "已移交"
    RESULT = "result", "有结果"
    CLOSED = "closed", "已办结"


class EntryKind(TextChoices):
    """What an entry of an accountability case tells."""

    OPENED = "opened", "立项"
    NOTE = "note", "记事"
    HANDED_OVER = "handed_over", "移交"
    RESULT = "result", "处理结果"
    CLOSED = "closed", "办结"
    CORRECTION = "correction", "更正"


class DispatchMove(TextChoices):
    """A step of an order in a township (C19)."""

    REPLIED = "replied", "回复"
    FINISHED = "finished", "报办完"
    ASKED = "asked", "请求延期"
    ACCEPTED = "accepted", "认可回复"
    RETURNED = "returned", "退回重报"
    EXTENDED = "extended", "延期"
    REFUSED = "refused", "不同意延期"
    URGED = "urged", "催办"
    DONE = "done", "办结"


class Duty(TextChoices):
    """What an order asks of a township, each with its limit (C19)."""

    REPLY = "reply", "回复"
    FINISH = "finish", "办完"
