"""Goes through the Dockerfile where there is no Docker, and starts what comes of it.

    python -m scripts.build_container BASE [--build-arg NAME=VALUE]

BASE is a folder with what the Dockerfile is `FROM`, unpacked, such as what `debootstrap` leaves,
with a Python and its pip. The instructions change it. They run in it by `unshare` and `chroot`, so
this needs to be root on Linux. Then the image's command runs as the image's user, with all but /tmp
read-only and no network but the loopback, until the image's health check passes.

While instructions run, they have this machine's pip configuration, certificates and names of hosts,
of which nothing stays but empty places.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from scripts.dockerfile import Instruction, context, filled_in, instructions

ROOT = Path(__file__).resolve().parent.parent
LENT = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/xdg/pip", "/etc/ssl/certs")
"""What a build has of this machine, where there is such a thing."""
PASSED_ON = ("PIP_CERT", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy", "no_proxy")
"""The variables that a build has of this machine."""
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
BINARIES = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"
SECONDS = 120
"""How long the health check may fail after the start."""


@dataclass
class Image:
    """A container's image on the way: its files, and what was said of it so far."""

    root: Path
    arguments: dict[str, str]
    """Given to the build."""
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": BINARIES})
    values: dict[str, str] = field(default_factory=dict)
    """Of the arguments that the Dockerfile declares."""
    folder: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    user: str = "root"
    command: Sequence[str] = ()
    health: Sequence[str] = ()

    def follow(self, instruction: Instruction) -> None:
        """Do what an instruction says.

        Raises:
            FileNotFoundError: there is nothing to copy.
            subprocess.CalledProcessError: a command has failed.
        """
        known = self.values | self.environment
        match instruction.keyword:
            case "ARG":
                given = instruction.settings | self.arguments
                self.values |= {name: given[name] for name in instruction.settings}
            case "ENV":
                filled = {name: filled_in(v, known) for name, v in instruction.settings.items()}
                self.environment |= filled
            case "WORKDIR":
                self.folder /= filled_in(instruction.text, known)
                self.inside(".").mkdir(parents=True, exist_ok=True)
            case "USER":
                self.user = instruction.text
            case "COPY":
                self.copy(*instruction.copied)
            case "RUN":
                lent = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
                script = [*self.mounts(), self.line(instruction.command, self.values | lent)]
                subprocess.run([*ALONE, "sh", "-ec", "\n".join(script)], check=True)
            case "CMD":
                self.command = instruction.command
            case "HEALTHCHECK":
                self.health = instruction.command

    def inside(self, path: str) -> Path:
        """Where a path of the image is on this machine."""
        return self.root / (self.folder / path).relative_to("/")

    def copy(self, sources: Sequence[str], target: str) -> None:
        """Copy files of the checkout; they belong to root."""
        files = context(ROOT)
        for source in sources:
            found = [path for path in files if path.is_relative_to(source)]
            if not found:
                raise FileNotFoundError(f"COPY {source}: there is no such file")
            for path in found:
                # The contents of a folder are copied, and a file by its name.
                name = path.relative_to(source) if path != Path(source) else Path(path.name)
                to = self.inside(target) / name
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / path, to)

    def mounts(self) -> list[str]:
        """What makes a root of the folder while an instruction runs."""
        lines = [f"mount -t proc proc {self.root}/proc"]
        for name in LENT:
            if Path(name).exists():
                place = f"{self.root}{name}"
                kind = f"mkdir -p {place}" if Path(name).is_dir() else f"touch {place}"
                lines += [kind, f"mount --bind {name} {place}"]
        return lines

    def line(self, command: Sequence[str], more: Mapping[str, str]) -> str:
        """The line that runs a command in the image, for a shell outside of it."""
        variables = [f"{name}={value}" for name, value in (self.environment | dict(more)).items()]
        there = f"cd {self.folder} && exec {shlex.join(command)}"
        user = ["--userspec", f"{self.user}:{self.user}"] if self.user != "root" else []
        inside = ["env", "-i", *variables, "/bin/sh", "-c", there]
        return shlex.join(["chroot", *user, str(self.root), *inside])

    def start(self) -> None:
        """Run the image's command until it is healthy.

        Raises:
            subprocess.CalledProcessError: it never is.
        """
        tells = "id -un; touch app.py /usr/x 2>&1; touch /tmp/x && echo /tmp can be written to"
        script = [
            f"mount --bind {self.root} {self.root}",
            f"mount -o remount,bind,ro {self.root}",
            f"mount -t proc proc {self.root}/proc",
            f"mount -t tmpfs tmpfs {self.root}/tmp",
            "ip link set lo up",
            self.line(["/bin/sh", "-c", tells], {}),
            f"{self.line(self.command, {})} &",
            f"for second in $(seq {SECONDS}); do",
            f"  {self.line(self.health, {})} 2>/dev/null && exit 0; sleep 1",
            "done",
            "exit 1",
        ]
        subprocess.run([*ALONE, "--net", "sh", "-ec", "\n".join(script)], check=True)


def megabytes(folder: Path) -> int:
    """The size of all files below a folder."""
    told = subprocess.run(["du", "-sxm", folder], capture_output=True, text=True, check=True)
    return int(told.stdout.split()[0])


def main() -> None:
    """Build the image, say what each instruction takes, start it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("base", type=Path)
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    image = Image(options.base.resolve(), dict(each.split("=", 1) for each in options.build_arg))
    size = megabytes(image.root)
    for instruction in instructions((ROOT / "Dockerfile").read_text("utf-8")):
        print(f"=== {instruction.keyword} {instruction.text}", flush=True)
        begin = time.monotonic()
        image.follow(instruction)
        if instruction.keyword in ("COPY", "RUN"):
            before, size = size, megabytes(image.root)
            print(f"    {size - before} MB, {time.monotonic() - begin:.0f} s", flush=True)
    print(f"=== as {image.user}: {shlex.join(image.command)}", flush=True)
    begin = time.monotonic()
    image.start()
    print(f"    healthy after {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("this needs root, for chroot")
    main()
