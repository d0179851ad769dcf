"""What an opened path is in the repository."""

import os
import stat
import sys

from gate_system import is_own, real

_NEVER = frozenset((".git", ".gate", "__pycache__", ".pytest_cache", "node_modules", "site-packages"))
_OWN_PLACE = real.dirname(real.abspath(__file__)) + os.sep
# as many as Linux follows
_MOST_LINKS = 40


class Places:
    """Finds out what an opened path is in the repository. Asks the system once for each."""

    def __init__(self, root):
        resolved = real.realpath(root)
        self._roots = tuple({root + os.sep: None, resolved + os.sep: None})
        self._real_root = resolved + os.sep
        self._known = {}
        self._folders = {}
        self._environments = {}
        # Python itself, with its environment: thousands of files that are never the repository's
        homes = {real.abspath(one) for one in (sys.prefix, sys.exec_prefix, sys.base_prefix)}
        homes |= {real.realpath(one) for one in homes}
        inside = [one + os.sep for one in homes if self._is_inside(one)]
        outside = [one + os.sep for one in homes if not root.startswith(one) and not resolved.startswith(one)]
        self._skipped = (*inside, *outside, _OWN_PLACE, "/proc/", "/sys/", "/dev/")

    def _is_inside(self, path):
        return path.startswith(self._roots) and path + os.sep not in self._roots

    def name_of(self, path):
        """The path below the top level of a file that can be read; None for anything else."""
        return next(iter(self.names_of(path)), None)

    def names_of(self, path):
        """The path below the top level of a file that can be read, and those of the symbolic links that led to it."""
        if path.startswith(self._skipped):
            return ()
        found = self._known.get(path)
        return self._look(path) if found is None else found

    def _look(self, path):
        if not path.startswith(self._roots) and not self._leads_inside(path):
            return ()
        try:
            status = real.stat(path)
        except (OSError, ValueError) as error:
            if not is_own(error):
                raise
            # it may be there the next time
            return ()
        names = ()
        if stat.S_ISREG(status.st_mode) and real.access(path, os.R_OK):
            source = source_of(path)
            found = self._below(source)
            names = tuple(dict.fromkeys((*(() if found is None else (found,)), *self._links_to(source))))
        self._known[path] = names
        return names

    def _leads_inside(self, path):
        """For what is opened by another way: a symbolic link to the checkout, a bytecode cache elsewhere."""
        prefix = getattr(sys, "pycache_prefix", None)
        if prefix and path.startswith(prefix):
            return source_of(path).startswith(self._roots)
        folder = real.dirname(path)
        found = self._folders.get(folder)
        if found is None:
            found = (real.realpath(folder) + os.sep).startswith(self._real_root)
            self._folders[folder] = found
        return found

    def _below(self, path):
        found = real.realpath(path)
        if not found.startswith(self._real_root):
            # a link in the repository to something outside: what the repository holds is the link
            plain = real.normpath(path)
            root = next((one for one in self._roots if plain.startswith(one)), None)
            found = None if root is None else self._real_root + plain[len(root) :]
        if found is None or not real.exists(found):
            return None
        return self._below_top(found)

    def _links_to(self, path):
        """The repository's symbolic links on the way to a file: whoever changes one changes what is read."""
        if real.realpath(path) == path:
            return []
        here, rest, links, hops = "", path.split(os.sep)[::-1], [], 0
        while rest and hops < _MOST_LINKS:
            part = rest.pop()
            if part in ("", "."):
                continue
            if part == "..":
                here = real.dirname(here)
                continue
            step = here + os.sep + part
            if not real.islink(step):
                here = step
                continue
            hops += 1
            target = real.readlink(step)
            rest += target.split(os.sep)[::-1]
            here = "" if real.isabs(target) else here
            name = self._below_top(step) if step.startswith(self._real_root) else None
            links += [] if name is None else [name]
        return links

    def _below_top(self, resolved):
        name = resolved[len(self._real_root) :].replace(os.sep, "/")
        return None if self._is_left_out(name) else name

    def _is_left_out(self, name):
        folders = name.split("/")[:-1]
        if not _NEVER.isdisjoint(folders):
            return True
        return any(self._is_environment("/".join(folders[: end + 1])) for end in range(len(folders)))

    def _is_environment(self, folder):
        found = self._environments.get(folder)
        if found is None:
            found = real.exists(self._real_root + folder + "/pyvenv.cfg")
            self._environments[folder] = found
        return found


def source_of(path):
    """The source that a bytecode file stands for."""
    if not path.endswith(".pyc"):
        return path
    folder, name = real.split(path)
    prefix = getattr(sys, "pycache_prefix", None)
    if prefix and path.startswith(prefix):
        return real.join(folder[len(prefix) :], name.partition(".")[0] + ".py")
    if real.basename(folder) == "__pycache__":
        return real.join(real.dirname(folder), name.partition(".")[0] + ".py")
    source = path[:-1]
    return source if real.exists(source) else path
