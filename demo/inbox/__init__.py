"""
An inbox for the messages that would have gone to PagerDuty and Slack: it answers as they do, keeps and shows them.

Run it with `python -m demo.inbox`. Alertmanager's `url` and webhook point here; nothing leaves the machine.
"""
