"""Which port the trial listens on: the default one moves on when taken, a given one is kept to."""

import socket

DEFAULT = 8000
TRIES = 50


class PortTakenError(Exception):
    """The port that was asked for cannot be had; the message says so in Chinese."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 the address that the web server takes
        except OSError:
            return False
    return True


def choose(given: str) -> int:
    """The port to listen on. `given` is the text of PORT, empty when nobody asked for one."""
    if not given:
        for port in range(DEFAULT, DEFAULT + TRIES):
            if is_free(port):
                return port
        raise PortTakenError(
            f"端口 {DEFAULT} 至 {DEFAULT + TRIES - 1} 都被占用。请用 PORT=端口号 make run 指定一个。"
        )
    if not given.isdigit() or not 1 <= int(given) <= 65535:
        raise PortTakenError(f"PORT 应是 1 至 65535 的数字，现在是「{given}」。请改正后再启动。")
    if not is_free(int(given)):
        raise PortTakenError(f"端口 {given} 已被占用或无权使用。请换一个 PORT，或去掉 PORT 让系统自己选。")
    return int(given)
