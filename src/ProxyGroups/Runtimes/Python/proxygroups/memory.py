"""What the kernel says of this process."""


def anonymous():
    """Memory that no file backs, shared with the parent or not, in bytes: what forked workers would share."""
    try:
        with open("/proc/self/smaps_rollup") as rollup:
            return sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Anonymous:"))
    except OSError:
        return 0  # It does not tell.
