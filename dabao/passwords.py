"""Password rules (A02): length and kinds of GB/T 22239, common words of ASVS."""

from typing import Any

from django.core.exceptions import ValidationError

from dabao import naming

SHORTEST = 10
LONGEST = 128
KINDS_NEEDED = 3
# Words that anybody here would try first, besides the names of the place; a password that leans on one is
# refused.
LOCAL_WORDS = (
    "dabao",
    "minzheng",
    "jiuzhu",
    "dibao",
    "tuopin",
    "fupin",
    "民政",
)


class ComplexityValidator:
    """At least 10 characters, of three kinds among capitals, small letters, digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 Django's signature
        if not SHORTEST <= len(password) <= LONGEST:
            raise ValidationError(
                f"密码应为 {SHORTEST} 至 {LONGEST} 个字符，现在是 {len(password)} 个。", "password_length"
            )
        kinds = {
            "upper" if c.isupper() else "lower" if c.islower() else "digit" if c.isdigit() else "sign"
            for c in password
        }
        if len(kinds) < KINDS_NEEDED:
            raise ValidationError(self.get_help_text(), "password_kinds")

    def get_help_text(self) -> str:
        return f"密码至少 {SHORTEST} 个字符，并含大写字母、小写字母、数字、符号中的 {KINDS_NEEDED} 种。"


class LocalWordsValidator:
    """No password that leans on the county's and the office's own words, or on the user name."""

    def validate(self, password: str, user: Any = None) -> None:
        words = {*LOCAL_WORDS, *naming.local_words(), user.get_username().lower() if user else ""}
        if any(word and word in password.lower() for word in words):
            raise ValidationError(self.get_help_text(), "password_local_word")

    def get_help_text(self) -> str:
        return "密码不要含账号名、地名、单位和业务的拼音（如 minzheng、dibao），这些最容易被猜中。"
