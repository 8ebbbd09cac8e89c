"""What node.toml, or an URL on the command line, says of a replica's place (docs/settings.md).

An URL says all of it but the secret, which comes from a variable or a file of mode 0600: what stands on a command
line is in the process list.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from node.config import FILE as NODE_TOML
from node.config import Config
from node.errors import Forbidden, NotFound, Usage
from node.language import say

KINDS = ("file", "sftp", "s3")
MORE = ("endpoint", "region", "host_key", "key_file", "secret_file")  # what an URL's query may say besides
KEYS = ("name", "kind", "path", "url", *MORE)
SECRET = "QIAO_BACKUP_SECRET"  # and, of one replica alone, that with _NAME behind
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Replica:
    """One place. `path`: a directory, a path on the server, or the prefix in the bucket."""

    name: str
    kind: str
    path: str
    host: str = ""  # of the server; for s3 the bucket
    port: int = 22
    user: str = ""
    endpoint: str = ""
    region: str = ""
    host_key: str = ""
    key_file: str = ""
    secret_file: str = ""
    directory: Path = field(default=Path(), compare=False)  # from which relative paths start

    @property
    def shown(self) -> str:
        """As people are told where it is; nothing secret is in it."""
        if self.kind == "file":
            return self.path
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.kind == "sftp" and self.port != 22 else ""
        return f"{self.kind}://{user}{self.host}{port}/{self.path.lstrip('/')}"

    def secret(self, environ: Mapping[str, str] = os.environ) -> str:
        """The password, or ACCESS_KEY:SECRET of a bucket; empty where none is given. Raises Forbidden `loose_secret`,
        NotFound `no_secret`."""
        own = f"{SECRET}_{self.name.replace('-', '_').upper()}"
        given = environ.get(own) or environ.get(SECRET) or ""
        if given or not self.secret_file:
            return given
        return _read_secret(self.directory / self.secret_file)

    @property
    def key_path(self) -> str:
        return str((self.directory / self.key_file).absolute()) if self.key_file else ""


def replicas(config: Config) -> tuple[Replica, ...]:
    """Those of node.toml, the one that Litestream writes to first: `backup.first`, else a directory before what is
    far away. Raises Usage `bad_config`."""
    given = config.backup_replicas or [config.backup_path]
    found = [_of(one, number, config) for number, one in enumerate(given, 1)]
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise bad(config, say("两个副本同名", "two replicas have one name"))
    if config.backup_first and config.backup_first not in names:
        shown = " ".join(names)
        raise bad(
            config,
            say(f"backup.first 不是副本的名字，有：{shown}", f"backup.first names no replica of: {shown}"),
        )
    return tuple(sorted(found, key=lambda one: (one.name != config.backup_first, one.kind != "file")))


def known(config: Config, name: str) -> Replica:
    """One of node.toml. Raises NotFound `no_replica`, which names those that there are."""
    every = replicas(config)
    found = next((one for one in every if one.name == name), None)
    if found is None:
        names = " ".join(one.name for one in every)
        zh, en = f"没有叫“{name}”的副本，有：{names}", f"there is no replica {name}; there are: {names}"
        raise NotFound(say(zh, en), code="no_replica", hint="qiao backup status")
    return found


def named(config: Config, text: str) -> Replica:
    """A replica by its name in node.toml, an URL, or a path. Raises Usage `bad_replica`, `bad_config`."""
    if NAME.fullmatch(text):
        known = replicas(config)
        found = next((one for one in known if one.name == text), None)
        if found is not None:
            return found
    return of_text(text, Path())


def of_text(text: str, directory: Path, name: str = "") -> Replica:
    """A path, sftp://USER@HOST[:PORT]/PATH or s3://BUCKET/PREFIX, with ?endpoint=…&region=…&host_key=…&key_file=…
    &secret_file=… behind it. Raises Usage `bad_replica`."""
    if "://" not in text:
        place = (
            directory / Path(text).expanduser()
        ).absolute()  # Litestream runs elsewhere than who calls us
        return Replica(name or "file", "file", str(place), directory=directory)
    try:
        parts = urlsplit(text)
        port = parts.port or 22
        more = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as fault:
        raise _bad_url(text) from fault
    if parts.scheme == "file":
        return Replica(name or "file", "file", unquote(parts.path), directory=directory)
    if (
        parts.scheme not in KINDS
        or not parts.hostname
        or parts.password is not None
        or more.keys() - set(MORE)
    ):
        raise _bad_url(text)
    if parts.scheme == "sftp" and not (parts.username and more.get("host_key")):
        raise _bad_url(text)
    host = parts.hostname if parts.scheme == "sftp" else parts.netloc.rpartition("@")[2]
    path = unquote(parts.path) if parts.scheme == "sftp" else unquote(parts.path).strip("/")
    return Replica(
        name or parts.scheme, parts.scheme, path or "/", host, port, unquote(parts.username or ""),
        directory=directory, **more,
    )  # fmt: skip


def _bad_url(text: str) -> Usage:
    shown = re.sub(r"//([^/@:]*):[^/@]*@", r"//\1:…@", text)
    return Usage(
        say(
            f"看不懂副本的位置 {shown}：要目录、sftp://用户@主机/路径?host_key=…（缺主机公钥不连）或 s3://桶/前缀?endpoint=…；"
            f"口令不写在这里，放进 {SECRET} 或 0600 的文件",
            f"{shown} is no place of a replica: a directory, sftp://USER@HOST/PATH?host_key=… (without the server's "
            f"key it isn't dialled) or s3://BUCKET/PREFIX?endpoint=…; its secret goes into {SECRET} or a 0600 file",
        ),
        code="bad_replica",
        hint="qiao restore --help",
    )


def _of(given: Any, number: int, config: Config) -> Replica:
    """One entry of `backup.replica`: a table, or, from the environment, a text."""
    if isinstance(given, str):
        return of_text(given, config.directory, "file" if number == 1 else f"file-{number}") if "://" not in given \
            else of_text(given, config.directory, f"{given.partition(':')[0]}-{number}")  # fmt: skip
    _check_keys(given, config)
    text = str(given.get("url") or given.get("path") or "")
    try:
        made = of_text(
            _with_query(text, given), config.directory, str(given.get("name") or _name(text, number))
        )
    except Usage as fault:
        raise bad(config, fault.text) from fault
    if given.get("kind", made.kind) != made.kind or not text or not NAME.fullmatch(made.name):
        said = say(
            "要有 path 或 url，kind 与它相符，name 用小写字母、数字和 -",
            "path or url, a kind that fits it, a name of a-z 0-9 -",
        )
        raise bad(config, said)
    return made


def _name(text: str, number: int) -> str:
    kind = text.partition("://")[0] if "://" in text else "file"
    return kind if number == 1 else f"{kind}-{number}"


def _with_query(text: str, given: Mapping[str, Any]) -> str:
    from urllib.parse import urlencode

    more = {key: str(given[key]) for key in MORE if given.get(key)}
    return f"{text}{'&' if '?' in text else '?'}{urlencode(more)}" if more and "://" in text else text


def _check_keys(given: Mapping[str, Any], config: Config) -> None:
    for key, value in given.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.0)[0]
            zh, en = (
                f"[[backup.replica]] 没有“{key}”这一项，最接近的是“{near}”",
                f"[[backup.replica]] has no key '{key}'; ",
            )
            raise bad(config, say(zh, f"{en}the nearest is '{near}'"))
        if not isinstance(value, str):
            raise bad(
                config,
                say(
                    f"[[backup.replica]] 的“{key}”要用引号",
                    f"[[backup.replica]] '{key}' must be a text in quotes",
                ),
            )


def bad(config: Config, text: str) -> Usage:
    where = config.directory / NODE_TOML
    return Usage(f"{where}：{text}", code="bad_config", hint=f"${{EDITOR:-vi}} {where}")


def _read_secret(path: Path) -> str:
    try:
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Forbidden(
                say(f"{path} 对其他用户开放，不能使用", f"{path} is open to other users, and isn't used"),
                code="loose_secret",
                hint=f"chmod 600 {path}",
            )
        return path.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise NotFound(
            say(f"读不了 {path}：{fault.strerror}", f"{path} can't be read: {fault.strerror}"),
            code="no_secret",
            hint=f"ls -l {path}",
        ) from fault
