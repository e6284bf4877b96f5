"""python <this folder> --input PATH… --output DIR: see arguments.py."""

import importlib.util
import os
import sys

HOME = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "scorestack_batch"  # a name that no scorer has


def load_package():
    """This folder as a package; the names of its files must not hide a scorer's own modules."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HOME]
    packages = os.environ.get("SCORESTACK_BATCH_PACKAGES")
    if packages and packages not in sys.path:
        sys.path.append(packages)  # last: what the image has itself counts
    spec = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(HOME, "__init__.py"), submodule_search_locations=[HOME]
    )
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)


if __name__ == "__main__":
    load_package()
    if sys.argv[1:2] == ["--worker"]:
        from scorestack_batch.worker import main

        main(int(sys.argv[2]))
    else:
        from scorestack_batch.coordinator import main

        sys.exit(main(sys.argv[1:]))
