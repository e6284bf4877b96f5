"""Turns: one call of run() at a time, in the main thread."""

import asyncio
import threading
import time
import unittest

from scorestack_runtime.turns import Busy, Overdue, RunEnded, Turns
from serving import Serving


class TakingTurns(Serving):
    def test_work_is_done_in_the_main_thread(self):
        turns = Turns(5, 5)
        outcomes = self.serve(turns, lambda: turns.take(threading.current_thread))
        self.assertEqual(outcomes, [threading.main_thread()])

    def test_what_work_raises_is_raised(self):
        turns, value = Turns(5, 5), ValueError("x")

        def fail(problem):
            raise problem

        raised, ended = self.serve(turns, *(lambda p=p: turns.take(lambda: fail(p)) for p in (value, SystemExit(1))))
        self.assertIs(raised, value)
        self.assertIsInstance(ended, RunEnded)
        self.assertIsInstance(ended.__cause__, SystemExit)

    def test_an_exit_that_was_asked_for_ends_serving(self):
        turns = Turns(5, 5)
        threading.Thread(target=asyncio.run, args=(self.swallow(turns.take(lambda: exit(0))),), daemon=True).start()
        with self.assertRaises(SystemExit):
            turns.serve(is_quitting=lambda: True)

    async def swallow(self, awaitable):
        try:
            await awaitable
        except RunEnded:
            pass

    def test_no_two_at_once_and_none_lost(self):
        turns, inside, done = Turns(5, 5), [], []

        def work():
            inside.append(1)
            self.assertEqual(len(inside), 1)
            time.sleep(0.0001)
            done.append(inside.pop())

        async def client():
            for _ in range(50):
                await turns.take(work)

        outcomes = self.serve(turns, *[client] * 16)
        self.assertEqual((len(done), outcomes), (16 * 50, [None] * 16))

    def test_turns_come_in_the_order_of_requests(self):
        turns, order = Turns(5, 5), []
        self.serve(turns, *(lambda name=name: turns.take(lambda: order.append(name)) for name in range(8)))
        self.assertEqual(order, list(range(8)))

    def test_overdue(self):
        turns = Turns(0.05, 5)
        [overdue] = self.serve(turns, lambda: turns.take(lambda: time.sleep(0.3)))
        self.assertIsInstance(overdue, Overdue)
        self.assertTrue(overdue.turn.is_over)

    def test_the_limit_counts_from_the_beginning_of_a_turn(self):
        turns = Turns(0.3, 5)
        work = lambda: turns.take(lambda: time.sleep(0.2) or "done")  # noqa: E731
        self.assertEqual(self.serve(turns, work, work, work), ["done"] * 3)

    def test_patience(self):
        turns, calls = Turns(5, 0.05), []

        async def second():
            await asyncio.sleep(0.1)
            await turns.take(lambda: calls.append(1))

        first, refused = self.serve(turns, lambda: turns.take(lambda: time.sleep(0.5) or "done"), second)
        self.assertEqual((first, calls), ("done", []))
        self.assertIsInstance(refused, Busy)

    def test_refusing(self):
        turns, started, go_on = Turns(5, 5), threading.Event(), threading.Event()

        async def refuse():
            while not started.is_set():
                await asyncio.sleep(0.001)
            turns.refuse()
            try:
                await turns.take(lambda: "late")
            finally:
                go_on.set()

        first = lambda: turns.take(lambda: (started.set(), go_on.wait(5), "done")[-1])  # noqa: E731
        outcomes = self.serve(turns, first, *[lambda: turns.take(lambda: "no")] * 2, refuse)
        self.assertEqual(outcomes[0], "done")
        self.assertEqual([type(outcome) for outcome in outcomes[1:]], [Busy, Busy, Busy])

    def test_the_watch_ends_when_nothing_waits(self):
        turns = Turns(5, 5)

        async def client():
            await turns.take(lambda: None)
            await asyncio.sleep(0.2)
            return turns._timer, len(turns._taken)

        self.assertEqual(self.serve(turns, client), [(None, 0)])


if __name__ == "__main__":
    unittest.main()
