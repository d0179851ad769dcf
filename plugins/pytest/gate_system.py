"""The system as it was before any test could change it."""

import os
import time


class real:
    """The system's own functions: tests replace what modules hold (monkeypatch, freezegun, pyfakefs)."""

    sep = os.sep
    open = open
    os_open = os.open
    write = os.write
    mkdir = os.mkdir
    stat = os.stat
    fstat = os.fstat
    access = os.access
    scandir = os.scandir
    getcwd = os.getcwd
    fsdecode = os.fsdecode
    fspath = os.fspath
    urandom = os.urandom
    abspath = os.path.abspath
    basename = os.path.basename
    dirname = os.path.dirname
    exists = os.path.exists
    isabs = os.path.isabs
    isdir = os.path.isdir
    islink = os.path.islink
    join = os.path.join
    normpath = os.path.normpath
    readlink = os.readlink
    realpath = os.path.realpath
    split = os.path.split
    gmtime = time.gmtime
    strftime = time.strftime
    time = time.time


def is_own(error):
    """Whether an error came from gate, or from what it called. A signal handler of the suite may run anywhere."""
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if not path.startswith(_PLACE) and path not in _OF_SYSTEM:
            return False
        trace = trace.tb_next
    return True


_PLACE = os.path.dirname(is_own.__code__.co_filename) + os.sep
_CALLED = (os.fsdecode, os.path.isabs, os.path.realpath, os.path.isfile)
_OF_SYSTEM = frozenset(one.__code__.co_filename for one in _CALLED if hasattr(one, "__code__"))
