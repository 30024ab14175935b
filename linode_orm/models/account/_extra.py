"""What applications of the account have beyond their fields: a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, act, operation
from linode_orm.models._files import content

if TYPE_CHECKING:
    from linode_orm.models._files import Source
    from linode_orm.wire import Content


class OAuthClientFiles(Model):
    """The picture of an application, as a file."""

    @operation("GET", "thumbnail", answers="bytes")
    def thumbnail(self) -> bytes:
        """Download the picture that users see, as PNG."""
        return act(self, "thumbnail")

    @operation("PUT", "thumbnail")
    def _put_thumbnail(self, picture: Content) -> None:
        """Upload the picture that users see."""
        act(self, "_put_thumbnail", locals())

    def set_thumbnail(self, picture: Source) -> None:
        """Upload the picture that users see, as PNG: its bytes, its path or an open file."""
        self._put_thumbnail(content(picture, "image/png"))
