"""Keys and addresses that the settings need: kept in the data folder in demo mode, demanded in production."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from dabao.embedded import Postgres, Redis, socket_folder

FIELD_KEY_BYTES = 32
DEMANDED = {
    "SECRET_KEY": "会话和表单签名的密钥，至少 50 个字符",
    "DABAO_FIELD_KEY": "身份证号等字段的加密密钥，64 位十六进制",
    "DATABASE_URL": "PostgreSQL 的地址",
    "REDIS_URL": "Redis 的地址",
    "ALLOWED_HOSTS": "对外的域名，多个用逗号隔开",
}


def refuse_unfit_for_production(environment: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured naming all that keeps production from starting (A01, G02)."""
    faults = [f"缺少 {name}（{what}）" for name, what in DEMANDED.items() if not environment.get(name)]
    if len(environment.get("SECRET_KEY", "x" * 50)) < 50:
        faults.append("SECRET_KEY 不足 50 个字符，请重新生成")
    if "*" in environment.get("ALLOWED_HOSTS", "").split(","):
        faults.append("ALLOWED_HOSTS 不能是 *，请写明域名")
    if environment.get("DABAO_TODAY"):
        faults.append("不能设置 DABAO_TODAY：正式环境只认真实日期，请去掉这个变量")
    if faults:
        raise ImproperlyConfigured("正式环境不能启动：" + "；".join(faults) + "。说明见 docs/deployment.md。")


def kept(data_dir: Path, name: str) -> str:
    """A random key of 64 hexadecimal digits, made at first use, readable by its owner only."""
    path = data_dir / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        new = path.with_name(f"{name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(new, path)  # two first starts at once: one key wins, both use it
        new.unlink()
    return path.read_text().strip()


def field_key(text: str) -> bytes:
    """The 32 bytes behind 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != FIELD_KEY_BYTES:
        raise ImproperlyConfigured("DABAO_FIELD_KEY 应是 64 位十六进制。可用 openssl rand -hex 32 生成。")
    return key


def second_factor(text: str, *, production: bool) -> str:
    """Who signs in by two steps: `off` (trial only), `county` (all but the townships' people) or `all`."""
    choices = ("county", "all") if production else ("off", "county", "all")
    if text and text not in choices:
        raise ImproperlyConfigured(
            f"DABAO_SECOND_FACTOR 只能是 {' 或 '.join(choices)}，现在是「{text}」。请改正。"
        )
    return text or choices[0]


def embedded_database(data_dir: Path) -> dict[str, Any]:
    """Django's database entry for the embedded PostgreSQL of the data folder."""
    sockets = str(socket_folder(data_dir))
    user = Postgres.SUPERUSER
    return {"ENGINE": "dabao.postgres", "NAME": "postgres", "USER": user, "HOST": sockets, "OPTIONS": {}}


def embedded_redis_url(data_dir: Path) -> str:
    """Address of the Redis that `make run` keeps in the data folder."""
    return Redis(data_dir).url
