"""What images have beyond their fields: a file that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from linode_orm.mapping import UNSET, Model, act, operation
from linode_orm.models._files import content, send

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypedDict

    from linode_orm.mapping import SessionBase, Unset
    from linode_orm.models._files import Progress, Source
    from linode_orm.models.images.image import Image
    from linode_orm.models.regions.region import Region

    class _Answer(TypedDict):
        image: Image
        upload_to: str


@frozen(eq=False)
class ImageUpload:
    """An image that waits for its file, and the signed address that takes it for a while."""

    image: Image
    upload_to: str = field(repr=False)

    def send(self, file: Source, *, progress: Progress | None = None) -> None:
        """Upload the file, a disk's raw content packed by gzip; `progress` gets the bytes gone and those in all."""
        send(self.image, self.upload_to, content(file, "application/octet-stream", progress))


class ImageFiles(Model):
    """Images made of a file."""

    @classmethod
    @operation("POST", "upload", answers="value", scope="collection", parts={"image": "Image"}, event="image_upload")
    def create_upload(
        cls,
        session: SessionBase,
        /,
        *,
        label: str,
        region: Region | str,
        cloud_init: bool | Unset = UNSET,
        description: str | Unset = UNSET,
        tags: Sequence[str] | Unset = UNSET,
    ) -> ImageUpload:
        """Make an image that waits for its file; `upload` does that and sends the file too."""
        answer: _Answer = act(cls, "create_upload", locals())
        return ImageUpload(answer["image"], answer["upload_to"])

    @classmethod
    def upload(
        cls,
        session: SessionBase,
        file: Source,
        /,
        *,
        label: str,
        region: Region | str,
        cloud_init: bool | Unset = UNSET,
        description: str | Unset = UNSET,
        tags: Sequence[str] | Unset = UNSET,
        progress: Progress | None = None,
    ) -> Image:
        """Make an image of a file, a disk's raw content packed by gzip: its bytes, its path or an open file.

        The image is `pending_upload` until the API has looked at it; `wait_until` waits for that. `progress` is
        called with the bytes that went out and those in all.
        """
        upload = cls.create_upload(
            session, label=label, region=region, cloud_init=cloud_init, description=description, tags=tags
        )
        upload.send(file, progress=progress)
        return upload.image


__all__ = ["ImageFiles", "ImageUpload"]
