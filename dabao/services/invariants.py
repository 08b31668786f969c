"""What must hold of the ground floor: the audit chain verifies, nobody holds what must not go together."""

from collections.abc import Callable

from dabao import audit
from dabao.models import User
from dabao.scope import ALONE


def roles_that_exclude_each_other() -> list[str]:
    """The system administrator and the auditor hold nothing else on the same day (B08)."""
    mixed = [
        user.pk
        for user in User.objects.filter(postings__role__in=ALONE).distinct()
        if len(user.scope().roles) > 1
    ]
    return [f"账号 {pk} 同时是系统管理员或审计员和其他岗位" for pk in mixed]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "操作日志链": audit.verify_chain,
    "岗位互斥": roles_that_exclude_each_other,
}
