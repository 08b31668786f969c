"""Forms of the ground floor. They check what one person typed; services check what may be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from dabao import clock
from dabao.models import Posting, Region, RegionLevel, Standard, StandardKind, Unit, User, WorkPlan
from dabao.scope import Role
from dabao.services import signin


@contextmanager
def told_by(form: forms.Form) -> Iterator[None]:
    """A refusal of the service inside the block becomes an error of the form."""
    try:
        yield
    except ValidationError as refusal:
        form.add_error(None, refusal)


class SigninForm(forms.Form):
    """User name and password; a valid form has signed the person in."""

    username = forms.CharField(label="用户名", max_length=150)
    password = forms.CharField(label="密码", max_length=128, strip=False, widget=forms.PasswordInput)

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if not self.errors:
            signin.sign_in(self.request, username=typed["username"], password=typed["password"])
        return typed


class PasswordForm(PasswordChangeForm):
    """Change one's own password: the old one, the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "现在的密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password2"].label = "再输一次新密码"
        self.fields[
            "new_password1"
        ].help_text = (
            "至少 10 个字符，含大写字母、小写字母、数字、符号中的 3 种；不要含账号名、地名和业务的拼音。"
        )
        self.fields["new_password2"].help_text = ""
        self.fields["old_password"].error_messages["required"] = "请输入现在的密码。"


class CodeForm(forms.Form):
    """A code of the phone, or one on paper."""

    code = forms.CharField(label="动态码", max_length=20, error_messages={"required": "请输动态码。"})


# --- Accounts and postings ---


class DayInput(forms.DateInput):
    """A day, by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _regions() -> list[tuple[str, Any]]:
    """The regions to choose from: the county, then each township with its villages."""
    choices: list[tuple[str, Any]] = [("", "（系统管理员、审计员没有范围）")]
    villages: dict[str, list[tuple[str, str]]] = {}
    rows = Region.objects.values_list("code", "name", "level")
    for code, name, level in rows:
        if level == RegionLevel.VILLAGE:
            villages.setdefault(code[:9], []).append((code, name))
    for code, name, level in rows:
        if level == RegionLevel.COUNTY:
            choices.append((code, f"{name}（全县）"))
    for code, name, level in rows:
        if level == RegionLevel.TOWNSHIP:
            choices.append((name, [(code, f"{name}（全乡镇）"), *villages.get(code, [])]))
    return choices


class AccountForm(forms.Form):
    """Who the account is for."""

    username = forms.CharField(
        label="账号", max_length=30, help_text="小写字母开头，可含数字和 . _ -，如 luguowei；建好后不能改"
    )
    name = forms.CharField(label="姓名", max_length=40)
    office = forms.CharField(label="单位", max_length=60, help_text="如 石羊镇社会事务办")
    phone = forms.CharField(label="办公电话", max_length=20, required=False)
    email = forms.EmailField(
        label="邮箱",
        required=False,
        help_text="收每日汇总，可不填",
        error_messages={"invalid": "邮箱写错了，如 luguowei@example.cn。"},
    )

    def __init__(self, *args: Any, renames: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not renames:
            del self.fields["username"]


class PostingForm(forms.Form):
    """A posting: role, scope, first and last day."""

    role = forms.ChoiceField(label="岗位", choices=[("", "请选岗位"), *Role.choices])
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label="范围",
        required=False,
        help_text="村级协理员选到村；乡镇岗位和督战股室选到乡镇；县级岗位选全县",
    )
    first_day = forms.DateField(label="首日", widget=DayInput)
    last_day = forms.DateField(label="末日", widget=DayInput, required=False, help_text="不定就留空")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = _regions()
        self.fields["first_day"].initial = clock.today


class EndForm(forms.Form):
    """The last day of a posting."""

    last_day = forms.DateField(label="末日（当天仍有效）", widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = clock.today


class TakerForm(forms.Form):
    """Who takes a posting and its open work over."""

    taker = forms.ModelChoiceField(User.objects.none(), label="由谁接手", empty_label="请选接手的人")

    def __init__(self, posting: Posting, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        takers = User.objects.filter(is_active=True).exclude(pk=posting.user_id).order_by("office", "name")
        self.fields["taker"].queryset = takers
        self.fields["taker"].label_from_instance = lambda user: (
            f"{user.name}（{user.office or user.username}）"
        )


class BulkFileForm(forms.Form):
    """A spreadsheet of accounts and postings."""

    file = forms.FileField(label="账号任职表（xlsx）", help_text="不超过 1 MB、2,000 行，用模板填写")


class MemberForm(forms.Form):
    """Somebody who works in a unit from a day on."""

    unit = forms.ModelChoiceField(Unit.objects.all(), label="股室", empty_label="请选股室")
    name = forms.CharField(label="姓名", max_length=40)
    post = forms.CharField(label="职务", max_length=60, required=False)
    phone = forms.CharField(label="电话", max_length=20, required=False)
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("name"),
        label="账号",
        required=False,
        empty_label="没有账号",
        help_text="挂包安排按账号给督战范围",
    )
    first_day = forms.DateField(label="首日", widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = clock.today
        self.fields["user"].label_from_instance = lambda user: f"{user.name}（{user.username}）"


# --- The plan's data ---


class PlanForm(forms.ModelForm):
    """Contact and days of the plan; `version` is that of the plan when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = WorkPlan
        fields = (
            "contact_name",
            "contact_phone",
            "report_due_day",
            "feedback_day",
            "publicity_days",
            "late_case_days",
            "returned_case_days",
            "warning_days",
            "taper_shortest_months",
            "taper_longest_months",
            "taper_notice_days",
            "near_miss_percent",
            "township_approves",
        )

    def _post_clean(self) -> None:
        """The service writes and validates, under a lock; the form leaves the record as it is."""


class StandardForm(forms.ModelForm):
    """A standard with its validity and document."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Standard
        fields = ("kind", "region", "amount", "first_day", "last_day", "document", "note")
        widgets: ClassVar = {"first_day": DayInput, "last_day": DayInput}
        help_texts: ClassVar = {
            "amount": "标准按每人每年元；倍数直接写，如 1.5",
            "last_day": "还在用就留空",
            "document": "如 云民发〔2019〕12号；没有文号不能确认",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = (RegionLevel.PROVINCE, RegionLevel.PREFECTURE, RegionLevel.COUNTY)
        self.fields["region"].queryset = Region.objects.filter(level__in=above)
        self.fields["region"].empty_label = "请选地区"
        self.fields["kind"].choices = [("", "请选种类"), *StandardKind.choices]
        if not self.instance._state.adding:
            del self.fields["kind"], self.fields["region"]

    def _post_clean(self) -> None:
        """The service writes and validates, under a lock; the form leaves the record as it is."""
