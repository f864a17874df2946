"""How long a run will still take, from the clients that are finished."""

from collections.abc import Mapping, Sequence

from analysis.batch.plan import Plan


class Clock:
    """Counts finished clients and estimates the time that the others take.

    Parameters
    ----------
    plans
        All clients of the run, with what each was expected to take.
    jobs
        How many run at a time.
    """

    def __init__(self, plans: Sequence[Plan], jobs: int) -> None:
        self._open = {plan.task.client: plan.seconds for plan in plans}
        self._jobs = jobs
        self._expected = self._taken = 0.0
        self.done = 0

    def finished(self, plan: Plan, seconds: float) -> None:
        """Take note of what a finished client took."""
        self._open.pop(plan.task.client, None)
        self._expected += plan.seconds
        self._taken += seconds
        self.done += 1

    def left(self, elapsed: Mapping[str, float]) -> float | None:
        """Return the seconds that are left, or None where none is finished yet or none is open.

        What was expected of the open clients is corrected by how far the finished ones were off, and shared among the
        jobs; no estimate is below what the longest client alone still takes.

        Parameters
        ----------
        elapsed
            Seconds since each running client began.
        """
        if not self._open or self._expected <= 0:
            return None
        pace = self._taken / self._expected
        each = [max(expected * pace - elapsed.get(client, 0.0), 0.0) for client, expected in self._open.items()]
        return max(sum(each) / self._jobs, max(each))
