"""Opening a workbook once in a process that may die, before it is opened in the one that must not.

The reader trusts counts inside a file. A damaged or hostile one makes it ask for more memory than there is, and a
Rust program that gets none aborts: no exception, the worker is gone. A child with limits on memory and time takes
that risk first; it costs one more opening (about a second for 200,000 rows).
"""

import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

Outcome = Literal["opened", "encrypted", "broken"]

MEMORY_LIMIT_BYTES: Final = 2 * 1024**3
SECONDS: Final = 60
_ENCRYPTED: Final = 3

_CHILD: Final = """
import resource, sys
memory, seconds = int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import python_calamine
try:
    workbook = python_calamine.load_workbook(sys.argv[1])
    for position, about in enumerate(workbook.sheets_metadata):
        if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_index(position)
            sheet.merged_cell_ranges
            for row in sheet.iter_rows():
                pass
except python_calamine.PasswordError:
    sys.exit(3)
"""


def rehearse(path: Path) -> Outcome:
    """Say what became of opening the workbook and going through all its sheets in a child process."""
    command = [sys.executable, "-I", "-c", _CHILD, str(path.absolute()), str(MEMORY_LIMIT_BYTES), str(SECONDS)]
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS * 2
        )
    except subprocess.TimeoutExpired:
        return "broken"
    return "opened" if child.returncode == 0 else "encrypted" if child.returncode == _ENCRYPTED else "broken"
