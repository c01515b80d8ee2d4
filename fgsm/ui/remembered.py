"""Answers that are remembered, since others ask the same: a lecture hall opens on one digit."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

LARGEST = 64 * 2**20
"""Bytes of all answers together: about 3,000 of a digit under attack."""
MOST = 10_000
"""Answers. Some are smaller than their questions, which take memory too."""


class Remembered:
    """Answers by their questions; those that were not asked for longest make room for new ones."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest = largest
        self.bytes = 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()  # the event loop reads what the computing thread writes

    def get(self, question: Hashable) -> bytes | None:
        """The answer, if there is one."""
        with self._lock:
            if question not in self._answers:
                return None
            self._answers.move_to_end(question)
            return self._answers[question]

    def put(self, question: Hashable, answer: bytes) -> None:
        """Remember an answer."""
        with self._lock:
            self.bytes += len(answer) - len(self._answers.pop(question, b""))
            self._answers[question] = answer
            while self.bytes > self.largest or len(self._answers) > MOST:
                _, oldest = self._answers.popitem(last=False)
                self.bytes -= len(oldest)
