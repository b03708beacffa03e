"""A small product to watch: an application, a worker, their customers, and an inbox for the messages about them."""
