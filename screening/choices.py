"""The code lists of the domain: values stored in the database, with the plan's words for people to read.

Standard for every layer: rules, imports, models, forms and pages take these and no others.
"""

from django.db.models import IntegerChoices, TextChoices


class Category(IntegerChoices):
    """The six categories of people to screen (C05, Plan 二(一)), numbered as the plan numbers them."""

    NOT_LIFTED = 1, "未脱贫"
    NO_LABOUR = 2, "零劳力"
    DISABLED_OR_ILL = 3, "残疾大病"
    LIFTED_BELOW_STANDARD = 4, "低于低保线"
    MONITORED = 5, "监测户"
    MARGINAL = 6, "边缘户"


CATEGORY_FULL_NAMES = {
    Category.NOT_LIFTED: "未脱贫建档立卡对象",
    Category.NO_LABOUR: "整户无劳动力（零劳力）的已脱贫和未脱贫对象",
    Category.DISABLED_OR_ILL: "建档立卡户成员中的重度残疾人、三四级智力精神残疾人和重特大疾病患者",
    Category.LIFTED_BELOW_STANDARD: "已脱贫但家庭年人均收入低于农村低保标准的对象",
    Category.MONITORED: "脱贫监测户",
    Category.MARGINAL: "脱贫边缘户",
}


class Answer(TextChoices):
    """What a rule answers. Unknown is never rounded to yes or no."""

    YES = "yes", "符合"
    NO = "no", "不符合"
    UNKNOWN = "unknown", "待查"


class PovertyStatus(TextChoices):
    """脱贫属性 of a registered household."""

    NOT_LIFTED = "not_lifted", "未脱贫"
    LIFTED = "lifted", "已脱贫"
    PRE_LIFTED = "pre_lifted", "预脱贫"
    FALLEN_BACK = "fallen_back", "返贫"


class Labour(TextChoices):
    """劳动技能 of a person; blank in the list is the empty string here and means unknown."""

    SKILLED = "skilled", "技能劳动力"
    ORDINARY = "ordinary", "普通劳动力"
    WEAK = "weak", "弱劳动力或半劳动力"
    LOST = "lost", "丧失劳动力"
    NONE = "none", "无劳动力"


class Sex(TextChoices):
    MALE = "m", "男"
    FEMALE = "f", "女"


class Relation(TextChoices):
    """与户主关系, with the codes of the national poverty registry (99 = other)."""

    HEAD = "01", "户主"
    SPOUSE = "02", "配偶"
    SON = "03", "之子"
    DAUGHTER = "04", "之女"
    DAUGHTER_IN_LAW = "05", "之儿媳"
    SON_IN_LAW = "06", "之女婿"
    GRANDSON = "07", "之孙子"
    GRANDDAUGHTER = "08", "之孙女"
    OUTER_GRANDSON = "09", "之外孙子"
    OUTER_GRANDDAUGHTER = "10", "之外孙女"
    FATHER = "11", "之父"
    MOTHER = "12", "之母"
    WIFES_FATHER = "13", "之岳父"
    WIFES_MOTHER = "14", "之岳母"
    HUSBANDS_FATHER = "15", "之公公"
    HUSBANDS_MOTHER = "16", "之婆婆"
    GRANDFATHER = "17", "之祖父"
    GRANDMOTHER = "18", "之祖母"
    OUTER_GRANDFATHER = "19", "之外祖父"
    OUTER_GRANDMOTHER = "20", "之外祖母"
    SIBLING = "21", "之兄弟姐妹"
    OTHER = "99", "其他"


class DisabilityKind(IntegerChoices):
    """Type digit of the 残疾人证 number (19th character)."""

    VISUAL = 1, "视力"
    HEARING = 2, "听力"
    SPEECH = 3, "言语"
    PHYSICAL = 4, "肢体"
    INTELLECTUAL = 5, "智力"
    MENTAL = 6, "精神"
    MULTIPLE = 7, "多重"


class Scheme(TextChoices):
    """What a roll, a decision or an enrolment can grant, in the plan's order of decision (C08, C10)."""

    TEKUN = "tekun", "特困供养"
    DIBAO = "dibao", "低保·整户"
    DIBAO_SINGLE = "dibao_single", "低保·单人户"
    TEMPORARY = "temporary", "临时救助"
    NONE = "none", "不符合"


class BenefitScheme(TextChoices):
    """救助类型 of the benefit roll. Temporary aid is kept and covers nobody."""

    RURAL_DIBAO = "rural_dibao", "农村低保"
    URBAN_DIBAO = "urban_dibao", "城市低保"
    TEKUN = "tekun", "特困供养"
    TEMPORARY = "temporary", "临时救助"


class Coverage(TextChoices):
    """How much of a household the roll covers (C03): computed, never typed."""

    NONE = "none", "未保"
    PART = "part", "部分在保"
    ALL = "all", "已保"
    UNKNOWN = "unknown", "在保待查"


class CaseState(TextChoices):
    TO_VERIFY = "to_verify", "待核查"
    TO_RECHECK = "to_recheck", "待复核"
    TO_ENROL = "to_enrol", "待纳入"
    CLOSED = "closed", "已销号"


class CaseOutcome(TextChoices):
    COVERED_CONFIRMED = "covered_confirmed", "在保·已核"
    ENROLLED = "enrolled", "已纳入"
    NOT_ELIGIBLE = "not_eligible", "不符合·已标注"
    MOVED_OUT = "moved_out", "迁出"
    DECEASED = "deceased", "死亡"
    DECLINED = "declined", "本人放弃"


class CaseOrigin(TextChoices):
    SCREENING = "screening", "筛查"
    BY_HAND = "by_hand", "主动发现"
    SPLIT = "split", "分户"


class ReasonCode(TextChoices):
    """Why a person is not eligible (C11): a closed list, always with a text."""

    INCOME_OVER = "income_over", "收入超标准"
    VEHICLE = "vehicle", "财产超标准（车辆）"
    HOUSE = "house", "财产超标准（房产）"
    DEPOSIT = "deposit", "财产超标准（存款）"
    BUSINESS = "business", "财产超标准（经营实体）"
    ALREADY_DIBAO = "already_dibao", "已享受低保"
    ALREADY_TEKUN = "already_tekun", "已享受特困供养"
    OBLIGORS_ABLE = "obligors_able", "法定义务人有能力"
    MOVED_OUT = "moved_out", "户籍不在或已迁出"
    DECEASED = "deceased", "已死亡"
    DUPLICATE = "duplicate", "重复或信息有误"
    DECLINED = "declined", "本人放弃"
    PUBLIC_PAYROLL = "public_payroll", "财政供养人员"
    CERTIFICATE_CANCELLED = "certificate_cancelled", "残疾证注销或等级不符"
    OTHER = "other", "其他"


class StepKind(TextChoices):
    """Steps from application to the provincial system, in the order in which they are taken (C10)."""

    APPLIED = "applied", "申请"
    REVIEWED = "reviewed", "审核"
    PUBLICISED = "publicised", "公示"
    APPROVED = "approved", "审批"
    ENROLLED = "enrolled", "纳入"
    RECORDED = "recorded", "录入省系统"


class ListKind(TextChoices):
    """Kinds of lists that come in (the card's four departments and the earlier campaigns)."""

    REGISTRY = "registry", "扶贫系统建档立卡名单"
    DISABILITY = "disability", "残联持证残疾人名单"
    ILLNESS = "illness", "医保重特大疾病名单"
    BENEFITS = "benefits", "民政在保花名册"
    MONITORED = "monitored", "脱贫监测户名单"
    MARGINAL = "marginal", "脱贫边缘户名单"
    FINDINGS = "findings", "既往排查结果"


class ListState(TextChoices):
    """Life of an uploaded list: read and staged by a job, then confirmed whole or put aside."""

    UPLOADED = "uploaded", "已上传"
    STAGED = "staged", "待确认"
    CONFIRMED = "confirmed", "已入库"
    REFUSED = "refused", "已拒绝"
    DISCARDED = "discarded", "已放弃"
    UNDONE = "undone", "已撤销"


class RowState(TextChoices):
    """What became of one line of a list; the JSON totals of an import count these."""

    CREATED = "created", "新增"
    UPDATED = "updated", "变更"
    UNCHANGED = "unchanged", "不变"
    REJECTED = "rejected", "有问题"
    SKIPPED = "skipped", "跳过"


class SkipReason(TextChoices):
    BLANK = "blank", "空行"
    HEADER = "header", "重复表头"
    FOOTER = "footer", "表尾说明"
    REPEAT = "repeat", "完全重复"
    UNMATCHED = "unmatched", "未对上家庭"
    NOT_MAJOR = "not_major", "非重特大疾病"


class NearReason(TextChoices):
    """Why a row of a list looks like somebody known (C06)."""

    ONE_DIGIT = "one_digit", "号码一位不同"
    SWAPPED = "swapped", "号码相邻两位对调"
    OLD_15 = "old_15", "15 位旧号码"
    SAME_NAME = "same_name", "同名同村"
    HOMOPHONE = "homophone", "同音字同村"


class NearAnswer(TextChoices):
    YES = "yes", "是同一人"
    NO = "no", "不是"


class Hold(TextChoices):
    """A bad row holds back its whole household (default) or only itself."""

    HOUSEHOLD = "household", "整户暂缓"
    ROW = "row", "只导入无误行"


class WatchKind(TextChoices):
    MONITORED = "monitored", "脱贫监测户"
    MARGINAL = "marginal", "脱贫边缘户"


class VerificationState(TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已核查"
    WITHDRAWN = "withdrawn", "已撤回"
    SUPERSEDED = "superseded", "已更正"


class VisitResult(TextChoices):
    VISITED = "visited", "已见面"
    NOBODY_HOME = "nobody_home", "家中无人"
    AWAY = "away", "外出未归"


class VerifierRole(TextChoices):
    """In which role somebody checked (C08)."""

    TOWNSHIP = "township", "乡镇干部"
    VILLAGE_ASSISTANT = "village_assistant", "村级民政协理员"
    WORK_TEAM = "work_team", "驻村扶贫工作人员"


class PhotoKind(TextChoices):
    """What a photo of a household shows; papers may show whole numbers."""

    HOUSE = "house", "房屋"
    DOORPLATE = "doorplate", "户牌"
    PAPER = "paper", "材料"
    OTHER = "other", "其他"


class IncomeKind(TextChoices):
    """Items of family income over twelve months (C16; domain Money), yuan."""

    WAGES = "wages", "务工工资"
    EMPLOYMENT_COST = "employment_cost", "必要就业成本"
    BUSINESS = "business", "种植养殖经营收入"
    BUSINESS_COST = "business_cost", "生产成本"
    PROPERTY = "property", "财产性收入"
    TRANSFERS_IN = "transfers_in", "转移性收入"
    TRANSFERS_OUT = "transfers_out", "转移性支出"


INCOME_SIGNS = {
    IncomeKind.WAGES: 1,
    IncomeKind.EMPLOYMENT_COST: -1,
    IncomeKind.BUSINESS: 1,
    IncomeKind.BUSINESS_COST: -1,
    IncomeKind.PROPERTY: 1,
    IncomeKind.TRANSFERS_IN: 1,
    IncomeKind.TRANSFERS_OUT: -1,
}


class PropertyKind(TextChoices):
    VEHICLE = "vehicle", "机动车"
    HOUSE = "house", "商品房"
    DEPOSIT = "deposit", "存款超限"
    BUSINESS = "business", "经营实体"


class ObligorAbility(TextChoices):
    UNABLE = "unable", "无赡养能力"
    ABLE = "able", "有赡养能力"
    MISSING = "missing", "失联"


class WarningKind(TextChoices):
    """Why a household is to be looked at again (C13): the first five by new data, the others by people."""

    INCOME_BELOW = "income_below", "收入跌破低保线"
    NEW_CERTIFICATE = "new_certificate", "新办残疾证"
    MEDICAL_SPENDING = "medical_spending", "大额自付医疗"
    LABOUR_LOST = "labour_lost", "丧失劳动力"
    FELL_BACK = "fell_back", "返贫"
    EARNER_DIED = "earner_died", "主要劳力去世"
    DISASTER = "disaster", "受灾"
    JOB_LOST = "job_lost", "务工中断"
    ILLNESS = "illness", "突发大病"
    OTHER = "other", "其他困难"


REPORTED_KINDS = (
    WarningKind.EARNER_DIED,
    WarningKind.DISASTER,
    WarningKind.JOB_LOST,
    WarningKind.ILLNESS,
    WarningKind.OTHER,
)


class WarningState(TextChoices):
    OPEN = "open", "还没入户"
    VISITED = "visited", "入户了，没研判"
    DECIDED = "decided", "已定"


class WarningDecision(TextChoices):
    """What a warning comes to (C13); none always with a reason."""

    TEMPORARY = "temporary", "临时救助"
    DIBAO = "dibao", "低保"
    TEKUN = "tekun", "特困供养"
    NONE = "none", "不需要"


class FollowUpResult(TextChoices):
    STEADY = "steady", "生活平稳"
    TROUBLE = "trouble", "有新困难"


class ReviewWay(TextChoices):
    """What an officer chooses when a household on 低保 is looked at again (C14, C15)."""

    KEEP = "keep", "继续享受"
    TAPER = "taper", "救助渐退"
    STOP = "stop", "停发"


class ReviewOutcome(TextChoices):
    """What a benefit review comes to; `KEEP_LIFTED` is a lifted household between the two lines."""

    KEEP_LIFTED = "keep_lifted", "脱贫不脱保"
    KEEP = "keep", "继续享受"
    TAPER = "taper", "救助渐退"
    STOP = "stop", "停发"


class ReviewState(TextChoices):
    """A keep stands at once; a taper and a stop wait for another person's approval."""

    WAITING = "waiting", "等审批"
    STANDING = "standing", "有效"
    RETURNED = "returned", "退回"
    SUPERSEDED = "superseded", "已更正"


class TaperEnd(TextChoices):
    RESUMED = "resumed", "恢复"
    STOPPED = "stopped", "停发"


class ChangeKind(TextChoices):
    """Why what a household receives changes (C17; domain, Money): stop the old, create the new."""

    DEATH = "death", "成员去世"
    MEMBER_IN = "member_in", "成员进来"
    MEMBER_OUT = "member_out", "成员离开"
    NEW_HEAD = "new_head", "换户主"
    SPLIT = "split", "分户"
    MOVED_OUT = "moved_out", "迁出"
    MOVED_IN = "moved_in", "迁入"
    REVIEW_STOP = "review_stop", "核查后停发"
    TAPER_START = "taper_start", "开始渐退"
    TAPER_END = "taper_end", "渐退到期"
    SHARE_CUT = "share_cut", "减发本人份额"
    SHARE_STOP = "share_stop", "停发本人份额"
    ADJUSTED = "adjusted", "调整金额"
    RESUMED = "resumed", "恢复"


class LineSide(TextChoices):
    STOP = "stop", "停"
    START = "start", "起"


class OfferReply(TextChoices):
    """What became of a job or project offered (C17); the values are those of `rules.income.Reply`."""

    PENDING = "pending", "还没答复"
    ACCEPTED = "accepted", "接受"
    REFUSED_WITH_REASON = "refused_with_reason", "拒绝，有正当理由"
    REFUSED = "refused", "拒绝，没有正当理由"


class ProposalState(TextChoices):
    PROPOSED = "proposed", "等县局签"
    APPROVED = "approved", "签齐"
    DECLINED = "declined", "县局没同意"
    WITHDRAWN = "withdrawn", "乡镇撤回"


class MoveState(TextChoices):
    OPEN = "open", "等接收"
    ACCEPTED = "accepted", "已接收"
    DECLINED = "declined", "没有接收"
    WITHDRAWN = "withdrawn", "已撤回"


# Answer to a question of an import after which the next list may put the person into another household.
MOVED_AWAY = "已迁走，住到别的户"
