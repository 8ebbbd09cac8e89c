"""Groups and commands as `qiao` shows them: subjects imported when called, help as it was written.

Importing every subject would cost more than the half second in which `--help` and `status` must answer.
"""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from node.errors import Usage
from node.language import say

if TYPE_CHECKING:
    from node.matters.draft import Kind

# name → (module of node.commands, summary); a module's `app` is the subject's Typer app
SUBJECTS: dict[str, tuple[str, str]] = {
    "init": ("init", "建立本单位节点"),
    "invite": ("invite", "邀请下级单位入网，或登记挂靠单位"),
    "join": ("join", "凭邀请加入上级"),
    "enrol": ("enrol", "登记用文件来申请的下级"),
    "run": ("run", "运行节点（服务、同步、备份；终端中打开界面）"),
    "web": ("web", "浏览器里的界面：开席位、发席位链接"),
    "sync": ("sync", "立即与上级同步一轮"),
    "bundle": ("bundle", "用 U 盘与上级、下级交换数据包"),
    "status": ("status", "线路、待发、时钟、备份等现状"),
    "keys": ("keys", "密钥的口令"),
    "database": ("database", "数据库文件的加密与解密"),
    "doctor": ("doctor", "检查这台机器和节点：版本、时钟、磁盘、线路、备份、数据库"),
    "service": ("service", "开机自动运行：安装、卸载、查看系统服务"),
    "log": ("log", "运行日志"),
    "metrics": ("metrics", "运行中节点的指标（Prometheus 格式）"),
    "api": ("api", "给程序用的只读接口：令牌"),
    "clock": ("clock", "本机时间，确认时钟"),
    "staff": ("staff", "本单位人员"),
    "handover": ("handover", "把一位同事的在办事项全部交给另一位"),
    "note": ("notes", "给下一班的交班说明"),
    "registry": ("registry", "登记册：单位与节点，吊销、迁移、撤并、换密钥"),
    "ticket": ("matter", "工单"),
    "call": ("call", "来电台账，来电人的前情，话单核对"),
    "list": ("codelist", "代码表：主题、职业等"),
    "batch": ("batch", "按行执行一批操作"),
    "template": ("template", "登记用的模板"),
    "view": ("view", "存下的清单条件与列"),
    "exceptions": ("exceptions", "待处理异常：冲突、暂扣、隔离、被拒、不完整"),
    "reveal": ("reveal", "查看被遮住的个人信息（须写理由，签署留痕）"),
    "erase": ("erase", "依法删除，及其回执"),
    "retention": ("retention", "保存期限届满的个人信息"),
    "search": ("search", "全文检索"),
    "stats": ("stats", "统计指标，来电 K 线，超期清单"),
    "bulletin": ("bulletin", "通报：每月的排名与指标，发布、更正、导出"),
    "policy": ("policy", "时限等政策：现行值、修改"),
    "calendar": ("calendar", "工作日历：查看、导入"),
    "heads": ("heads", "各日志的位置"),
    "digest": ("digest", "本单位应有数据的指纹，核对码"),
    "verify": ("verify", "核验链、签名、正文与投影"),
    "backup": ("backup", "备份：现状、立即备份、演练、口令、密钥另存"),
    "restore": ("restore", "从备份恢复到空目录"),
    "audit": ("audit", "可核验的导出及其核验"),
    "demo": ("demo", "在一台机器上演示全流程"),
}
STYLE: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}


class Command(TyperCommand):
    """Help and examples keep their line breaks: Chinese text has no blanks to wrap at."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        _write(formatter, self.help)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write(formatter, self.epilog)


class Group(TyperGroup):
    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        _write(formatter, self.help)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write(formatter, self.epilog)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise _no_such(args[0], self.list_commands(ctx), ctx.command_path)
        return super().resolve_command(ctx, args)


class Subjects(Group):
    """The root: a subject's module is imported when its name is called, and no other."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*SUBJECTS, *others()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in SUBJECTS and cmd_name not in others():
            return None
        module = import_module(f"node.commands.{SUBJECTS.get(cmd_name, ('matter', ''))[0]}")
        app = module.app_for(cmd_name) if hasattr(module, "app_for") else module.app
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        rows = [(name, summary) for name, (_, summary) in SUBJECTS.items()]
        rows += [(name, kind.matter.label) for name, kind in others().items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def others() -> dict[str, Kind]:
    """Matters with verbs that no subject above names: a new kind of work needs no new command."""
    from node.matters import KINDS

    return {name: kind for name, kind in KINDS.items() if kind.verbs and name not in SUBJECTS}


def subject(help: str = "", epilog: str = "") -> typer.Typer:
    """An empty app in the house's style. A subject with one command is that command."""
    return typer.Typer(cls=Group, help=help, epilog=epilog, no_args_is_help=False, **STYLE)


def examples(*lines: str) -> str:
    return "\n".join(["例 Examples:", *(f"  {line}" for line in lines)])


def _write(formatter: Any, text: str | None) -> None:
    if text:
        formatter.write_paragraph()
        for line in inspect.cleandoc(text).splitlines():
            formatter.write(f"  {line}\n" if line else "\n")


def _no_such(name: str, known: list[str], path: str) -> Usage:
    near = get_close_matches(name, known, 1)
    text = say(f"没有命令 {name!r}", f"no such command {name!r}")
    if near:
        text += say(f"；最接近的是 {near[0]}", f"; the nearest is {near[0]}")
    return Usage(text, code="no_such_command", hint=" ".join([path, *near, "--help"]))
