from django.apps import AppConfig


class DabaoConfig(AppConfig):
    name = "dabao"
    verbose_name = "系统"

    def ready(self) -> None:
        from dabao import demo  # noqa: F401 registers its check
