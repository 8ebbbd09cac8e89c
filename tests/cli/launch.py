"""Stands for a process of the command that `brood.py` forks: its streams, its exit code, the signals it gets.

Run as `python -IS launch.py SOCKET -P -m cli WORDS…`, by a script that takes Python's place (`command.py`). It
imports next to nothing, or the command itself would be as quick.
"""

import array
import marshal
import os
import resource
import signal
import socket
import sys

LENGTH = 4  # bytes of a number on the line, as in brood.py
LOST = 70  # the brood has gone: no exit code of the command
PASSED_ON = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def main(place: str, words: list[str]) -> int:
    """The exit code; where a signal ended the command, this process ends by it too."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(place)
    for one in PASSED_ON:
        signal.signal(one, lambda number, _frame: line.send(bytes([number])))
    bound = resource.getrlimit(resource.RLIMIT_FSIZE)
    asked = marshal.dumps((words, dict(os.environ), os.getcwd(), bound))
    streams = array.array("i", (0, 1, 2))
    line.sendmsg([len(asked).to_bytes(LENGTH, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    line.sendall(asked)
    told = line.recv(LENGTH)
    if not told:
        return LOST
    code = int.from_bytes(told, "big", signed=True)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    assert sys.argv[2:5] == ["-P", "-m", "cli"], sys.argv
    os._exit(main(sys.argv[1], sys.argv[5:]))
