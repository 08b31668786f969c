from django.apps import AppConfig


class DabaoConfig(AppConfig):
    name = "dabao"
    verbose_name = "系统"
