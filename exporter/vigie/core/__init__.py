"""What every source shares and no vendor is named in: families, polling, snapshots, pages, state, logs."""
