"""Settings of one node: `node.toml` in its directory, over it the environment, over that the options.

A key is a dotted name (`backup.path`); its variable is QIAO_ and the name in capitals, joined by `_`.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from node import language
from node.errors import DiskTrouble, Usage
from node.language import say
from sync_protocol.limits import MAX_HOLD

FILE = "node.toml"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_ATTACHMENT = 100 * 1024 * 1024  # hashing more would hold up what else a request carries
_ANYWHERE = ("0.0.0.0", "::", "")

Value = str | int | bool | list[Any]


@dataclass(frozen=True, slots=True)
class Config:
    """What node.toml says, with every default filled in. `directory` is the node's own."""

    directory: Path
    listen: str = "127.0.0.1:12351"
    address: str = ""
    parent: str = ""
    hold_seconds: int = MAX_HOLD
    language: str = "zh"
    kitty_keys: bool = False
    ascii_borders: bool = False
    bell: bool = False
    read_only: bool = False
    backup_enabled: bool = True
    backup_way: str = "auto"
    backup_path: str = "backup"
    backup_replicas: list[Any] = field(default_factory=list)
    backup_first: str = ""
    backup_program: str = ""
    backup_retention_hours: int = 168
    backup_every_minutes: int = 60
    backup_drill_days: int = 7
    backup_old_hours: int = 24
    backup_wal_mb: int = 512
    attachment_max: int = 20 * 1024 * 1024
    attachment_budget: int = 200 * 1024 * 1024
    drop_folder: str = ""
    drop_staff: str = ""
    notify_command: list[str] = field(default_factory=list)
    notify_a_minute: int = 30
    web_bind: str = "127.0.0.1:12352"
    web_url: str = ""
    web_certificate: str = ""
    web_private_key: str = ""
    web_seats: int = 15
    web_idle_minutes: int = 60
    web_folder: str = ""
    tls_required: bool = False
    tls_ca: str = ""
    keys_passphrase_file: str = ""
    database_encrypted: bool = False
    log_level: str = "info"
    log_bytes: int = 5 * 1024 * 1024
    log_files: int = 5
    metrics_listen: str = ""
    api_listen: str = ""
    api_certificate: str = ""
    api_private_key: str = ""
    given: Mapping[str, str] = field(default_factory=dict)  # key → where its value came from

    @property
    def host(self) -> str:
        return split_listen(self.listen)[0]

    @property
    def port(self) -> int:
        return split_listen(self.listen)[1]

    @property
    def encrypted(self) -> bool:
        """Whether node.db is encrypted; before there is one, whether it will be. Litestream can't read such a file."""
        from node.store import raw

        path = self.directory / "node.db"
        return raw.is_encrypted(path) if path.exists() else self.database_encrypted

    @property
    def drop_directory(self) -> Path | None:
        return self.directory / self.drop_folder if self.drop_folder else None

    @property
    def backup_directory(self) -> Path:
        return self.directory / self.backup_path

    def dial_address(self, port: int | None = None) -> str:
        """The URL for invitations; `port` is the real one where the system chose it."""
        if self.address:
            return self.address
        host, asked = split_listen(self.listen)
        host = "127.0.0.1" if host in _ANYWHERE else host
        shown = f"[{host}]" if ":" in host else host
        scheme = "http" if host in LOOPBACK else "https"
        return f"{scheme}://{shown}:{asked if port is None else port}"


@dataclass(frozen=True, slots=True)
class Key:
    """One valid key: the attribute of Config it sets, its type, and what its value must satisfy."""

    attribute: str
    kind: type
    check: Callable[[Any], bool] = lambda _value: True
    wants: tuple[str, str] = ("", "")  # the value wanted, in Chinese and English


def split_listen(listen: str) -> tuple[str, int]:
    """HOST:PORT, [IPv6]:PORT or :PORT → (host, port). Raises ValueError."""
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(listen)
    bare = host.removeprefix("[").removesuffix("]")
    if ":" in bare and bare == host:
        raise ValueError(listen)
    return bare, int(port)


def _is_listen(value: str) -> bool:
    try:
        split_listen(value)
    except ValueError:
        return False
    return True


def _is_loopback(value: str) -> bool:
    return _is_listen(value) and split_listen(value)[0] in LOOPBACK


def is_url(value: str) -> bool:
    """Empty, or http(s) with a host and nothing behind the path."""
    if not value:
        return True
    try:
        parts = urlsplit(value)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_fits and not parts.query


_LISTEN = ("主机:端口", "HOST:PORT")
_URL = ("http:// 或 https:// 网址", "an http:// or https:// URL")
_SECONDS = (f"0 至 {MAX_HOLD} 的整数", f"an integer from 0 to {MAX_HOLD}")
_HOURS = ("1 至 8760 的整数", "an integer from 1 to 8760")
_BYTES = ("1 至 104857600 的整数（字节）", "an integer from 1 to 104857600 (bytes)")
_BUDGET = ("非负整数（字节）", "an integer of 0 or more (bytes)")
_YES_NO = ("true 或 false", "true or false")
_WORDS = ('["程序", "参数", …]', '["PROGRAM", "ARGUMENT", …]')
_SEATS = ("1 至 200 的整数", "an integer from 1 to 200")
_MINUTES = ("1 至 1440 的整数", "an integer from 1 to 1440")
_A_MINUTE = ("1 至 600 的整数", "an integer from 1 to 600")
BACKUP_WAYS = ("auto", "litestream", "sealed")
_WAY = ("auto、litestream 或 sealed", "auto, litestream or sealed")
_TABLES = ("若干 [[backup.replica]]", "tables [[backup.replica]]")
_EVERY = ("5 至 1440 的整数", "an integer from 5 to 1440")
_DRILL = ("0 至 365 的整数", "an integer from 0 to 365")
_WAL = ("16 至 65536 的整数", "an integer from 16 to 65536")
_TEXT = ("带引号的文字", "text in quotes")
_LEVELS = ("debug", "info", "warning", "error")
_LEVEL = (" / ".join(_LEVELS), ", ".join(_LEVELS))
_LOG_BYTES = ("65536 至 1073741824 的整数（字节）", "an integer from 65536 to 1073741824 (bytes)")
_LOG_FILES = ("0 至 100 的整数", "an integer from 0 to 100")
_API = ("空，或主机:端口，如 127.0.0.1:12353", "empty, or HOST:PORT such as 127.0.0.1:12353")
_LOOPBACK = (
    "空，或本机地址:端口，如 127.0.0.1:9351",
    "empty, or a loopback HOST:PORT such as 127.0.0.1:9351",
)

KEYS: Mapping[str, Key] = {
    "listen": Key("listen", str, _is_listen, _LISTEN),
    "address": Key("address", str, is_url, _URL),
    "parent": Key("parent", str, is_url, _URL),
    "hold_seconds": Key("hold_seconds", int, lambda value: 0 <= value <= MAX_HOLD, _SECONDS),
    "language": Key("language", str, lambda value: value in language.LANGUAGES, ("zh / en", "zh or en")),
    "screen.kitty_keys": Key("kitty_keys", bool, wants=_YES_NO),
    "screen.ascii_borders": Key("ascii_borders", bool, wants=_YES_NO),
    "screen.bell": Key("bell", bool, wants=_YES_NO),
    "screen.read_only": Key("read_only", bool, wants=_YES_NO),
    "backup.enabled": Key("backup_enabled", bool, wants=_YES_NO),
    "backup.way": Key("backup_way", str, lambda value: value in BACKUP_WAYS, _WAY),
    "backup.path": Key("backup_path", str, bool, _TEXT),
    "backup.replica": Key("backup_replicas", list, lambda value: all(type(one) in (dict, str) for one in value),
                          _TABLES),
    "backup.first": Key("backup_first", str, wants=_TEXT),
    "backup.program": Key("backup_program", str, wants=_TEXT),
    "backup.retention_hours": Key(
        "backup_retention_hours", int, lambda value: 1 <= value <= 8760, _HOURS
    ),
    "backup.every_minutes": Key("backup_every_minutes", int, lambda value: 5 <= value <= 1440, _EVERY),
    "backup.drill_days": Key("backup_drill_days", int, lambda value: 0 <= value <= 365, _DRILL),
    "backup.old_hours": Key("backup_old_hours", int, lambda value: 1 <= value <= 8760, _HOURS),
    "backup.wal_mb": Key("backup_wal_mb", int, lambda value: 16 <= value <= 65536, _WAL),
    "attachment_max": Key("attachment_max", int, lambda value: 1 <= value <= MOST_ATTACHMENT, _BYTES),
    "attachment_budget": Key("attachment_budget", int, lambda value: value >= 0, _BUDGET),
    "drop.folder": Key("drop_folder", str, wants=_TEXT),
    "drop.staff": Key("drop_staff", str, wants=_TEXT),
    "notify.command": Key("notify_command", list, lambda value: all(type(one) is str and one for one in value), _WORDS),
    "notify.a_minute": Key("notify_a_minute", int, lambda value: 1 <= value <= 600, _A_MINUTE),
    "web.bind": Key("web_bind", str, _is_listen, _LISTEN),
    "web.url": Key("web_url", str, is_url, _URL),
    "web.certificate": Key("web_certificate", str, wants=_TEXT),
    "web.private_key": Key("web_private_key", str, wants=_TEXT),
    "web.seats": Key("web_seats", int, lambda value: 1 <= value <= 200, _SEATS),
    "tls.required": Key("tls_required", bool, wants=_YES_NO),
    "keys.passphrase_file": Key("keys_passphrase_file", str, wants=_TEXT),
    "database.encrypted": Key("database_encrypted", bool, wants=_YES_NO),
    "tls.ca": Key("tls_ca", str, wants=_TEXT),
    "web.folder": Key("web_folder", str, wants=_TEXT),
    "web.idle_minutes": Key("web_idle_minutes", int, lambda value: 1 <= value <= 1440, _MINUTES),
    "log.level": Key("log_level", str, lambda value: value in _LEVELS, _LEVEL),
    "log.bytes": Key("log_bytes", int, lambda value: 1 << 16 <= value <= 1 << 30, _LOG_BYTES),
    "log.files": Key("log_files", int, lambda value: 0 <= value <= 100, _LOG_FILES),
    "api.listen": Key("api_listen", str, lambda value: not value or _is_listen(value), _API),
    "api.certificate": Key("api_certificate", str, wants=_TEXT),
    "api.private_key": Key("api_private_key", str, wants=_TEXT),
    "metrics.listen": Key("metrics_listen", str, lambda value: not value or _is_loopback(value), _LOOPBACK),
}  # fmt: skip
TABLES = frozenset(name.split(".")[0] for name in KEYS if "." in name)


def load(
    directory: Path,
    overrides: Mapping[str, Value | None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Reads DIR/node.toml (absent: defaults). `overrides` are options, None where not given.

    Raises Usage `bad_config` that names the file, the key and the nearest valid one.
    """
    path = directory / FILE
    found: dict[str, tuple[Value, str]] = {}
    for name, value in _flat(_read(path), path).items():
        found[name] = (value, FILE)
    for name, value in _from_environment(os.environ if environ is None else environ).items():
        found[name] = (value, _variable(name))
    for name, option in (overrides or {}).items():
        if option is not None:
            found[name] = (option, "--" + name.replace("_", "-"))
    settings = {KEYS[name].attribute: checked(name, *pair, path) for name, pair in found.items()}
    return Config(directory, given={name: source for name, (_, source) in found.items()}, **settings)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        twice = re.search(r"Cannot declare \('(\w+)',\) twice(.*)", str(fault))
        zh, en = f"{path} 不是正确的 TOML：{fault}", f"{path} isn't TOML: {fault}"
        if twice:
            zh = f"{path} 里 [{twice[1]}] 写了两次{twice[2]}：把两段的内容合到前一段下面"
            en = f"{path} has [{twice[1]}] twice{twice[2]}: put what stands in both under the first"
        raise _bad(say(zh, en), f"${{EDITOR:-vi}} {path}") from fault
    except OSError as fault:
        raise DiskTrouble(say(f"读不了 {path}：{fault}", f"{path} can't be read: {fault}")) from fault


def _flat(tree: Mapping[str, Any], path: Path, prefix: str = "") -> dict[str, Value]:
    """Tables to dotted names; the first unknown one is told."""
    flat: dict[str, Value] = {}
    for key, value in tree.items():
        name = prefix + key
        if isinstance(value, dict) and not prefix and key in TABLES:
            flat |= _flat(value, path, f"{key}.")
        elif name in KEYS:
            flat[name] = value
        else:
            raise _unknown(name, path)
    return flat


def _unknown(name: str, path: Path) -> Usage:
    near = difflib.get_close_matches(name, [*KEYS, *TABLES], n=1, cutoff=0.0)[0]
    return _bad(
        say(
            f"{path}：没有“{name}”这一项，最接近的是“{near}”",
            f"{path}: there is no key '{name}'; the nearest is '{near}'",
        ),
        f"sed -i 's/{name.rpartition('.')[2]}/{near.rpartition('.')[2]}/' {path}",
    )


def _variable(name: str) -> str:
    return "QIAO_" + name.replace(".", "_").upper()


def _from_environment(environ: Mapping[str, str]) -> dict[str, Value]:
    named = {name: environ.get(_variable(name), "") for name in KEYS}
    return {name: _parsed(text, KEYS[name].kind) for name, text in named.items() if text}


def _parsed(text: str, kind: type) -> Value:
    """A variable's text as the key's type; what doesn't parse stays text, and is refused as a wrong type."""
    if kind is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if kind is list:
        with suppress(ValueError):  # quotes that don't close: refused as what it is, a text
            return shlex.split(text)
    if kind is int and re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    return text


def checked(name: str, value: Value, source: str, path: Path) -> Any:
    """The value, if it fits its key; else raises Usage `bad_config` that names where it came from."""
    key = KEYS[name]
    if type(value) is key.kind and key.check(value):
        return value
    zh, en = key.wants
    where, hint = source, f"unset {source}" if source.startswith("QIAO") else ""
    if source == FILE:
        where, hint = str(path), f"${{EDITOR:-vi}} {path}"
    raise _bad(
        say(
            f"{where}：“{name}”的值 {value!r} 不对，应为{zh}",
            f"{where}: '{name}' is {value!r}; it must be {en}",
        ),
        hint,
    )


def check_drop(config: Config) -> None:
    """Raises Usage `bad_config` for a drop folder that isn't there, or is nobody's."""
    path, where = config.drop_directory, config.directory / FILE
    edit = f"${{EDITOR:-vi}} {where}"
    if not config.drop_staff:
        zh, en = "写了 drop.folder，还要写 drop.staff", "drop.folder needs drop.staff"
        raise _bad(f"{where}：{say(zh, en)}", edit)
    if path is None or not path.is_dir():
        zh, en = f"drop.folder 没有这个文件夹：{path}", f"drop.folder: there is no folder {path}"
        raise _bad(f"{where}：{say(zh, en)}", f"mkdir {path}")


def _bad(text: str, hint: str) -> Usage:
    return Usage(text, code="bad_config", hint=hint)
