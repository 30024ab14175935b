"""The verbs: what list, get, create, update, delete and actions do to the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.mapping.json_types import merged_value
from linode_orm.simulator import references, shape, validate, xfilter
from linode_orm.simulator.errors import HTTP_BAD_REQUEST, Refused, not_found
from linode_orm.simulator.hooks import Call, after, answer, born, check, instead, listing, named, ready, rewrite
from linode_orm.simulator.keywords import check_keys
from linode_orm.simulator.pages import page_of, render
from linode_orm.simulator.permissions import visible
from linode_orm.simulator.router import Route
from linode_orm.simulator.store import Row, encode
from linode_orm.simulator.uniqueness import refuse_duplicates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Body
    from linode_orm.simulator.xfilter import Dialect

# The reasons of a 404 that do not just say `Not found` (docs/api-notes.md#not-found-texts).
MISSING: Final = {
    "ObjectStorageKey": "The specified access key was not found.",
    "Stream": "Stream not found",
    "StreamDestination": "Destination not found",
}


NEWEST_FIRST: Final = frozenset({"Event"})
"""Classes whose lists begin with the newest, unless another order is asked for (linode_api4: test_latest_get_event)."""


class Verbs:
    """Runs routes against the account state."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def run(self, call: Call, x_filter: Any) -> bytes:  # noqa: ANN401  JSON, or its text
        """Do what a request asks for, and return the body of its answer."""
        said = self._said(call)
        if isinstance(said, list) and call.route.verb in {"list", "path", "act", "get"} and call.route.method == "GET":
            return self._list(call, said, x_filter)
        return said if isinstance(said, bytes) else encode(said)

    def _said(self, call: Call) -> object:
        call.state.events.told.clear()
        said = self._done(call)
        self._tell(call)
        return said

    @staticmethod
    def _tell(call: Call) -> None:
        """Add the event that the declaration of an action names, unless the action has told of itself."""
        action, told = call.route.action, call.state.events.told
        event = action.event if action is not None else None
        if event is None or any(each.startswith(event) for each in told):
            return
        about = call.row or call.above
        if about is not None:
            call.state.events.about(event, about)

    def _done(self, call: Call) -> object:
        call.values = named.run(call.route.path.split("/")[1], call) or call.values
        if call.route.key in instead:
            if call.route.action is not None and call.route.method != "GET":
                validate.check_arguments(call.route.action, call.body)
            said = instead.run(call.route.key, call)
            return {} if said is None else said
        self.locate(call)
        handler: Callable[[Call], object] | None = {
            "get": self._get,
            "create": self._create,
            "update": self._update,
            "delete": self._delete,
            "write": self._write,
            "part": self._part,
        }.get(call.route.verb)
        if handler is not None:
            return handler(call)
        return self._act(call) if call.route.verb == "act" else self._rows(call)

    def locate(self, call: Call) -> None:
        """Find the object and the parent that the path names; 404 where one is missing."""
        store, resource, values = call.state.store, call.resource, call.values
        above, chain = store.parent_of(resource, values[: resource.depth])
        if above is not None:
            call.above = self._existing(call, above, chain)
        count = resource.depth + (0 if resource.singleton else len(resource.id_keys))
        is_item = call.route.path.startswith(resource.item_path) and call.route.verb not in {"list", "create"}
        if is_item and len(values) >= count:
            call.row = self._existing(call, resource, values[:count])

    @staticmethod
    def _existing(call: Call, resource: Resource, chain: tuple[str, ...]) -> Row:
        if resource.singleton:
            return call.state.singleton(resource, chain)
        ready.run(resource.template, call)
        found = call.state.store.find(resource, chain)
        if found is None:
            raise not_found(MISSING.get(resource.name, "Not found"))
        return found

    def _rows(self, call: Call) -> object:
        key = call.route.key
        if key in listing:
            return listing.run(key, call)
        if call.route.verb == "list":
            ready.run(call.resource.template, call)
            return list(call.state.store.table(call.resource, call.values[: call.resource.depth]).rows.values())
        return []

    def _list(self, call: Call, rows: list[Any], x_filter: Any) -> bytes:  # noqa: ANN401  JSON
        target = rows[0].resource if rows and isinstance(rows[0], Row) else self._listed(call)
        rows = visible(call.state.permissions, rows)
        if target is None:
            return page_of([each.encoded() if isinstance(each, Row) else encode(each) for each in rows], call.query)
        held = [each if isinstance(each, Row) else Row(target, (), "", each, {}) for each in rows]
        filtering = self._filter(x_filter, target, call.state)
        if target.name in NEWEST_FIRST and (filtering is None or filtering.order_by is None):
            held.reverse()
        found = filtering.apply(held) if filtering is not None else held
        envelope = call.route.alternate_path.envelope if call.route.alternate_path is not None else target.envelope
        return render(target, found, call.query, self.dialect.results_off, envelope or "page")

    @staticmethod
    def _listed(call: Call) -> Resource | None:
        resources = call.state.store.resources
        if call.route.alternate_path is not None:
            return resources.get(call.route.alternate_path.target)
        if call.route.action is not None:
            return resources.get((call.route.action.answers or "").removeprefix("list:").removeprefix("query:"))
        return call.resource if call.resource.name else None

    def _filter(self, x_filter: Any, target: Resource | None, state: AccountState) -> xfilter.Filter | None:  # noqa: ANN401  JSON
        """Read the filter of a list.

        One refusal is on record (`ExampleListImages_badfilter#0`), of a name that no answer has; clients filter and
        order by much that the description does not mark. That the marks are all is a guess.
        """
        if x_filter is None or target is None:
            return None
        names = target.filterable if state.guesses else target.answered
        aliases = xfilter.ALIASES.get(target.name, {})
        if isinstance(x_filter, str):
            return xfilter.parse(x_filter, names, self.dialect, aliases)
        return xfilter.Filter(x_filter, names, self.dialect, aliases)

    def _get(self, call: Call) -> object:
        if call.route.key in answer:
            return answer.run(call.route.key, call)
        return call.item.encoded()

    def _create(self, call: Call) -> object:
        state, resource = call.state, call.resource
        if resource.singleton:
            validate.check(state, resource, call.body, "create")
            call.row = self._existing(call, resource, call.values)
            return self._update(call)
        validate.check(state, resource, call.body, "create")
        rewrite.run(call.route.key, call)
        self._check(call, "create")
        parents = call.values[: resource.depth]
        refuse_duplicates(call, parents)
        shown, call.hidden = shape.split(resource.fields, call.body, "create")
        call.draft = state.draft(resource, shown)
        # the id in the POST of a firewall's device is that of its entity (`TestFirewallDevice_Delete#3`)
        own = [key for key in resource.id_keys if getattr(resource.fields.get(key), "refers", None) != "*"]
        given = {key: shown[key] for key in own if shown.get(key)}
        row = call.row = state.place(call, resource, parents, given)
        self._children(call.state, row, call.body)
        said = after.run(call.route.key, call)
        if not call.hidden.pop("has_event", None):
            state.events.of("create", row)
        state.shown_in_parent(row)
        if said is not None or resource.empty_create:
            return said or {}
        once = row.hidden.pop("once", None)
        return encode({**row.body, **once}) if once else row.encoded(listed=True)

    @staticmethod
    def _check(call: Call, verb: str) -> None:
        """Refuse with the reasons of the checks, and for ids that name nothing, all at once."""
        fields = (call.resource if call.row is None else call.row.resource).fields
        unknown = references.problems(call, fields, call.body, verb) if call.state.limits else []
        try:
            check.run(call.route.key, call)
        except Refused as refused:
            if refused.status != HTTP_BAD_REQUEST or not all(field for _, field in refused.errors):
                raise
            told = {field for _, field in refused.errors}
            raise Refused(*refused.errors, *(each for each in unknown if each[1] not in told)) from None
        if unknown:
            raise Refused(*unknown)

    def _children(self, state: AccountState, row: Row, body: Mapping[str, Any]) -> None:
        """Make the nested creates in the body of a POST, at any depth."""
        for alternate_path in row.resource.alternate_paths:
            children = body.get(alternate_path.create_key) if alternate_path.create_key else None
            target = state.store.resources.get(alternate_path.target)
            if isinstance(children, list) and target is not None and target.parent == row.resource.name:
                for each in children:
                    child = state.make(alternate_path.target, row.chain, **each)
                    route = Route("", target.path, "make", target)
                    born.run(target.template, Call(state, route, row.chain, dict(each), {}, row=child, above=row))
                    self._children(state, child, each)
                    state.shown_in_parent(child)

    def _update(self, call: Call) -> object:
        state, row = call.state, call.item
        fields = row.resource.fields
        validate.check(state, row.resource, call.body, "update")
        rewrite.run(call.route.key, call)
        self._check(call, "update")
        refuse_duplicates(call, row.parents, row)
        shown, hidden = shape.split(fields, call.body, "update")
        if row.resource.singleton and call.route.verb == "create":
            shown, hidden = shape.split(fields, call.body, "create")
        call.before = row.body
        row.hidden.update(hidden)
        moved = {key: state.now for key in ("updated",) if key in row.body}
        state.change(row, **{**shape.merge(fields, row.body, shown, state.now, verb="update"), **moved})
        key = "\0".join(str(row.body[each]) for each in row.resource.id_keys)
        if key != row.key:
            state.store.rename(row, key)
        said = after.run(call.route.key, call)
        state.events.of("update", row)
        return row.encoded() if said is None else said

    @staticmethod
    def _delete(call: Call) -> object:
        check.run(call.route.key, call)
        row = call.item
        if call.route.key in answer:
            return answer.run(call.route.key, call) or {}
        call.before = row.body
        state = call.state
        if row.resource.singleton:
            state.store.drop(row)
        else:
            state.events.of("delete", row)
            state.remove(row)
        said = after.run(call.route.key, call)
        return {} if said is None else said

    @staticmethod
    def _part_name(call: Call) -> str:
        part = call.route.path.rpartition("/")[2]
        return next(field.key for field in call.resource.fields.values() if field.written_by == part)

    def _part(self, call: Call) -> object:
        return call.item.body[self._part_name(call)]

    def _write(self, call: Call) -> object:
        """Do the PUT of one field that has a path of its own: its whole value is the body."""
        name = self._part_name(call)
        field = call.resource.fields[name]
        validate.check_part(call.state, call.resource.name, {name: field}, {name: call.body})
        check.run(call.route.key, call)
        row = call.item
        call.before = row.body
        call.state.change(row, **{name: merged_value(field, row.body[name], call.body, call.state.now)})
        said = after.run(call.route.key, call)
        return row.body[name] if said is None else said

    def _act(self, call: Call) -> object:
        action = call.route.action
        if action is None:
            raise not_found()
        if call.route.method == "GET" and call.route.key in listing:
            return listing.run(call.route.key, call)
        validate.check_action(call.state, action, call.body)
        check.run(call.route.key, call)
        if call.route.key in answer:
            said = answer.run(call.route.key, call)
            return {} if said is None else said
        if action.answers == call.resource.name and call.row is not None:
            return call.row.encoded()
        return [] if (action.answers or "").startswith("list:") else {}


def change_at(call: Call, fields: Mapping[str, object]) -> Body:
    """Change the object that a call names, without the events and checks of a request."""
    check_keys(call.route.resource, fields, call.item.body)
    call.item.change(**fields)
    call.state.shown_in_parent(call.item)
    return call.item.body
