"""Sources against simulated vendors; each module `setup_<name>` says how one is put together."""
