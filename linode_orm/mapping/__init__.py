"""What a resource is: fields, conditions, relations, states; no requests and no I/O."""

from typing import TYPE_CHECKING

from linode_orm._lazy import door as _door

if TYPE_CHECKING:
    from linode_orm.mapping.expressions import Expression as Expression
    from linode_orm.mapping.expressions import and_ as and_
    from linode_orm.mapping.expressions import not_ as not_
    from linode_orm.mapping.expressions import or_ as or_
    from linode_orm.mapping.fields import Field as Field
    from linode_orm.mapping.fields import Fixed as Fixed
    from linode_orm.mapping.fields import ReadOnly as ReadOnly
    from linode_orm.mapping.fields import Secret as Secret
    from linode_orm.mapping.fields import WriteOnly as WriteOnly
    from linode_orm.mapping.model import Model as Model
    from linode_orm.mapping.model import Nested as Nested
    from linode_orm.mapping.operations import act as act
    from linode_orm.mapping.operations import operation as operation
    from linode_orm.mapping.operators import Attribute as Attribute
    from linode_orm.mapping.operators import Order as Order
    from linode_orm.mapping.owner import Owner as Owner
    from linode_orm.mapping.owner import SessionBase as SessionBase
    from linode_orm.mapping.query import Query as Query
    from linode_orm.mapping.relations import Collection as Collection
    from linode_orm.mapping.relations import Many as Many
    from linode_orm.mapping.relations import One as One
    from linode_orm.mapping.relations import raiseload as raiseload
    from linode_orm.mapping.relations import selectin as selectin
    from linode_orm.mapping.tracked import TagList as TagList
    from linode_orm.mapping.tracked import TrackedDict as TrackedDict
    from linode_orm.mapping.tracked import TrackedList as TrackedList
    from linode_orm.mapping.values import ABSENT as ABSENT
    from linode_orm.mapping.values import JSON as JSON
    from linode_orm.mapping.values import UNSET as UNSET
    from linode_orm.mapping.values import Unset as Unset
else:
    __getattr__ = _door(
        __name__,
        {
            "ABSENT": "linode_orm.mapping.values",
            "Attribute": "linode_orm.mapping.operators",
            "Collection": "linode_orm.mapping.relations",
            "Expression": "linode_orm.mapping.expressions",
            "Field": "linode_orm.mapping.fields",
            "Fixed": "linode_orm.mapping.fields",
            "JSON": "linode_orm.mapping.values",
            "Many": "linode_orm.mapping.relations",
            "Model": "linode_orm.mapping.model",
            "Nested": "linode_orm.mapping.model",
            "One": "linode_orm.mapping.relations",
            "Order": "linode_orm.mapping.operators",
            "Owner": "linode_orm.mapping.owner",
            "Query": "linode_orm.mapping.query",
            "ReadOnly": "linode_orm.mapping.fields",
            "Secret": "linode_orm.mapping.fields",
            "SessionBase": "linode_orm.mapping.owner",
            "TagList": "linode_orm.mapping.tracked",
            "TrackedDict": "linode_orm.mapping.tracked",
            "TrackedList": "linode_orm.mapping.tracked",
            "UNSET": "linode_orm.mapping.values",
            "Unset": "linode_orm.mapping.values",
            "WriteOnly": "linode_orm.mapping.fields",
            "act": "linode_orm.mapping.operations",
            "and_": "linode_orm.mapping.expressions",
            "not_": "linode_orm.mapping.expressions",
            "operation": "linode_orm.mapping.operations",
            "or_": "linode_orm.mapping.expressions",
            "raiseload": "linode_orm.mapping.relations",
            "selectin": "linode_orm.mapping.relations",
        },
    )

__all__ = [
    "ABSENT",
    "JSON",
    "UNSET",
    "Attribute",
    "Collection",
    "Expression",
    "Field",
    "Fixed",
    "Many",
    "Model",
    "Nested",
    "One",
    "Order",
    "Owner",
    "Query",
    "ReadOnly",
    "Secret",
    "SessionBase",
    "TagList",
    "TrackedDict",
    "TrackedList",
    "Unset",
    "WriteOnly",
    "act",
    "and_",
    "not_",
    "operation",
    "or_",
    "raiseload",
    "selectin",
]
