"""The recorder: it opens the cassettes of a folder, for recording or for replay."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from linode_orm._options import check_flags
from linode_orm.testing.cassettes.cassette import Cassette
from linode_orm.testing.cassettes.file_format import read, write
from linode_orm.testing.cassettes.recording import Recording
from linode_orm.testing.cassettes.replay import Replay
from linode_orm.testing.cassettes.scrubbing import KeyRule
from linode_orm.testing.cassettes.yaml_codec import check_yaml
from linode_orm.testing.declared import declared_keys
from linode_orm.wire.interceptor import intercepted

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

Record: TypeAlias = bool | Literal["once"]
"""Whether cassettes are recorded: never, each time anew, or where there is none yet."""


@frozen
class Recorder:
    """Opens the cassettes of a folder."""

    folder: Path
    record: Record
    rule: KeyRule

    def path(self, name: str) -> Path:
        """Return where the cassette of that name lies; `.yaml` is added where it is missing."""
        return self.folder / (name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")

    def exists(self, name: str) -> bool:
        """Whether there is a cassette of that name."""
        return self.path(name).is_file()

    @contextmanager
    def use_cassette(self, name: str, /) -> Iterator[Cassette]:
        """Record or replay, in a `with` block, what every client of this process sends, whatever its workers.

        A replay sends nothing, takes any token, and gives clients the clock of the recording. Raises `CassetteError`
        where there is no cassette to replay, where it cannot be read, and for a request that no recording answers. It
        is raised at the request, and again at the end of a block that went on all the same. A recording is written at
        the end, whole or not at all. It is not written where Ctrl-C ended the block, nor where a field looks like a
        secret that is not declared: that is a `CassetteError` that names the field.
        """
        check_yaml()
        path = self.path(name)
        if self.record is True or (self.record == "once" and not path.is_file()):
            recording = Recording(self.rule)
            try:
                with intercepted(recording):
                    yield Cassette(path, recording.length, lambda: 0, is_recorded=True)
            except Exception:
                write(path, recording.finish())
                raise
            write(path, recording.finish())
        else:
            replay = Replay(read(path), path.name, self.rule)
            with intercepted(replay):
                yield Cassette(path, lambda: replay.length, lambda: replay.played, is_recorded=False)
            replay.check()


def recorder(
    folder: str | os.PathLike[str],
    *,
    record: Record = False,
    secret_keys: Iterable[str] = (),
    plain_keys: Iterable[str] = (),
) -> Recorder:
    """Give a recorder of the cassettes in `folder`; they hold no secrets, and are YAML as vcrpy writes it.

    `with recorder(folder).use_cassette("name"): ...` replays. With `record=True` the block is recorded anew, with
    `record="once"` where there is no cassette yet. What is a secret is known from the declarations of the models and
    from the names of keys. `secret_keys` adds keys of other documents, and `plain_keys` keys that only look like those
    of secrets. Raises `ConfigError` where PyYAML is not installed, at the first cassette.
    """
    if record != "once":
        check_flags(record=record)
    declared_keys()  # here, because it imports every model, and a block is to take the time of its requests
    return Recorder(Path(folder), record, KeyRule(frozenset(secret_keys), frozenset(plain_keys)))
