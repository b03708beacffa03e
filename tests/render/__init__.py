"""What `vigie render` does with a folder."""
