"""Files of any commit, by one git process: no checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO

from ..git import git
from .revisions import RESULTS


class Objects:
    """Reads git's objects while it is open."""

    def __init__(self, here: Path) -> None:
        self.here, self.names = here, dict[str, list[str]]()
        self.process = subprocess.Popen(
            ["git", "cat-file", "--batch"], cwd=here, stdin=subprocess.PIPE,  # noqa: S607
            stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for pipe in self.pipes():
            pipe.close()
        self.process.wait()

    def pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """To git and from git."""
        asked, said = self.process.stdin, self.process.stdout
        if asked is None or said is None:
            raise ValueError("git cat-file has no pipes")
        return asked, said

    def read(self, commit: str, path: str) -> bytes | None:
        """The content of a file; None where the commit has none of that name.

        A name in two lines would be two questions.
        """
        if "\n" in path:
            return None
        asked, said = self.pipes()
        asked.write(f"{commit}:{path}\n".encode())
        asked.flush()
        head = said.readline().split()
        if len(head) != 3 or not head[2].isdigit():  # NAME missing
            return None
        content = said.read(int(head[2]) + 1)[:-1]
        return content if head[1] == b"blob" else None

    def listed(self, commit: str, path: str) -> list[str]:
        """The files of a result at a path, or below it."""
        if commit not in self.names:
            names = git(self.here, "ls-tree", "-r", "-z", "--name-only", commit, "--", *RESULTS)
            self.names[commit] = (names or "").split("\0")
        return [it for it in self.names[commit] if it == path or it.startswith(f"{path}/")]
