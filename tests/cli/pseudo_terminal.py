"""Runs a command in a pseudo terminal, as a person does: what it asks is answered, what it shows is kept."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time

from tests.cli.fresh import COMMAND, environment_of, interpreter

WAIT = 60


class Ended:
    """How a command ended: its status, and all that stood on the terminal."""

    def __init__(self, status, text):
        self.status, self.text = status, text


def in_terminal(folder, *arguments, answers=(), interrupt_at="", **environment):
    """Run a command; `answers` are pairs of a text that is waited for and the line that is typed then.

    Ctrl-C is pressed when `interrupt_at` has been seen.
    """
    command = [interpreter(), "-c", COMMAND, *map(str, arguments)]
    return run_in_terminal(folder, command, answers=answers, interrupt_at=interrupt_at, **environment)


def run_in_terminal(folder, command, *, answers=(), interrupt_at="", **environment):
    """Run any program in a pseudo terminal, as `in_terminal` runs a command."""
    ours, theirs = pty.openpty()
    given = environment_of({"TERM": "xterm", "COLUMNS": "200", **environment})
    with subprocess.Popen(
        command, cwd=folder, env=given, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        text = _talk(ours, process, list(answers), interrupt_at)
        status = process.wait(timeout=WAIT)
    os.close(ours)
    return Ended(status, text)


def _talk(ours, process, answers, interrupt_at):
    text, until, seen, pressed = "", time.monotonic() + WAIT, 0, 0.0
    while time.monotonic() < until:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                return text
            if not part:
                return text
            text += part.decode(errors="replace")
        elif process.poll() is not None:
            return text
        if answers and answers[0][0] in text[seen:]:
            seen = len(text)
            os.write(ours, f"{answers.pop(0)[1]}\n".encode())
        if interrupt_at and interrupt_at in text and time.monotonic() > pressed + 1:
            # once more each second: Python may have looked for signals just before it began to wait for a line
            pressed = time.monotonic()
            process.send_signal(signal.SIGINT)
    process.kill()
    msg = f"the command did not end: {text}"
    raise AssertionError(msg)


if sys.platform == "win32":
    msg = "a pseudo terminal is one of POSIX"
    raise ImportError(msg)
