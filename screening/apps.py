from importlib import import_module

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"
    verbose_name = "排查救助"

    def ready(self) -> None:
        """Open cases are work that a hand-over moves: the module registers it."""
        import_module("screening.services.moving")
