"""`python -m redcross_portal.supervisor`: what `make run` starts when the set-up is done."""

import sys

from redcross_portal.environment import StartError, load_env_file
from redcross_portal.supervisor.portal import run_portal
from redcross_portal.supervisor.stopping import Stopped, StopSwitch
from redcross_portal.supervisor.terminal import say


def main() -> int:
    """Run the portal until Ctrl-C; 2 with one clear line when it cannot start."""
    switch = StopSwitch()
    switch.install()
    try:
        load_env_file()
        run_portal(switch)
    except Stopped:
        pass
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    say("  已停止。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
