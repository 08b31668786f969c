"""Who supervises whom, and what supervision finds and orders (C18–C22, C26)."""

from supervision.models.assignment import Assignment, Group

__all__ = ["Assignment", "Group"]
