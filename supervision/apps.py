from importlib import import_module

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = "督战"

    def ready(self) -> None:
        """The postings of assignments follow the members of units: the module registers it."""
        import_module("supervision.services.members")
