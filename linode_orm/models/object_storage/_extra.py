"""What buckets have beyond their fields: the objects inside, which are reached by signed addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import UNSET, Model, Nested, ReadOnly, act, operation
from linode_orm.models._files import content, fetch, remove, send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from linode_orm.mapping import Unset
    from linode_orm.models._files import Progress, Source
    from linode_orm.models.object_storage.object_storage_bucket import ObjectStorageURL


class ObjectStorageObject(Nested):
    """One object of a bucket, as a listing shows it; a common prefix has a name alone."""

    name: ReadOnly[str]
    etag: ReadOnly[str | None] = ReadOnly(absent=True)
    last_modified: ReadOnly[datetime | None] = ReadOnly(absent=True)
    owner: ReadOnly[str | None] = ReadOnly(absent=True)
    size: ReadOnly[int | None] = ReadOnly(absent=True)


class ObjectPage(Nested):
    """A part of a bucket's listing; `next_marker` is where the next one begins."""

    data: ReadOnly[list[ObjectStorageObject]]
    is_truncated: ReadOnly[bool]
    next_marker: ReadOnly[str | None]


class ObjectAccess(Nested):
    """Who may reach one object of a bucket."""

    acl: ReadOnly[str]
    acl_xml: ReadOnly[str]


class BucketFiles(Model):
    """The objects of a bucket."""

    @operation("GET", "object-list", answers="value", gives=ObjectPage)
    def object_page(
        self,
        *,
        marker: str | Unset = UNSET,
        prefix: str | Unset = UNSET,
        delimiter: str | Unset = UNSET,
        page_size: int | Unset = UNSET,
    ) -> ObjectPage:
        """Read one part of the bucket's listing; `object_list` reads them all."""
        return act(self, "object_page", locals())

    def object_list(
        self, *, prefix: str | Unset = UNSET, delimiter: str | Unset = UNSET, page_size: int | Unset = UNSET
    ) -> Iterator[ObjectStorageObject]:
        """Give the objects whose names begin with `prefix`, part by part; `delimiter` folds what lies deeper."""
        page = self.object_page(prefix=prefix, delimiter=delimiter, page_size=page_size)
        yield from page.data
        while page.is_truncated and page.next_marker:
            page = self.object_page(marker=page.next_marker, prefix=prefix, delimiter=delimiter, page_size=page_size)
            yield from page.data

    @operation("GET", "object-acl", answers="value", gives=ObjectAccess)
    def object_acl(self, *, name: str) -> ObjectAccess:
        """Read who may reach one object."""
        return act(self, "object_acl", locals())

    @operation("PUT", "object-acl")
    def set_object_acl(self, *, name: str, acl: str) -> None:
        """Say who may reach one object: `private`, `public-read`, `authenticated-read`, `public-read-write`."""
        act(self, "set_object_acl", locals())

    def put_object(
        self,
        name: str,
        file: Source,
        *,
        content_type: str = "application/octet-stream",
        progress: Progress | None = None,
    ) -> None:
        """Upload an object: its bytes, its path or an open file; `progress` gets the bytes gone and those in all."""
        send(self, self._url(name, "PUT", content_type), content(file, content_type, progress))

    def get_object(self, name: str) -> bytes:
        """Download an object."""
        return fetch(self, self._url(name, "GET"))

    def delete_object(self, name: str) -> None:
        """Delete an object."""
        remove(self, self._url(name, "DELETE"))

    def _url(self, name: str, method: str, content_type: str | Unset = UNSET) -> str:
        given = {"name": name, "method": method, "content_type": content_type}
        signed: ObjectStorageURL = act(self, "object_url", given)
        return signed.url
