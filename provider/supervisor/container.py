"""A revision's container, by the docker client."""

import asyncio
import json
import os
import subprocess
import threading

from server import process_start

PORT = 5001
DOCKER_FAILED = 125  # as the docker client says that it is not the container's exit code
# In the container: where it reports to the front, and what it may only read.
REPORTS, GIVEN = "/run/scorestack/reports", "/run/scorestack/given"
KEYS_FILE = "keys.json"
VARIABLE_PREFIX = "CONTAINER_"  # of the front's variables that are the container's
FOLDER_LABEL, REVISION_LABEL, FRONT_LABEL = "scorestack.folder", "scorestack.revision", "scorestack.front"
# A user without rights can write to no other folder of an image; here they are as empty as in Azure after each start.
WRITABLE = ("/tmp", "/var/tmp", "/home/scorer")
OWNER = "uid=10001,gid=10001"  # the user of every image
LONGEST_LINE = 16 * 1024  # in characters, of a file of variables; docker reads no lines beyond 64 KiB
# Whoever kills the front leaves its container to this: a shell of a session of its own, which sees the pipe end.
GUARD = 'read -r ended || for turn in 1 2 3 4 5; do docker rm --force "$1"; sleep 1; done'


class Container:
    """`settings`: those of the front. `reports` is a folder that everyone may write to, in one that nobody else may enter."""

    def __init__(self, settings, name, reports, given):
        self.name, self._settings, self._reports, self._given = name, settings, reports, given
        self._client, self._guard = None, None

    async def start(self, environment, secrets):
        """`secrets`: descriptor of the pipe that secret variables come by, or None; it is the container's stdin."""
        await self._remove_orphans()
        self._guard = self._start_guard()
        told, rest = _part_variables({**environment, **self._variables(secrets)})
        variables = _pipe_of("".join(f"{name}={value}\n" for name, value in told.items()).encode())
        try:
            argv = [*self._run(variables, secrets), *(part for name in rest for part in ("--env", name))]
            self._client = await asyncio.create_subprocess_exec(
                *argv,
                self._settings["image"],
                env={**os.environ, **rest},
                stdin=secrets if secrets is not None else subprocess.DEVNULL,
                pass_fds=[variables],
            )
        finally:
            os.close(variables)

    async def wait(self):
        """The exit code of the container; that of the docker client, where it could not tell."""
        code = await self._client.wait()
        if code >= 0 and code != DOCKER_FAILED:
            os.write(self._guard, b"ended\n")
        return code

    async def address(self):
        """Where it is reached on this machine, and the id of its first process here."""
        said = await _docker("inspect", "--format", "{{.State.Pid}} {{json .NetworkSettings.Ports}}", self.name)
        pid, _, ports = said.partition(" ")
        published = json.loads(ports)[f"{PORT}/tcp"][0]
        return ("127.0.0.1", int(published["HostPort"])), int(pid)

    async def stop(self, seconds):
        """Tells it to end by itself; after so long it is made to."""
        try:
            await _docker("stop", "-t", str(round(seconds)), self.name)
        except DockerProblem as problem:  # it has ended meanwhile
            print(problem, flush=True)

    async def _remove_orphans(self):
        """Containers of this service whose front has ended in a way that left no time."""
        shown = '{{.ID}} {{.Label "%s"}}' % FRONT_LABEL
        said = await _docker("ps", "--all", "--filter", f"label={FOLDER_LABEL}={self._settings['folder']}", "--format", shown)
        lines = [line.partition(" ") for line in said.splitlines()]
        orphans = [container for container, _, front in lines if not _is_front_alive(front)]
        if orphans:
            try:
                await _docker("rm", "--force", *orphans)
            except DockerProblem as problem:  # a guard is at it too; the next start tries again
                print(problem, flush=True)

    def _start_guard(self):
        reader, writer = os.pipe()
        argv = ["/bin/sh", "-c", GUARD, "sh", self.name]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.Popen(argv, stdin=reader, start_new_session=True, cwd="/", **quiet)
        os.close(reader)
        return writer

    def _variables(self, secrets):
        return {
            "SCORESTACK_REPORT_DIR": REPORTS,
            "WORKER_COUNT": str(self._settings["workers"]),
            **({"SCORESTACK_KEYS_FILE": f"{GIVEN}/{KEYS_FILE}"} if self._settings.get("keysFile") else {}),
            **({"SCORESTACK_SECRETS_FD": "0"} if secrets is not None else {}),
        }

    def _run(self, variables, secrets):
        labels = {
            FOLDER_LABEL: self._settings["folder"],
            REVISION_LABEL: str(self._settings["revision"]),
            FRONT_LABEL: f"{os.getpid()}/{process_start(os.getpid())}",
        }
        reports = f'type=bind,"source={self._reports}",target={REPORTS}'
        given = f'type=bind,"source={self._given}",target={GIVEN},readonly'
        return [
            *("docker", "run", "--rm", "--init", "--pull", "never", "--name", self.name),
            *(part for name, value in labels.items() for part in ("--label", f"{name}={value}")),
            *("--publish", f"127.0.0.1::{PORT}", "--mount", reports, "--mount", given, "--env-file", f"/dev/fd/{variables}"),
            *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
            *(part for folder in WRITABLE for part in ("--tmpfs", f"{folder}:exec,{OWNER}")),
            *_limits(self._settings),
            # The service's log has it all, with secrets hidden; Docker's own would have them open.
            *("--log-driver", "none"),
            *(["--interactive"] if secrets is not None else []),
        ]


def variables_of(environment):
    """The container's variables among the front's."""
    return {name[len(VARIABLE_PREFIX) :]: value for name, value in environment.items() if name.startswith(VARIABLE_PREFIX)}


def _limits(settings):
    """What it may use; memory without swap, as there is none in Azure."""
    cores, memory = settings.get("cpuCores"), settings.get("memoryInGb")
    most = f"{round(memory * 1024)}m" if memory else None
    return [*(["--cpus", str(cores)] if cores else []), *(["--memory", most, "--memory-swap", most] if most else [])]


def _part_variables(variables):
    """Those that a file of lines can hold, and the rest, which the client has to take from its own."""
    fits = {name for name, value in variables.items() if not set(value) & set("\r\n") and len(value) < LONGEST_LINE}
    told = {name: value for name, value in variables.items() if name in fits}
    return told, {name: value for name, value in variables.items() if name not in fits}


def _pipe_of(content):
    reader, writer = os.pipe()

    def write():
        try:
            with open(writer, "wb") as pipe:
                pipe.write(content)
        except OSError:
            pass  # the client ended without reading

    threading.Thread(target=write, daemon=True).start()
    return reader


def _is_front_alive(front):
    pid, _, start = front.partition("/")
    return pid.isdigit() and start != "" and process_start(int(pid)) == start


async def _docker(*words):
    pipe = subprocess.PIPE
    process = await asyncio.create_subprocess_exec("docker", *words, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    said, problem = await process.communicate()
    if process.returncode:
        raise DockerProblem(f"docker {words[0]}: {problem.decode('utf-8', 'replace').strip()}")
    return said.decode("utf-8", "replace")


class DockerProblem(Exception):
    """What docker said when it refused."""
