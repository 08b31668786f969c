"""Forms of the ground floor. They check what one person typed; services check what may be."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from dabao.services import signin


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

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError("新密码和现在的一样。请换一个没用过的。")
        return password
