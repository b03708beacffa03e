"""What the Celery source exports. Names without `vigie_` are celery-exporter's, with its meaning and labels."""

from __future__ import annotations

from vigie.core.families import counter, gauge, histogram, untyped

_TASK = ("name", "hostname", "queue_name")

QUEUE_LENGTH = gauge(
    "celery_queue_length", "Messages that wait in the queue, all priorities together.", "queue_name", join="sum"
)
QUEUE_PRIORITY_LENGTH = gauge(
    "vigie_celery_queue_priority_length",
    "Messages that wait in the queue, by priority step (Redis; 0 is consumed first).",
    "queue_name",
    "priority",
    join="sum",
)
CONSUMERS = untyped(
    "celery_active_consumer_count", "Consumers of the queue, as the broker counts them (AMQP).", "queue_name"
)
UNACKED = gauge(
    "vigie_celery_unacked_messages",
    "Messages handed to a worker and not acknowledged: prefetched, waiting for their ETA, or running with acks_late"
    " (Redis, whole database).",
)
OLDEST_UNACKED = gauge(
    "vigie_celery_oldest_unacked_timestamp_seconds",
    "Unix time at which the oldest unacknowledged message was handed to a worker; absent when there is none (Redis).",
)
VISIBILITY_TIMEOUT = gauge(
    "vigie_celery_visibility_timeout_seconds",
    "Age at which an unacknowledged message is delivered again, so that its task runs twice (Redis, as configured).",
)

SENT = counter("celery_task_sent_total", "Tasks published by clients with task_send_sent_event.", *_TASK)
RECEIVED = counter("celery_task_received_total", "Tasks received by a worker.", *_TASK)
STARTED = counter("celery_task_started_total", "Tasks that a worker began to execute.", *_TASK)
SUCCEEDED = counter("celery_task_succeeded_total", "Tasks that ended well.", *_TASK)
FAILED = counter("celery_task_failed_total", "Tasks that raised, by class of the exception.", *_TASK, "exception")
REJECTED = counter("celery_task_rejected_total", "Tasks that a worker rejected.", *_TASK)
REVOKED = counter("celery_task_revoked_total", "Tasks that were revoked or expired.", *_TASK)
RETRIED = counter("celery_task_retried_total", "Tasks that failed and will be tried again.", *_TASK)
RUNTIME = histogram(
    "celery_task_runtime",
    "Seconds that successful tasks ran.",
    *_TASK,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)
QUEUE_WAIT = histogram(
    "celery_task_queue_wait_time",
    "Seconds from publication to start, by Vigie's own clock; tasks with an ETA are left out. Needs task-sent events.",
    *_TASK,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800),
)

WORKER_COUNT = gauge(
    "vigie_celery_workers",
    "Workers that show signs of life; 0 when there is none, absent only while Vigie cannot know.",
)
WORKER_OFFLINE = gauge(
    "vigie_celery_worker_offline",
    "1 if the worker said goodbye before it went (worker-offline), as in a deployment, 0 if it lives or vanished.",
    "hostname",
)
WORKER_UP = gauge(
    "celery_worker_up", "1 while the worker shows signs of life, 0 after it went.", "hostname", join="min"
)
WORKER_ACTIVE = gauge(
    "celery_worker_tasks_active", "Tasks that the worker executes now, by its heartbeat.", "hostname", join="sum"
)
WORKER_PROCESSED = counter(
    "vigie_celery_worker_processed_total",
    "Tasks that the worker began since its start, by its heartbeat; needs no task events.",
    "hostname",
    kept_by="system",
)
EVENTS_ENABLED = gauge(
    "vigie_celery_events_enabled",
    "1 if the worker sends task events, 0 if it works without sending any; absent until it has done something.",
    "hostname",
    join="min",
)
EVENTS_MISSED = counter(
    "vigie_celery_events_missed_total",
    "Tasks that the worker says it began but whose task-started event never came: lost on the way, or send_events is"
    " off for that task.",
    "hostname",
)

LAST_EVENT = gauge(
    "vigie_celery_last_event_timestamp_seconds",
    "Unix time at which the last event of this kind arrived.",
    "kind",
    join="min",
)
CONNECTED = gauge("vigie_celery_events_connected", "1 while Vigie is subscribed to events.")
INTERRUPTIONS = counter(
    "vigie_celery_events_interruptions_total",
    "Times that the stream of events broke; each may have lost some.",
    "cause",
)
GAP = counter(
    "vigie_celery_events_gap_seconds_total",
    "Seconds, from the last sign of life to the new subscription, in which events may have been lost.",
)
DROPPED = counter(
    "vigie_celery_events_dropped_total", "Messages with events that were dropped because Vigie's own buffer was full."
)
READ = counter("vigie_celery_events_total", "Events that were read, of all kinds.")
UNDECODABLE = counter(
    "vigie_celery_events_undecodable_total",
    "Events that could not be read, or not in full, such as those of an event_serializer other than json: what they"
    " told is lost.",
)
FOLDED = counter(
    "vigie_celery_events_folded_total", "Task events counted under the label value other, because of max_series."
)
BUFFERED = gauge("vigie_celery_events_buffered_bytes", "Events that arrived and are not counted yet.")
TRACKED = gauge("vigie_celery_tasks_tracked", "Tasks in flight whose names are remembered; bounded by max_tasks.")

QUEUE_WORKERS = untyped(
    "celery_active_worker_count", "Workers that consume the queue, by their own answer.", "queue_name"
)
QUEUE_PROCESSES = untyped(
    "celery_active_process_count", "Processes of the workers that consume the queue, by their own answer.", "queue_name"
)
RESERVED = gauge(
    "vigie_celery_worker_reserved",
    "Tasks that the worker took from the broker and has not begun.",
    "hostname",
    join="sum",
)
OLDEST_ACTIVE = gauge(
    "vigie_celery_worker_oldest_active_timestamp_seconds",
    "Unix time at which the longest running task of the worker began; absent while it runs none.",
    "hostname",
    join="min",
)
LAST_INSPECT = gauge(
    "vigie_celery_last_inspect_timestamp_seconds", "Unix time at which workers last answered questions."
)

DEPTH = (QUEUE_LENGTH, QUEUE_PRIORITY_LENGTH, CONSUMERS, UNACKED, OLDEST_UNACKED, VISIBILITY_TIMEOUT)
TASKS = (SENT, RECEIVED, STARTED, SUCCEEDED, FAILED, REJECTED, REVOKED, RETRIED, RUNTIME, QUEUE_WAIT)
WORKERS = (WORKER_COUNT, WORKER_UP, WORKER_OFFLINE, WORKER_ACTIVE, WORKER_PROCESSED, EVENTS_ENABLED, EVENTS_MISSED)
STREAM = (LAST_EVENT, CONNECTED, INTERRUPTIONS, GAP, DROPPED, READ, UNDECODABLE, FOLDED, BUFFERED, TRACKED)
INSPECT = (QUEUE_WORKERS, QUEUE_PROCESSES, RESERVED, OLDEST_ACTIVE, LAST_INSPECT)
ALL = DEPTH + TASKS + WORKERS + STREAM + INSPECT
