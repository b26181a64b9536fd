"""Stack dumps on request: SIGQUIT writes what every thread is doing to stderr, and the worker runs on."""

import faulthandler
import signal

STDERR = 2


def install():
    """Registers the dump, and the same for crashes (SIGSEGV and its kin).

    faulthandler's handler is C code that runs inside the signal, so it works while native code holds the
    interpreter lock. The descriptor is given by number because the application may replace sys.stderr.
    """
    faulthandler.enable(file=STDERR, all_threads=True)
    if hasattr(signal, "SIGQUIT"):
        faulthandler.register(signal.SIGQUIT, file=STDERR, all_threads=True, chain=False)
