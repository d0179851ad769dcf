"""What the tests ran in: the interpreter, the installed distributions, what it computes with, its own modules."""

import os
import platform
import re
import sys
from importlib import metadata


def environment(accelerators):
    return {
        "language": "%s %s" % (platform.python_implementation(), platform.python_version()),
        "distributions": distributions(),
        "accelerators": {**accelerators, **loaded_accelerators()},
    }


def distributions():
    """Names and versions, as importlib.metadata finds them; from file names alone, which is much faster."""
    found = {}
    for place in sys.path:
        for name, version in _installed_in(place or os.curdir):
            found.setdefault(name, version)
    return dict(sorted(found.items()))


def _installed_in(place):
    try:
        entries = os.listdir(place)
    except OSError:
        return
    for entry in entries:
        stem, extension = os.path.splitext(entry)
        if extension == ".dist-info":
            name, _, version = stem.rpartition("-")
            if name:
                yield _normalised(name), version
        elif extension == ".egg-info":
            yield from _described(os.path.join(place, entry))


def _described(path):
    try:
        found = metadata.PathDistribution.at(path)
        yield _normalised(found.metadata["Name"]), str(found.version)
    except Exception:
        # half an installation is none
        return


def _normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()[:200]


def loaded_accelerators():
    """Of torch, where the suite has imported it. Importing it here would cost seconds."""
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    found = {}
    try:
        _add(found, "torch", torch.__version__)
        _add(found, "cuda", torch.version.cuda)
        if torch.cuda.is_initialized():
            _add(found, "cudnn", torch.backends.cudnn.version())
            _add(found, "gpu", torch.cuda.get_device_name(0))
    except Exception:
        # a stand-in for torch, or half of it
        pass
    return found


def _add(found, name, value):
    if value is not None:
        found[name] = str(value)[:200]
