"""Which problems were found on which patrol, by the patrol's code: a phone may send either of the two first."""

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint, insert, select

from layers.store.registry import Shelf
from layers.store.tables import plain_table

PATROL_PROBLEMS = plain_table(
    "patrol_problems",
    Column("patrol", Text, nullable=False),
    Column("problem_id", Integer, nullable=False),
    UniqueConstraint("town", "patrol", "problem_id"),
    Index("ix_patrol_problems_problem", "town", "problem_id"),
)


class PatrolLinks(Shelf):
    """Links between patrols and problems."""

    def link(self, patrol: str, problem_id: int) -> None:
        """Remember that the problem was found on the patrol; a known link stays as it is."""
        if problem_id not in self.problems(patrol):
            row = {"town": self.town_code, "patrol": patrol, "problem_id": problem_id}
            self.connection.execute(insert(PATROL_PROBLEMS).values(row))

    def problems(self, patrol: str) -> list[int]:
        """The keys of the problems found on a patrol, in order."""
        match = (*self.shown(PATROL_PROBLEMS), PATROL_PROBLEMS.c.patrol == patrol)
        return list(self.connection.scalars(select(PATROL_PROBLEMS.c.problem_id).where(*match).order_by("problem_id")))
