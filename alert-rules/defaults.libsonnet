// When people are told. `warning` and `critical` are what the value must be beyond (exactly at it nothing fires);
// null leaves that side out. `for` is how long it must last. `minimum` is how many events the window must hold
// before a share or a percentile of them means anything. `enabled: false` removes the alert.
{
  // -- the application --
  // Share of requests answered with 5xx. With little traffic raise `minimum` rather than the thresholds: one
  // failure among ten requests is not an outage.
  HighErrorRate: { enabled: true, warning: 0.01, critical: 0.05, 'for': '5m', minimum: 30 },
  // 5xx answers in a minute, whatever their share. It catches what a large denominator hides, so scale it with traffic.
  ServerErrors: { enabled: true, warning: 10, critical: 50, 'for': '5m' },
  // 4xx answers in a minute: a scanner, a brute force, or a client that a release has broken. Raise it for an API
  // whose clients poll for things that are not there yet.
  ClientErrors: { enabled: true, warning: 100, critical: 500, 'for': '5m' },
  // Seconds that 95 of 100 requests stay below. Raise `warning` when slow pages (exports, LLM answers) are normal.
  SlowResponse: { enabled: true, warning: 0.5, critical: 2, 'for': '5m', minimum: 30 },
  // Seconds that 99 of 100 requests stay below: the unlucky customers. Of fewer requests two slow ones would do.
  SlowTailResponse: { enabled: true, warning: 1, critical: 5, 'for': '5m', minimum: 200 },

  // -- what was promised for a month, see `slo` --
  // Times that the budget is used up too fast over each window: at 14.4 2% of it is gone in an hour, at 1 it lasts just
  // as long as the month. AvailabilityBudgetBurn, then LatencyBudgetBurn.
  AvailabilityBurn1h: { enabled: true, warning: 14.4, 'for': '2m', minimum: 100 },
  AvailabilityBurn6h: { enabled: true, warning: 6, 'for': '15m', minimum: 100 },
  AvailabilityBurn1d: { enabled: true, warning: 3, 'for': '1h', minimum: 100 },
  AvailabilityBurn3d: { enabled: true, warning: 1, 'for': '3h', minimum: 100 },
  LatencyBurn1h: { enabled: true, warning: 14.4, 'for': '2m', minimum: 100 },
  LatencyBurn6h: { enabled: true, warning: 6, 'for': '15m', minimum: 100 },
  LatencyBurn1d: { enabled: true, warning: 3, 'for': '1h', minimum: 100 },
  LatencyBurn3d: { enabled: true, warning: 1, 'for': '3h', minimum: 100 },

  // -- jobs --
  // Jobs that wait in one queue. Right for queues that empty within seconds; raise it for batches that are put in
  // at once and may take their time.
  QueueBackup: { enabled: true, warning: 100, critical: 500, 'for': '5m' },
  // Share of finished jobs that failed. Retries do not count, only the last attempt.
  JobFailures: { enabled: true, warning: 0.05, critical: 0.2, 'for': '5m', minimum: 20 },
  // A worker that was there shows no sign of life, and there are fewer workers than in the quarter of an hour before:
  // one that a deployment replaced in time is not missed.
  WorkerDown: { enabled: true, severity: 'warning', 'for': '5m' },
  // No worker at all: nothing is done any more.
  NoWorkers: { enabled: true, severity: 'critical', 'for': '5m' },
  // A worker runs but sends no task events, so JobFailures is blind to its jobs.
  CeleryEventsOff: { enabled: true, severity: 'warning', 'for': '10m' },
  // Jobs by which the queues grew within ten minutes while workers are up and finish none.
  StuckWorkers: { enabled: true, warning: 0, 'for': '10m' },
  // Times within a quarter of an hour that the stream of task events broke or overflowed: whenever it does, jobs may be
  // missing from the totals.
  CeleryEventsLost: { enabled: true, warning: 0 },

  // Redis has a memory limit and would drop keys when it is reached, jobs among them.
  RedisMayEvict: { enabled: true, severity: 'warning', 'for': '15m' },
  // Share of the memory that Redis may use, where it has a limit.
  RedisMemoryHigh: { enabled: true, warning: 0.8, 'for': '5m' },

  // -- the database --
  // No connection succeeds. Four polls in a row at the default pace; it is short because every request needs it.
  DatabaseDown: { enabled: true, severity: 'critical', 'for': '1m' },
  // Share of max_connections in use; at 1 new connections are refused. Lower it when a deployment doubles the pools.
  DatabaseConnectionsHigh: { enabled: true, warning: 0.8, critical: 0.95, 'for': '5m' },

  // -- sign-ins --
  // Refused sign-ins in a minute. Scale it with the number of users: everybody mistypes at times.
  AuthFailures: { enabled: true, warning: 50, critical: 200, 'for': '5m' },
  // SecurityBreach has five patterns, each over ten minutes, and each pages the security team too. Refusals of one
  // account (raise it where a password manager tries for people), and from one address (an office shares one).
  SecurityBreachAccount: { enabled: true, critical: 30 },
  SecurityBreachAddress: { enabled: true, critical: 100 },
  // Accounts that one address tried.
  SecurityBreachAccounts: { enabled: true, critical: 10 },
  // Accounts or addresses that got in after a burst of refusals; how many are a burst is sources.supabase.burst.
  SecurityBreachEntered: { enabled: true, critical: 0 },
  // Refusals per usual refusal at this hour; fewer than `minimum` are no attack whatever is usual.
  SecurityBreachBaseline: { enabled: true, critical: 10, minimum: 100 },

  // -- business --
  // Share of attempts to pay that failed. Some cards are always declined: raise `warning` for many small payments.
  PaymentFailures: { enabled: true, warning: 0.1, critical: 0.3, 'for': '5m', minimum: 10 },
  // Events of Stripe that are older than five minutes and that no endpoint took: who paid does not get what he paid for.
  PaymentSystemDown: { enabled: true, critical: 0, 'for': '5m' },
  // The same alert, for an endpoint that was enabled within a day and is not any more.
  PaymentEndpointDisabled: { enabled: true, severity: 'critical', 'for': '5m' },
  // Share of the usual sign-ups of 24 hours; `minimum` is how many must be usual before a drop means anything.
  SignupsDrop: { enabled: true, warning: 0.5, critical: 0.2, 'for': '30m', minimum: 20 },
  // Subscriptions that ended in 24 hours per one that usually does; fewer than `minimum` are chance.
  ChurnSpike: { enabled: true, warning: 2, critical: 5, 'for': '15m', minimum: 5 },

  // -- models --
  // Seconds that half of the calls, and 95 of 100, stay below. Exact at the bounds of the histogram, such as 1, 2, 3, 5,
  // 7.5, 10, 15, 20 and 30. Raise them for reasoning models and long answers. Of fewer than 40 calls
  // two slow ones would make a slow tail.
  LLMSlowMedian: { enabled: true, warning: 2, 'for': '5m', minimum: 20 },
  LLMSlowTail: { enabled: true, warning: 10, 'for': '5m', minimum: 40 },
  // Dollars that the calls for one request cost.
  LLMCostPerRequest: { enabled: true, warning: 0.1, 'for': '5m', minimum: 20 },
  // Share of the requests (traces) that end in an error; muted while LLMAPIErrors explains it.
  LLMErrors: { enabled: true, warning: 0.05, 'for': '5m', minimum: 20 },
  // Share of the calls of a model that the provider fails.
  LLMAPIErrors: { enabled: true, warning: 0.1, 'for': '5m', minimum: 20 },
  // Share of sources.langsmith.token_budgets that is used; finance is told.
  LLMTokenBudget: { enabled: true, warning: 0.8 },

  // -- hosting --
  // Short peaks are normal; lower `for` only where the product slows down at once.
  HighCPU: { enabled: true, warning: 0.7, critical: 0.9, 'for': '10m' },
  HighMemory: { enabled: true, warning: 0.7, critical: 0.85, 'for': '5m' },
  DiskSpaceLow: { enabled: true, warning: 0.7, critical: 0.85, 'for': '15m' },

  // -- uptime --
  // A probed page fails or answers 5xx: two probes in a row and at least one minute (see `probeIntervals`), which
  // is why there is no `for`.
  SiteDown: { enabled: true, severity: 'critical' },

  // A monitor of UptimeRobot or Better Stack sees a page down. They retry by themselves, so `for` is short.
  UptimeMonitorDown: { enabled: true, severity: 'warning', 'for': '2m' },
  // Days until a certificate ends. Those that renew themselves do so 30 days before, so 14 means that it failed.
  CertificateExpiry: { enabled: true, warning: 14, 'for': '15m' },

  // -- vendors --
  // Parts of a vendor that its status page calls out, partly or wholly; it mutes what it explains.
  VendorIncident: { enabled: true, warning: 0, 'for': '5m' },
  // A service of the Supabase project (auth, database, pooler, storage …) is not healthy, as Supabase says itself.
  SupabaseUnhealthy: { enabled: true, severity: 'warning', 'for': '5m' },
  // The latest deployment on Railway failed or crashed, or the production build on Vercel ended in an error.
  DeploymentFailed: { enabled: true, severity: 'warning', 'for': '2m' },

  // -- monitoring itself: silence is not health --
  // A source of Vigie fails: its numbers are old and then gone, and the alerts on them cannot fire.
  SourceSilent: { enabled: true, severity: 'warning', 'for': '5m' },
  // Intervals since a source last gave its numbers: for the source that does not even fail.
  SourceStale: { enabled: true, warning: 10, 'for': '5m' },
  // Requests that may still be sent to a source: less than one for so long means that polls are held back.
  ApiBudgetLow: { enabled: true, warning: 1, 'for': '10m' },
  // Series that were folded into `other` in a quarter of an hour.
  SeriesDropped: { enabled: true, warning: 0 },
  // Prometheus cannot scrape a target.
  TargetDown: { enabled: true, severity: 'warning', 'for': '5m' },
  // Prometheus cannot scrape Vigie: every alert on database, queues and jobs is blind.
  VigieDown: { enabled: true, severity: 'critical', 'for': '5m' },
  // A job of `jobs` is not in the scrape configuration any more.
  TargetAbsent: { enabled: true, severity: 'warning', 'for': '10m' },
  // Fires always; the dead-man's switch rings when it stops. Only off where nobody listens to it.
  Watchdog: { enabled: true, severity: 'none' },
}
