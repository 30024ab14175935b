"""SecurityQuestions: the questions that prove who the user is."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class SecurityQuestionsSecurityQuestion(Nested):
    """What stands under `security_questions` of a SecurityQuestions."""

    id: ReadOnly[int]
    question: ReadOnly[str]
    question_id: Fixed[int | None] = Fixed(absent=True)
    response: Fixed[str | None]
    security_question: ReadOnly[str | None] = ReadOnly(absent=True)


class SecurityQuestions(Model, path="/profile/security-questions", id=None, verbs="get create"):
    """The questions that prove who the user is."""

    security_questions: Fixed[list[SecurityQuestionsSecurityQuestion]]

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, /) -> None: ...
        @overload
        def __init__(
            self, *, security_questions: Sequence[SecurityQuestionsSecurityQuestion | Mapping[str, object]] = ...
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
