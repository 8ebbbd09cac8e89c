"""Files (文件) that a person names on a screen.

Who sits at this machine names any that he can reach. Who sits at a browser does not: the files are those of another
machine, and the node's own keys would leave it as an attachment. To him one folder is open, if the administrator named
one (`web.folder`), and nothing outside of it, wherever a link in it leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from node.errors import Usage
from node.language import say


@dataclass(frozen=True, slots=True)
class Folder:
    is_bound: bool = False
    root: Path | None = None  # of a bound one; None: there is none

    @classmethod
    def of_seat(cls, directory: Path, named: str) -> Folder:
        """`named`: the setting. Raises Usage `bad_config` where the node's own directory would be open to it."""
        if not named:
            return cls(True)
        root = directory / named
        if directory.resolve().is_relative_to(root.resolve()):
            zh, en = (
                f"web.folder 不能是节点目录或它的上级：{root}",
                f"web.folder holds the node's directory: {root}",
            )
            raise Usage(say(zh, en), code="bad_config", hint="qiao web --help")
        return cls(True, root)

    def path(self, text: str) -> Path:
        """The file that was meant; of a bound one, a name in the folder. Raises Usage `seat_files`."""
        if not self.is_bound:
            return Path(text).expanduser()
        if self.root is None:
            zh = "浏览器席位不能读写服务器上的文件；请管理员设 web.folder，或在服务器的终端里办"
            en = "a browser's seat reads and writes no files of the server; web.folder can open one folder to it"
            raise Usage(say(zh, en), code="seat_files", hint="qiao ticket attach ID FILE")
        root = self.root.resolve()
        found = (root / text).resolve()
        if found == root or not found.is_relative_to(root):
            zh, en = f"浏览器席位只能用 {root} 里的文件", f"a browser's seat may only name files in {root}"
            raise Usage(say(zh, en), code="seat_files", hint=f"ls -l {root}")
        return found
