"""Names of SQLAlchemy that are not here, and what to write instead: one table, which the errors quote."""

from __future__ import annotations

from typing import Final

_RELATION: Final = (
    "the API has no joins; a condition on what a relation leads to is has() or any(), "
    "as in .filter(Volume.linode.has(Instance.region == 'us-east')), and .options(selectin(Volume.linode)) loads it"
)
_IN_PYTHON: Final = "the API has no such query; read the objects and do it in Python, as in"
_COLUMNS: Final = "a query gives whole objects; take the attributes of them, or read columns by .table(Instance.label)"
_NO_SQL: Final = "nothing here is SQL; session.query(Instance) reads, session.commit() writes"
_NO_FLUSH: Final = "there is no transaction at the API, so nothing is flushed; session.commit() or x.save() sends"
_TWO_QUERIES: Final = "or_(...) joins conditions of one query; of two queries join the lists, as in [*one, *other]"
_NO_LOCK: Final = "the API locks nothing; session.commit(conflicts='check') refuses what others have changed meanwhile"
_BULK: Final = "assign or add as usual: session.commit() sends one request for each object, side by side"
_NO_NULLS: Final = "nulls come last in every order, in both directions"
_LOADED: Final = (
    "selectin(...) loads a relation with the query; without it the first read loads it for all objects at once"
)
_DECLARED: Final = "the classes are declared already: from linode_orm import Instance"


def _each(names: str, instead: str) -> dict[str, str]:
    """Return the rows of several names of which the same is to be said."""
    return dict.fromkeys(names.split(), instead)


QUERY: Final = {
    **_each("join outerjoin join_from outerjoin_from select_from with_parent", _RELATION),
    **_each("subquery cte scalar_subquery as_scalar alias lateral correlate", _RELATION),
    "group_by": f"{_IN_PYTHON} collections.Counter(each.region_id for each in query)",
    "having": f"{_IN_PYTHON} {{key for key, number in counted.items() if number > 1}}",
    "distinct": f"every object comes once; of values {_IN_PYTHON} {{each.region_id for each in query}}",
    **_each(
        "add_columns add_column add_entity with_entities with_only_columns columns values value",
        _COLUMNS,
    ),
    **_each("scalars execute fetchall tuples mappings", "query.all() gives the objects"),
    **_each("scalar fetchone scalar_one", "query.one() or query.first() gives an object; .count() a number"),
    "scalar_one_or_none": "query.one_or_none() gives an object, or None",
    **_each("union union_all intersect intersect_all except_ except_all", _TWO_QUERIES),
    "get": "session.get(Instance, 123) gives an object by its id",
    "with_for_update": _NO_LOCK,
    "slice": "query[2:5], or query.offset(2).limit(3)",
    "fetch": "query.limit(3)",
    "whereclause": "query.condition is the condition",
    "statement": "query.explain() says what is sent, query.x_filter what the server filters by",
    "compile": "query.explain() says what is sent, query.x_filter what the server filters by",
    "from_statement": _NO_SQL,
    "params": "a condition holds its values: Instance.label == label",
    "yield_per": "for x in query: reads page after page, in flat memory",
    "populate_existing": "rows are always newer than what the session has, and pending changes stay",
    "execution_options": "options are those of Client(...), Session(...) and selectin(...)",
    "enable_eagerloads": _LOADED,
    "autoflush": _NO_FLUSH,
    "exclude": "query.filter(not_(Instance.label == 'x'))",
    "sum": f"{_IN_PYTHON} sum(each.size for each in query)",
    "min": f"{_IN_PYTHON} min(each.size for each in query), or .order_by(Volume.size).first()",
    "max": f"{_IN_PYTHON} max(each.size for each in query), or .order_by(Volume.size.desc()).first()",
    "avg": f"{_IN_PYTHON} statistics.mean(each.size for each in query)",
}
"""Names of queries and selects."""

SESSION: Final = {
    "flush": _NO_FLUSH,
    "no_autoflush": _NO_FLUSH,
    "autoflush": _NO_FLUSH,
    **_each("execute connection get_bind bind", _NO_SQL),
    "scalars": "session.query(Instance).all() gives the objects",
    "scalar": "session.query(Instance).first() gives an object, .count() a number",
    "get_one": "session.load(Instance, 123) raises NotFound where there is none",
    "bulk_save_objects": _BULK,
    "bulk_insert_mappings": _BULK,
    "bulk_update_mappings": _BULK,
    "merge_all": "session.merge(x) for each of them",
    "delete_all": "session.delete(x) for each of them, or query.delete()",
    "expunge_all": "session.expunge(x) for each of them, or session.close()",
    **_each(
        "in_transaction get_transaction in_nested_transaction get_nested_transaction prepare is_active",
        "there is no transaction at the API; session.new, .dirty and .deleted say what the next commit sends",
    ),
    "execution_options": "options are those of Client(...), Session(...) and selectin(...)",
    "invalidate": "session.close() ends a session",
    "reset": "session.rollback() takes back what is pending, session.expire_all() lets everything be read again",
    "enable_relationship_loading": "session.add(x) for a new object, session.merge(x) for one of another session",
    "object_session": "inspect(x).state says whether an object is in a session; `x in session` in which",
    "identity_map": "iterate the session: for x in session",
    "identity_key": "inspect(x).key is the key of an object",
    "info": "keep what belongs to a program beside its session",
    "select": "session.query(Instance)",
    "stream": "for x in session.query(Instance): reads page after page",
}
"""Names of sessions."""

ATTRIBUTE: Final = {
    "notin_": ".not_in(values)",
    "isnot": ".is_not(None)",
    **_each("not_like notlike", "not_(attribute.like(pattern))"),
    **_each("not_ilike notilike", "not_(attribute.ilike(pattern))"),
    **_each(
        "is_distinct_from isnot_distinct_from is_not_distinct_from",
        "or_(attribute != value, attribute.is_(None)), or attribute == value",
    ),
    **_each("match regexp_match", ".like(pattern) or .ilike(pattern); a regular expression over what is read"),
    **_each("regexp_replace concat collate cast op_", "compute with the values of the objects that are read"),
    **_each("any_ all_", ".in_(values) or .contains(item)"),
    **_each(
        "bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_lshift bitwise_rshift bool_op",
        "compute with the values of the objects that are read",
    ),
    "distinct": f"of values {_IN_PYTHON} {{each.region_id for each in query}}",
    "label": _COLUMNS,
    **_each("nulls_first nullsfirst nulls_last nullslast", _NO_NULLS),
    "has": ".any(...) where it is a list of objects; a relation to one object has .has(...)",
    "icontains_": ".icontains(part)",
    "iexact": ".ilike(text), which takes upper and lower case for the same",
    "exact": "attribute == value",
    "isnull": ".is_(None)",
    "lower": ".ilike(pattern), .icontains(part): names with i take upper and lower case for the same",
    "upper": ".ilike(pattern), .icontains(part): names with i take upper and lower case for the same",
    **_each("append remove add discard", "edits are made on an object: instance.tags.add('edge')"),
}
"""Names of attributes of classes."""

TO_ONE: Final = {
    **{name: instead for name, instead in ATTRIBUTE.items() if name not in {"has", "label"}},
    "any": ".has(...): the relation leads to one object",
    "of_type": "filter what is read by isinstance()",
    "and_": ".has(and_(...))",
    "has_": ".has(...)",
}
"""Names of relations to one object."""

TO_MANY: Final = {
    "has": ".any(...): the relation leads to many objects",
    "contains": ".any(Volume.id == volume.id)",
    "in_": ".any(Volume.id.in_(ids))",
    "is_": "not_(Instance.volumes.any()): there is none",
    "is_not": ".any(): there is one",
    "of_type": "filter what is read by isinstance()",
    "and_": ".any(and_(...))",
    **_each("append remove query all", "collections belong to objects: instance.volumes"),
    **_each("asc desc", "order by an attribute: Instance.label.desc()"),
    "count": "len(instance.volumes) of each object, loaded together by .options(selectin(Instance.volumes))",
}
"""Names of relations to many objects."""

COLLECTION: Final = {
    **_each(
        "filter filter_by where order_by limit offset first one one_or_none update options",
        "the same of .query(), which gives a query over the collection",
    ),
    "all": "list(collection), or .query().all() to read it again",
    "exists": "bool(len(collection)), or .query().exists()",
    "add": ".append(child)",
    "select": ".query()",
    "delete": "session.delete(child), or .query().delete()",
}
"""Names of the collections of objects, from relationships that are loaded dynamically or only written."""

MODEL: Final = {
    "query": "session.query(Instance)",
    **_each("objects select filter filter_by all get", "session.query(Instance), session.get(Instance, 123)"),
    **_each("registry columns c", "linode_orm.models.INDEX names the classes; Instance.label is an attribute"),
}
"""Names of classes."""

PACKAGE: Final = {
    **_each("select insert update delete text table column literal values", _NO_SQL),
    **_each(
        "func case cast extract literal_column type_coerce", "compute with the values of the objects that are read"
    ),
    **_each("join outerjoin aliased exists lateral", _RELATION),
    **_each("union union_all intersect except_", _TWO_QUERIES),
    **_each("desc asc", "Instance.created.desc(), Instance.label.asc()"),
    **_each("nulls_first nulls_last nullsfirst nullslast", _NO_NULLS),
    **_each(
        "any_ all_ between distinct null true false bindparam",
        "methods of attributes: Instance.label.in_([...]), .between(1, 2), .is_(None)",
    ),
    **_each(
        "selectinload joinedload subqueryload immediateload contains_eager defaultload", "selectin(Instance.volumes)"
    ),
    **_each("lazyload load_only defer undefer undefer_group Load with_loader_criteria with_expression", _LOADED),
    "noload": "raiseload()",
    **_each(
        (
            "relationship backref Column ForeignKey MetaData mapped_column Mapped declarative_base "
            "DeclarativeBase registry column_property synonym validates"
        ),
        _DECLARED,
    ),
    **_each(
        "create_engine engine_from_config create_session",
        "Client(token) is the connection, Session(client=client) the unit of work",
    ),
    "scoped_session": "sessionmaker(client=client), and a session for each thread",
    "object_session": "inspect(x).state says whether an object is in a session",
    **_each("make_transient make_transient_to_detached", "session.expunge(x)"),
    **_each("class_mapper object_mapper configure_mappers clear_mappers", _DECLARED),
    "event": "session.on('after_commit', function); Client(before=..., after=...) takes functions of each request",
    "with_polymorphic": "a resource has one class",
    "with_parent": _RELATION,
    "tuple_": "or_(and_(...), and_(...))",
    "not_in": "Instance.label.not_in([...])",
}
"""Names that are imported from sqlalchemy and sqlalchemy.orm."""

TABLES: Final = {
    "Query": QUERY,
    "Session": SESSION,
    "attribute": ATTRIBUTE,
    "to one": TO_ONE,
    "to many": TO_MANY,
    "collection": COLLECTION,
    "class": MODEL,
    "package": PACKAGE,
}
"""Every name by what has it in SQLAlchemy."""
