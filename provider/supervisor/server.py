"""One server process group, from start to end."""

import collections
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from files import read_json
from image_check import ImageCheck
from secret_channel import Hider, pipe_of

LOG_TAIL_LINES, LOG_LINE_BYTES, LOG_READ_BYTES = 200, 64 * 1024, 64 * 1024
# LISTEN_PID must be the server's own pid, which only the shell that becomes it knows. Its socket is descriptor 3.
HANDOVER = 'exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'


class Server:
    """A server on the service's listening socket. Its workers prove themselves, then wait until it is admitted."""

    def __init__(self, desired, listener, log, secrets):
        """Starts it; raises OSError if that can't be done. `secrets`: environment variables that nobody may see."""
        self.desired, self.listener, self._log, self._hider = desired, listener, log, Hider(secrets)
        self.tail, self.boot_error = collections.deque(maxlen=LOG_TAIL_LINES), None
        # A folder of its own for each start, which no worker of another one can report to.
        self._reports = os.path.abspath(tempfile.mkdtemp(prefix=f"{desired['revision']}-", dir="reports"))
        open(os.path.join(self._reports, "admission"), "w").close()
        self.started_at, self._admitted_at, self._check = time.time(), None, ImageCheck(desired.get("image"))
        self._deadline = time.monotonic() + desired["startTimeoutSeconds"]
        report_to = {"SCORESTACK_REPORT_DIR": self._reports, "SCORESTACK_SUPERVISOR_PID": str(os.getpid())}
        pipe = pipe_of(secrets)
        try:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", HANDOVER, "sh", *desired["argv"]],
                cwd=desired["cwd"],
                env={**desired["env"], **report_to, **({"SCORESTACK_SECRETS_FD": str(pipe)} if pipe else {})},
                stdin=listener,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[pipe] if pipe else [],
            )
        finally:
            if pipe:
                os.close(pipe)
        self._reader = threading.Thread(target=self._copy_output, daemon=True)
        self._reader.start()

    @property
    def brief(self):
        return {"pid": self.process.pid, "startedAt": self.started_at, "reports": self._reports}

    @property
    def seconds_answered(self):
        return time.monotonic() - self._admitted_at

    def start_problem(self):
        """Why it can't be admitted any more; None while it still may."""
        if self._check.problem:
            return self._check.problem
        if self.process.poll() is not None:
            return f"the server ended before it was ready ({exit_words(self.process.returncode)})"
        if time.monotonic() > self._deadline:
            return f"the server was not ready after {self.desired['startTimeoutSeconds']} s"
        return None

    def is_ready(self):
        """True once every worker has proven itself, and the image is as it was built."""
        return self._check.done and not self._check.problem and len(self._reported("ready")) >= self.desired["workers"]

    def has_closed(self):
        """True once none of its workers accepts a connection any more."""
        return self.process.poll() is not None or self._reported("ready") <= self._reported("closed")

    def admit(self):
        """Lets its workers accept requests, now and after a restart of theirs."""
        os.rename(os.path.join(self._reports, "admission"), os.path.join(self._reports, "admitted"))
        self._admitted_at = time.monotonic()

    def end(self):
        """Ends the process group. TERM goes to the server alone: what its workers started serves them to the last."""
        if self._admitted_at is not None:
            self.process.terminate()
            try:
                self.process.wait(self.desired["drainSeconds"])
            except subprocess.TimeoutExpired:
                self._log.info("server %s did not end by itself", self.process.pid)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()
        self._reader.join(2)
        self.boot_error = self._hider.hide(read_json(os.path.join(self._reports, "boot-error.json")))
        shutil.rmtree(self._reports, ignore_errors=True)

    def _reported(self, what):
        """Those of the workers that are alive."""
        try:
            reports = [name.partition(".")[0].partition("-") for name in os.listdir(self._reports)]
        except FileNotFoundError:
            return set()
        return {pid for (kind, _, pid) in reports if kind == what and _is_alive(int(pid))}

    def _copy_output(self):
        """Whole lines, as many as there are at a time: a busy server writes thousands a second."""
        rest = b""
        for part in iter(lambda: self.process.stdout.read1(LOG_READ_BYTES), b""):
            *lines, rest = (rest + part).split(b"\n")
            if len(rest) > LOG_LINE_BYTES:
                lines, rest = [*lines, rest], b""
            self._copy_lines(lines)
        self._copy_lines([rest] if rest else [])

    def _copy_lines(self, lines):
        if lines:
            texts = [self._hider.hide(line.decode("utf-8", "replace")) for line in lines]
            self.tail.extend(texts)
            self._log.info("%s", "\n".join(texts))


def exit_words(code):
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def process_start(pid):
    """Tells this process from a later one with the same pid: start time in clock ticks (Linux) or as `ps` has it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
