"""What a cluster's kubeconfig has beyond its field: the file itself."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

from linode_orm._private_files import write_private
from linode_orm.errors import ResponseError
from linode_orm.mapping import Model

if TYPE_CHECKING:
    import os

    from linode_orm.mapping import ReadOnly


class KubeconfigFile(Model):
    """The kubeconfig as a file."""

    if TYPE_CHECKING:
        kubeconfig: ReadOnly[str]

    def text(self) -> str:
        """Give the file's text; the API sends it in base64. Raise `ResponseError` where it is no such text."""
        try:
            return b64decode(self.kubeconfig, validate=True).decode()
        except ValueError:
            msg = f"{self.__describe__()}.kubeconfig is no text in base64 (the value is not shown)"
        raise ResponseError(msg)

    def write_to(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, readable by its owner only, for it holds a key to the cluster.

        A file that is there is replaced, and its mode with it.
        """
        target = Path(path)
        write_private(target, self.text().encode())
        return target
