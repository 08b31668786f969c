"""Code lists as they are spelt in the field: spelling (half width, no blanks) → value of `choices`."""

from screening.choices import (
    BenefitScheme,
    DisabilityKind,
    Labour,
    PovertyStatus,
    Relation,
    Sex,
    WatchKind,
)

YES_NO = {
    "是": True,
    "否": False,
    **dict.fromkeys(("有", "1", "√", "Y", "TRUE", "已", "参加", "已参加", "已解决"), True),
    **dict.fromkeys(("没有", "0", "×", "X", "N", "FALSE", "未", "未参加", "未解决"), False),
}
DANGEROUS_HOUSE = {
    **YES_NO,
    "非危房": False,
    "安全": False,
    "A级": False,
    "B级": False,
    "C级": True,
    "D级": True,
    "危房": True,
}
SAFE_WATER = {**YES_NO, "安全": True, "达标": True, "不安全": False, "不达标": False}

SEX = {"男": Sex.MALE.value, "女": Sex.FEMALE.value, "男性": Sex.MALE.value, "女性": Sex.FEMALE.value}

POVERTY_STATUS = {
    "未脱贫": PovertyStatus.NOT_LIFTED.value,
    "已脱贫": PovertyStatus.LIFTED.value,
    "脱贫": PovertyStatus.LIFTED.value,
    "预脱贫": PovertyStatus.PRE_LIFTED.value,
    "返贫": PovertyStatus.FALLEN_BACK.value,
    "已返贫": PovertyStatus.FALLEN_BACK.value,
}

LABOUR = {
    "技能劳动力": Labour.SKILLED.value,
    "普通劳动力": Labour.ORDINARY.value,
    "弱劳动力或半劳动力": Labour.WEAK.value,
    "丧失劳动力": Labour.LOST.value,
    "无劳动力": Labour.NONE.value,
    "弱劳动力": Labour.WEAK.value,
    "半劳动力": Labour.WEAK.value,
    "弱(半)劳动力": Labour.WEAK.value,
    "弱劳力或半劳力": Labour.WEAK.value,
    "技能劳力": Labour.SKILLED.value,
    "普通劳力": Labour.ORDINARY.value,
    "无劳力": Labour.NONE.value,
    "无劳动能力": Labour.NONE.value,
    "丧失劳动能力": Labour.LOST.value,
}
LABOUR_BLANKS = frozenset(("", "-", "--", "/", "—", "不详", "未知"))

RELATION = {label: value for value, label in Relation.choices}
RELATION |= {label[1:]: value for label, value in RELATION.items() if label.startswith("之")}
RELATION |= {
    "本人": Relation.HEAD.value,
    "本人或户主": Relation.HEAD.value,
    **dict.fromkeys(("妻", "夫", "妻子", "丈夫", "之妻", "之夫"), Relation.SPOUSE.value),
    **dict.fromkeys(
        ("儿子", "长子", "次子", "三子", "独子", "之长子", "之次子", "养子", "继子"), Relation.SON.value
    ),
    **dict.fromkeys(
        ("女儿", "长女", "次女", "三女", "之长女", "之次女", "养女", "继女"), Relation.DAUGHTER.value
    ),
    **dict.fromkeys(("父亲", "之父亲"), Relation.FATHER.value),
    **dict.fromkeys(("母亲", "之母亲"), Relation.MOTHER.value),
    **dict.fromkeys(("儿媳妇", "媳妇"), Relation.DAUGHTER_IN_LAW.value),
    **dict.fromkeys(
        (
            "之兄",
            "之弟",
            "之姐",
            "之妹",
            "兄",
            "弟",
            "姐",
            "妹",
            "兄弟",
            "姐妹",
            "哥哥",
            "弟弟",
            "姐姐",
            "妹妹",
            "之兄弟姊妹",
            "兄弟姊妹",
        ),
        Relation.SIBLING.value,
    ),
    **dict.fromkeys(("其他亲属", "其它", "其他关系", "非亲属", "之其他"), Relation.OTHER.value),
}
MALE_RELATIONS = frozenset(("03", "06", "07", "09", "11", "13", "15", "17", "19"))
FEMALE_RELATIONS = frozenset(("04", "05", "08", "10", "12", "14", "16", "18", "20"))

HEALTH = ("健康", "长期慢性病", "患有大病", "残疾")
HEALTH_SYNONYMS = {"大病": "患有大病", "慢性病": "长期慢性病", "良好": "健康", "残疾人": "残疾"}

EDUCATION = {
    word: word
    for word in (
        "文盲或半文盲",
        "小学",
        "初中",
        "高中",
        "中专",
        "大专",
        "大专及以上",
        "本科及以上",
        "学龄前儿童",
    )
}
EDUCATION |= {
    "文盲": "文盲或半文盲",
    "半文盲": "文盲或半文盲",
    "学龄前": "学龄前儿童",
    "中职": "中专",
    "本科": "本科及以上",
}

LIFTED_WORDS = ("脱贫户",)
POOR_WORDS = ("贫困户",)

WATCH = {
    **dict.fromkeys(("脱贫监测户", "监测户", "脱贫不稳定户", "脱贫不稳定"), WatchKind.MONITORED.value),
    **dict.fromkeys(("边缘户", "脱贫边缘户", "边缘易致贫户", "边缘易致贫"), WatchKind.MARGINAL.value),
}

_KINDS = {
    label: value for value, label in DisabilityKind.choices if value != DisabilityKind.MULTIPLE
}  # 视力 → 1 …
DISABILITY_KIND = {
    f"{word}{suffix}": value for word, value in _KINDS.items() for suffix in ("", "残疾", "残疾人", "类")
}
DISABILITY_KIND |= {str(value): value for value in _KINDS.values()}

_DIGITS = (
    ("一", "1", "壹", "Ⅰ", "I"),
    ("二", "2", "贰", "Ⅱ", "II"),
    ("三", "3", "叁", "Ⅲ", "III"),
    ("四", "4", "肆", "Ⅳ", "IV"),
)
DISABILITY_GRADE = {
    f"{word}{suffix}": number
    for number, words in enumerate(_DIGITS, start=1)
    for word in words
    for suffix in ("级", "", "等", "级残疾")
}

# 状态 of a certificate: those that count are stored blank, the others with their word.
CERTIFICATE_STATUS = {
    **dict.fromkeys(("正常", "有效", "在用", "激活"), ""),
    **{word: word for word in ("注销", "冻结", "过期", "失效", "挂失", "迁出")},
    **{f"已{word}": word for word in ("注销", "冻结", "过期", "失效", "挂失", "迁出")},
}

BENEFIT_SCHEME = {
    **dict.fromkeys(
        ("低保", "农村低保", "农村最低生活保障", "农低", "最低生活保障"), BenefitScheme.RURAL_DIBAO.value
    ),
    **dict.fromkeys(("城市低保", "城镇低保", "城市最低生活保障", "城低"), BenefitScheme.URBAN_DIBAO.value),
    **dict.fromkeys(
        (
            "特困",
            "特困供养",
            "特困人员",
            "特困人员供养",
            "农村特困供养",
            "城市特困供养",
            "农村特困",
            "城市特困",
            "分散供养",
            "集中供养",
            "特困分散供养",
            "特困集中供养",
            "农村特困分散供养",
            "农村特困集中供养",
            "特困人员救助供养",
            "农村特困人员救助供养",
            "五保",
            "农村五保",
        ),
        BenefitScheme.TEKUN.value,
    ),
    "临时救助": BenefitScheme.TEMPORARY.value,
}

CHRONIC_FILING = ("慢性病", "慢病", "门诊慢性病")
