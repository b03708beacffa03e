"""The command line, tried as a process."""
