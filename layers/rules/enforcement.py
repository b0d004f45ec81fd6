"""Outcomes of enforcement (执法结果) on a case, as a table; a case may have several, one after another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from layers.errors import BadInput
from layers.words import msg

LARGEST_CNY = 100_000_000.0
_LONGEST_DOCUMENT = 200


@dataclass(frozen=True, slots=True)
class OutcomeKind:
    """One kind of outcome: whether it needs the number of its document, whether it may name an amount of money."""

    key: str
    title: str
    needs_document: bool = True
    has_amount: bool = False


_KINDS = (
    OutcomeKind("oral_warning", "Oral warning", needs_document=False),  # 口头警告
    OutcomeKind("order_to_correct", "Order to correct"),  # 责令改正
    OutcomeKind("penalty", "Administrative penalty", has_amount=True),  # 行政处罚
    OutcomeKind("transfer", "Handed to another authority"),  # 移送
    OutcomeKind("no_penalty", "No penalty"),  # 不予处罚
)
OUTCOMES: dict[str, OutcomeKind] = {kind.key: kind for kind in _KINDS}
OUTCOME_TITLES = {kind.key: kind.title for kind in _KINDS}


def outcome(given: Mapping[str, object], at: datetime) -> dict[str, object]:
    """The outcome as the case keeps it: kind, document, amount_cny (None = no money), at.

    BadInput names the field: an unknown kind, a document that is missing, an amount that does not belong to the kind.

    >>> outcome({"outcome": "oral_warning"}, datetime(2021, 11, 22, tzinfo=UTC))["kind"]
    'oral_warning'
    """
    kind = OUTCOMES.get(str(given.get("outcome") or ""))
    if kind is None:
        raise BadInput(
            msg("“{value}” is none of: {choices}.", value=str(given.get("outcome"))[:40], choices=", ".join(OUTCOMES)),
            field="outcome",
        )
    document = str(given.get("document") or "").strip()
    if (kind.needs_document and not document) or len(document) > _LONGEST_DOCUMENT:
        raise BadInput(msg("“{outcome}” needs the number of its document.", outcome=msg(kind.title)), field="document")
    return {
        "kind": kind.key, "document": document, "amount_cny": _amount(kind, given.get("amount_cny")),
        "at": at.astimezone(UTC).isoformat(),
    }  # fmt: skip


def _amount(kind: OutcomeKind, value: object) -> float | None:
    if value in (None, ""):
        return None
    try:
        amount = round(float(str(value)), 2)
    except ValueError:
        amount = -1.0
    if not 0 < amount <= LARGEST_CNY:
        raise BadInput(msg("A number from {low} to {high} was expected.", low=0, high=LARGEST_CNY), field="amount_cny")
    if not kind.has_amount:
        raise BadInput(msg("“{outcome}” has no amount.", outcome=msg(kind.title)), field="amount_cny")
    return amount
