"""
Celery's events, from the socket to counters.

A reader thread drains the broker's socket into a bounded `buffer` and never waits for the work. A second thread decodes
(`wire`) and counts (`state`, pure). Names of tasks in flight outlive Vigie in `memory`.
"""
