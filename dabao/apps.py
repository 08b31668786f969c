from django.apps import AppConfig


class DabaoConfig(AppConfig):
    name = "dabao"
    verbose_name = "系统"

    def ready(self) -> None:
        from django.forms import Field

        from dabao import demo  # noqa: F401 registers its check

        # Said by every field without words of its own; Django's says what is wrong and not what to do.
        Field.default_error_messages["required"] = "这一项空着。请填好再保存。"
