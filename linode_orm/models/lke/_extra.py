"""What a cluster's kubeconfig has beyond its field: the file itself."""

from __future__ import annotations

import os
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

from linode_orm.mapping import Model

if TYPE_CHECKING:
    from linode_orm.mapping import ReadOnly


class KubeconfigFile(Model):
    """The kubeconfig as a file."""

    if TYPE_CHECKING:
        kubeconfig: ReadOnly[str]

    def text(self) -> str:
        """Give the file's text; the API sends it in base64."""
        return b64decode(self.kubeconfig).decode()

    def write_to(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, readable by its owner only, for it holds a key to the cluster."""
        target = Path(path)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.text())
        return target
