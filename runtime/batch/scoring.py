"""Scores a part of a mini-batch: at once, by halves where that fails, so that only the rows that are bad are failures."""

from .scorer import reason_of


class Scoring:
    """`items`: pairs of a row's place in the mini-batch and the items from there on; `failures`: of a place and a reason."""

    def __init__(self, scorer, types, content, before_call):
        self._scorer, self._types, self._content, self._before_call = scorer, types, content, before_call
        self.items, self.failures = [], []

    def score(self, start, end):
        if self._content.is_files:
            for place in range(start, end):
                self._score_file(place)
        else:
            self._score_rows(start, end)

    def _score_file(self, place):
        self._before_call()
        try:
            self.items.append((place, [self._scorer.score_file(self._content.files()[place][1])]))
        except (Exception, SystemExit) as problem:
            self.failures.append((place, reason_of(problem)))

    def _score_rows(self, start, end):
        try:
            rows = self._content.read(self._types, start, end)
            items = self._scorer.score(rows, end - start, self._before_call)
        except (Exception, SystemExit) as problem:
            if end - start == 1:
                self.failures.append((start, reason_of(problem)))
                return
            middle = (start + end) // 2
            parts = [(start, middle), (middle, end)]
        else:
            if items is not None:
                self.items.append((start, items))
                return
            parts = [(row, row + 1) for row in range(start, end)]
        for part in parts:
            self._score_rows(*part)

    def results(self, first):
        """Of all scored rows: their inputs, one name where it is the same; their numbers; their items."""
        if len(self.items) == 1 and not self._content.is_files:
            start, items = self.items[0]
            return self._content.name, range(first + start, first + start + len(items)), items
        places = [start + step for start, items in self.items for step in range(len(items))]
        items = [item for _, items in self.items for item in items]
        if self._content.is_files:
            files = self._content.files()
            return [files[place][0] for place in places], [0] * len(places), items
        return self._content.name, [first + place for place in places], items

    def failed(self, first):
        return [{**self._content.place(first, row), "reason": reason} for row, reason in self.failures]
