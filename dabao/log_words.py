"""The words of the log: what actions, fields and states are called on its page."""

from typing import Any
from uuid import UUID

from dabao.scope import Role

# The first part of an action → the group it is counted in.
GROUPS = {
    "case": "核查、复核",
    "verification": "核查、复核",
    "recheck": "核查、复核",
    "draft": "核查、复核",
    "household": "核查、复核",
    "screening": "筛查",
    "list": "名单导入",
    "row": "名单导入",
    "account": "账号、登录",
    "posting": "任职",
    "assignment": "挂包",
    "unit": "股室",
    "plan": "方案、标准",
    "standard": "方案、标准",
    "alias": "方案、标准",
    "region": "方案、标准",
    "warning": "预警",
    "enrolment": "核查、复核",
    "finding": "督战整改",
    "accountability": "督战整改",
    "report": "月报",
    "request": "月报",
    "county_report": "月报",
    "meeting": "月报",
    "feedback": "月报",
    "flag": "红旗、每日任务",
    "daily": "红旗、每日任务",
    "notice": "红旗、每日任务",
    "page": "被拒的访问",
    "audit": "日志",
}
OTHER = "其他"
NAMES = {
    "account.sign_in": "登录",
    "account.sign_out": "退出",
    "account.create": "建账号",
    "account.change": "改账号资料",
    "account.change_password": "换自己的密码",
    "account.reset_password": "重设密码",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.bulk": "批量建账号",
    "account.export": "导出账号任职",
    "posting.grant": "加任职",
    "posting.create": "加任职",
    "posting.confirm": "确认任职",
    "posting.decline": "退回任职",
    "posting.end": "截止任职",
    "posting.hand_over": "移交任职",
    "posting.from_assignment": "按挂包安排改任职",
    "assignment.make": "安排挂包",
    "assignment.end": "结束挂包",
    "unit.join": "加股室成员",
    "unit.leave": "股室成员离开",
    "plan.load": "装入方案",
    "plan.change": "改方案设置",
    "region.load": "装入行政区划",
    "standard.create": "加标准",
    "standard.change": "改标准",
    "standard.confirm": "确认标准",
    "alias.create": "加列名对照",
    "alias.delete": "删列名对照",
    "screening.run": "筛查六类对象",
    "list.upload": "上传名单",
    "list.dry_run": "试导入名单",
    "question.answer": "答复名单疑问",
    "list.import": "名单入库",
    "list.refuse": "名单被拒",
    "list.discard": "放弃名单",
    "flag.raise": "标逾期",
    "flag.clear": "消除红旗",
    "daily.run": "每日任务",
    "notice.clear": "办完，撤提醒",
    "case.opened": "列入名单",
    "case.verified": "核查",
    "case.withdrawn": "撤回核查",
    "case.corrected": "更正核查",
    "case.returned": "退回",
    "case.rechecked": "复核",
    "case.assigned": "分派",
    "case.closed": "销号",
    "case.reopened": "重新核查",
    "case.step": "办理步骤",
    "case.note": "记事",
    "case.search": "搜户",
    "case.look": "查是否已登记",
    "household.add": "主动发现新增一户",
    "household.family": "入户改成员、户主",
    "household.family_undone": "改回成员、户主",
    "case.export": "导出名单",
    "case.reveal": "看完整号码",
    "row.reveal": "看完整号码",
    "list.export_bad_rows": "导出有问题的行",
    "enrolment.numbers": "录省系统编号",
    "enrolment.persons": "改纳入项的保障人员",
    "demo.seeded": "装好演示数据",
    "warning.raise": "标预警",
    "warning.report": "报预警",
    "warning.visit": "预警入户",
    "warning.follow": "跟踪一户",
    "warning.decide": "预警研判",
    "meeting.record": "登记研究会",
    "meeting.download": "下载研究会附件",
    "feedback.record": "交反馈",
    "report.save": "存月报",
    "report.submit": "报送月报",
    "report.ask_signature": "请负责人签",
    "report.return": "退回月报",
    "report.send_back": "退回月报",
    "county_report.save": "存县级报告",
    "county_report.arrange": "给县级报告的问题分组",
    "county_report.ask_approval": "请局领导批县级报告",
    "county_report.approve": "批准县级报告",
    "county_report.send_back": "退回县级报告",
    "county_report.revise": "另起一稿县级报告",
    "county_report.send": "报出县级报告",
    "request.add": "提请求事项",
    "request.answer": "答复请求事项",
    "request.drop": "撤请求事项",
    "request.say_solved": "说请求已解决",
    "finding.open": "交办督战问题",
    "finding.progress": "报整改进展",
    "finding.reply": "回复整改",
    "finding.contest": "对督战问题提出异议",
    "finding.weigh": "复核异议",
    "finding.uphold": "裁定异议不成立",
    "finding.withdraw": "撤销督战问题",
    "finding.reject": "复查不通过",
    "finding.accept": "复查通过",
    "finding.send_back": "不予销号",
    "finding.close": "督战问题销号",
    "finding.reopen": "重新打开督战问题",
    "finding.extend": "整改延期",
    "finding.urge": "催办整改",
    "finding.download": "下载整改附件",
    "finding.export": "导出整改台账",
    "accountability.open": "问责立项",
    "accountability.entry": "记问责经过",
    "page.refuse": "打开没有权限的页",
    "page.missing": "打开不在范围或没有的记录",
    "page.no_token": "提交没有凭证的表单",
    "audit.export": "导出日志",
}
VERBS = {
    "verify": "核查",
    "withdraw": "撤回",
    "correct": "更正",
    "recheck": "复核",
    "return": "退回",
    "assign": "分派",
    "open": "列入",
    "close": "销号",
    "reopen": "重新核查",
    "create": "新建",
    "change": "修改",
    "delete": "删除",
    "submit": "报送",
    "save": "保存",
    "reveal": "看完整号码",
    "search": "搜索",
    "export": "导出",
    "print": "打印",
    "note": "记事",
}

KEYS = {
    "user": "账号",
    "role": "岗位",
    "region": "地区",
    "first_day": "首日",
    "last_day": "末日",
    "taker": "接手",
    "moved": "移交",
    "waits_for_second_person": "等第二人",
    "fields": "改了",
    "old": "原来",
    "new": "改成",
    "amount": "数值",
    "page": "页",
    "ids": "编号",
    "method": "方式",
    "rows": "行数",
    "read": "读到",
    "created": "新建",
    "added": "加任职",
    "changed": "更新",
    "unchanged": "不变",
    "rejected": "有问题",
    "skipped": "跳过",
    "updated": "更新",
    "state": "状态",
    "from_state": "原状态",
    "to_state": "到",
    "month": "月份",
    "late": "晚报",
    "version": "版本",
    "characters": "字数",
    "kind": "种类",
    "unit": "股室",
    "assignment": "挂包",
    "outcome": "结果",
    "households": "户",
    "persons": "人",
    "day": "日期",
    "name": "姓名",
    "office": "单位",
    "phone": "电话",
    "heading": "列名",
    "field": "列",
    "document": "文号",
    "note": "说明",
    "confirmed": "已确认",
    "assigned": "分给",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "report_due_day": "月报截止日",
    "feedback_day": "反馈截止日",
    "publicity_days": "公示天数",
    "late_case_days": "新增户的办理天数",
    "returned_case_days": "退回后的办理天数",
    "taper_shortest_months": "渐退期最短（月）",
    "taper_longest_months": "渐退期最长（月）",
    "taper_notice_days": "渐退到期前多少天提醒",
    "near_miss_percent": "接近标准的幅度",
    "township_approves": "委托乡镇审批",
    "as_of": "截至",
    "cases_new": "新增户",
    "cases_total": "共",
    "control_reason": "控制数不符的说明",
    "demo": "演示",
    "hold": "有问题的行",
    "phases": "阶段",
    "regions": "行政区划",
    "rematched": "重新对上",
    "rows_read": "读到",
    "sha256": "文件校验",
    "standards": "标准",
    "submitted_on": "报送日",
    "due_on": "时限",
    "files": "附件",
    "verification": "核查",
}
VALUES = {str(role.value): str(role.label) for role in Role} | {
    "locked": "已锁定",
    "wrong": "用户名或密码不对",
    "draft": "草稿",
    "submitted": "已报送",
    "to_verify": "待核查",
    "to_recheck": "待复核",
    "to_enrol": "待纳入",
    "closed": "已销号",
}


def action_words(action: str) -> str:
    """What an action is called; its own name when it has none."""
    if action in NAMES:
        return NAMES[action]
    thing, _, verb = action.partition(".")
    return f"{VERBS[verb]}（{GROUPS.get(thing, OTHER)}）" if verb in VERBS else action


def data_words(data: dict[str, Any]) -> str:
    """What an event holds, in words: changed fields as old → new, then the rest; empty ones are left out."""
    rest = dict(data)
    old, new = rest.pop("old", None) or {}, rest.pop("new", None) or {}
    told = [
        f"{KEYS.get(key, key)} {value_words(old.get(key))} → {value_words(new.get(key))}"
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]
    for key, value in sorted(rest.items()):
        if value not in ("", [], {}, None):
            told.append(f"{KEYS.get(key, key)} {value_words(value)}")
    return "，".join(told)


def value_words(value: Any) -> str:
    """A value of an event in words; an id by its first eight characters."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value in (None, ""):
        return "无"
    if isinstance(value, dict) and set(value) == {"old", "new"}:
        return f"{value_words(value['old'])} → {value_words(value['new'])}"
    if isinstance(value, dict):
        return "、".join(f"{KEYS.get(key, key)} {value_words(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "、".join(KEYS.get(part, value_words(part)) for part in value)
    text = VALUES.get(str(value), str(value))
    return f"{text[:8]}…" if is_uuid(text) else text[:60]


def is_uuid(text: str) -> bool:
    """Whether a text is an opaque id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
