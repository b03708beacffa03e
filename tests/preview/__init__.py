"""What the tests of the preview share."""
