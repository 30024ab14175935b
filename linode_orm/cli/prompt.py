"""The prompt of `linode-orm shell`: names that are loaded when they are typed, and completion that sends nothing."""

from __future__ import annotations

import code
import sys
import traceback
from typing import TYPE_CHECKING, Any

import linode_orm
from linode_orm._printable import printable_lines

if TYPE_CHECKING:
    from linode_orm.session.verbs.session import Session

_PENDING = "pending changes are lost: session.commit() was not called"


def _public() -> list[str]:
    names: list[str] = getattr(linode_orm, "__all__")  # noqa: B009  given by the package's `__getattr__`
    return names


class Names(dict[str, Any]):
    """The names at the prompt: those of the user, and every public name of the package when it is first used."""

    def __missing__(self, name: str) -> object:
        if name.startswith("_") or name not in _public():
            raise KeyError(name)
        value = self[name] = getattr(linode_orm, name)
        return value


class Completer:
    """Completes names, and attributes by their class: no attribute is read, for reading one may send a request."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._found: list[str] = []

    def __call__(self, text: str, state: int) -> str | None:
        """Return the match of that number, as readline asks for them."""
        if not state:
            self._found = self.matches(text)
        return self._found[state] if state < len(self._found) else None

    def matches(self, text: str) -> list[str]:
        """Return all that a text may be completed to."""
        before, dot, last = text.rpartition(".")
        if not dot:
            known = {*self._names, *_public()}
            return sorted(name for name in known if name.startswith(text) and not name.startswith("__"))
        held = self._held(before)
        if held is None:
            return []
        hidden = not last.startswith("_")
        return sorted(
            f"{before}.{name}"
            for name in dir(held if isinstance(held, type) else type(held))
            if name.startswith(last) and not (hidden and name.startswith("_"))
        )

    def _held(self, text: str) -> object:
        """Return what a plain name stands for; of a chain nothing is known without reading it."""
        if not text.isidentifier():
            return None
        try:
            return self._names[text]
        except KeyError:
            return None


def run_prompt(session: Session, banner: str) -> bool:
    """Read and run lines until the end of input; return whether all went well.

    What a pipe holds is run as one script, and its errors are shown as Python shows them.
    """
    names = Names(session=session, __name__="__console__", __builtins__=__builtins__)
    went_well = True
    if sys.stdin.isatty():
        _complete(names)
        code.InteractiveConsole(names).interact(banner, exitmsg="")
    else:
        went_well = _run_script(sys.stdin.read(), names)
    if session.new or session.dirty or session.deleted:
        sys.stderr.write(f"Warning: {_PENDING}\n")
    return went_well


def _run_script(text: str, names: Names) -> bool:
    """Run a script; return whether it ended without an error."""
    try:
        exec(compile(text, "<standard input>", "exec"), names)  # noqa: S102  it is a Python prompt
    except (OSError, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  whatever the user's lines raise
        lines = traceback.format_exception(error)
        sys.stderr.write(printable_lines("".join([lines[0], *lines[2:]])))
        return False
    return True


def _complete(names: Names) -> None:
    """Let the tab key complete, where the system has readline."""
    try:
        import readline  # noqa: PLC0415  some systems have none
    except ImportError:
        return
    readline.set_completer(Completer(names))
    readline.set_completer_delims(" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?")
    readline.parse_and_bind("tab: complete")
