"""Whether policies allow a call, by action, resource and condition. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import fnmatch
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Context = dict[str, list[str]]


@dataclass(frozen=True)
class Ask:
    """One thing that a call needs to be allowed."""

    # "ec2:RunInstances"
    action: str
    # An ARN; "*" where the action knows no resources.
    resource: str
    # Condition key → values; absent where the call has none.
    context: Context = field(default_factory=dict)


def allowed(documents: list[dict[str, Any]], ask: Ask) -> bool:
    """Some statement allows it and none denies it."""
    statements = [statement for document in documents for statement in listed(document["Statement"])]
    effects = [statement["Effect"] for statement in statements if concerns(statement, ask)]
    return "Allow" in effects and "Deny" not in effects


def concerns(statement: dict[str, Any], ask: Ask) -> bool:
    return (
        names(statement, "Action", lambda pattern: like(ask.action.lower(), pattern.lower()))
        and names(statement, "Resource", lambda pattern: like(ask.resource, pattern))
        and all(
            met(operator, ask.context.get(key), listed(values))
            for operator, conditions in statement.get("Condition", {}).items()
            for key, values in conditions.items()
        )
    )


def names(statement: dict[str, Any], element: str, matches: Callable[[str], bool]) -> bool:
    """By the element, such as Action, or its opposite, NotAction."""
    if element in statement:
        return any(map(matches, listed(statement[element])))
    return not any(map(matches, listed(statement[f"Not{element}"])))


def met(operator: str, actual: list[str] | None, wanted: list[str]) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    quantifier, _, plain = operator.rpartition(":")
    negated = plain.startswith("StringNot")
    compare = COMPARISONS[plain.removesuffix("IfExists").replace("StringNot", "String")]
    if actual is None:
        return negated or plain.endswith("IfExists") or quantifier == "ForAllValues"
    found = [any(compare(value, each) for each in wanted) != negated for value in actual]
    return any(found) if quantifier == "ForAnyValue" else all(found)


def like(text: str, pattern: str) -> bool:
    # Square brackets mean themselves to IAM.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
