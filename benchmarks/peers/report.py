"""What was measured, as Markdown: the ratios, each beside its target, and all the figures behind them."""

from collections.abc import Iterator, Sequence

from benchmarks.peers.measuring import Figure, Start
from benchmarks.peers.services import OURS, SERVICES
from benchmarks.peers.targets import TARGETS, told
from benchmarks.table import markdown

ALIKE = 0.1  # shares of features that may differ: edges of tiles, degenerate lines
NONE = "–"

Figures = Sequence[Figure]


def ratios(figures: Figures) -> str:
    """For each subject what the service does, and how many times as much as each peer; a missed target is bold."""
    peers = [service.name for service in SERVICES if service.is_peer]
    rows = []
    for subject in _subjects(figures):
        ours = _find(figures, OURS.name, subject)
        if ours is not None:
            mine = (subject, _sent(ours), f"{ours.timing.per_s:,.0f}", _times(ours), f"{ours.timing.kb:,.0f}")
            rows.append((*mine, *(_ratio(figures, peer, ours) for peer in peers)))
    return markdown(("asked for", "answer", "req/s", "p50 / p99 ms", "kB", *peers), rows)


def details(figures: Figures) -> str:
    """Every figure of every service."""
    titles = ("asked for", "service", "req/s", "p50 / p99 ms", "CPU ms", "kB", "answer", "unlike", "refused")
    rows = []
    for subject in _subjects(figures):
        for one in (figure for figure in figures if figure.subject == subject):
            timing = one.timing
            numbers = (f"{timing.per_s:,.1f}", _times(one), f"{one.cpu_ms:,.2f}", f"{timing.kb:,.1f}", _sent(one))
            rows.append((subject, one.service, *numbers, _unlike(figures, one), str(timing.refused or "")))
    return markdown(titles, rows)


def starts(found: Sequence[Start]) -> str:
    """Cold starts and memory."""
    titles = ("service", "first right answer after", "processes", "RSS", "PSS", "PSS of the database")
    rows = [
        (
            one.service, f"{one.cold_s:.2f} s", str(one.memory.processes), f"{one.memory.rss_mb:,.0f} MB",
            f"{one.memory.pss_mb:,.0f} MB", f"{one.database.pss_mb:,.0f} MB" if one.database else NONE,
        )
        for one in found
    ]  # fmt: skip
    return markdown(titles, rows)


def missed(figures: Figures) -> list[str]:
    """The targets that were not reached, one line each."""
    return list(_missed(figures))


def _missed(figures: Figures) -> Iterator[str]:
    for peer, targets in TARGETS.items():
        for subject, target in targets.items():
            ours, theirs = _find(figures, OURS.name, subject), _find(figures, peer, subject)
            if ours and theirs and ours.timing.per_s < target * theirs.timing.per_s:
                yield f"{subject} against {peer}: {ours.timing.per_s / theirs.timing.per_s:.1f}× of {target}×"


def _subjects(figures: Figures) -> list[str]:
    return list(dict.fromkeys(figure.subject for figure in figures))


def _find(figures: Figures, service: str, subject: str) -> Figure | None:
    return next((one for one in figures if (one.service, one.subject) == (service, subject)), None)


def _ratio(figures: Figures, peer: str, ours: Figure) -> str:
    theirs = _find(figures, peer, ours.subject)
    return NONE if theirs is None else told(peer, ours.subject, ours.timing.per_s / theirs.timing.per_s)


def _times(one: Figure) -> str:
    return f"{one.timing.p50_ms:,.1f} / {one.timing.p99_ms:,.1f}"


def _sent(one: Figure) -> str:
    """What an answer holds in the mean."""
    content = one.content
    said = f"{content.features / one.answers:,.0f} features"
    if content.cells:
        said += f", {content.cells / content.features:.0%} of them cells, for {content.meant / one.answers:,.0f}"
    return said


def _unlike(figures: Figures, one: Figure) -> str:
    """How much more or less the answer tells of than ours does, where that is not due to edges."""
    ours = _find(figures, OURS.name, one.subject)
    if ours is None or not ours.content.meant:
        return ""
    share = one.content.meant / ours.content.meant - 1
    return f"{share:+.0%}" if abs(share) > ALIKE else ""
