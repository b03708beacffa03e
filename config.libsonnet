// Every default of the mixin. `vigie render` puts what vigie.yaml says on top; without Python, write
//
//   (import 'mixin.libsonnet') + { _config+:: { product: 'shop', alerts+: { QueueBackup+: { warning: 50 } } } }
{
  _config+:: {
    // Name of the product: the `product` label that the generated scrape configuration puts on every target.
    product: 'product',

    // IANA time zone of the people who are told: the times in messages are written in it.
    timezone: 'UTC',

    // ---------------------------------------------------------------------------------------------------------------
    // Where numbers come from
    // ---------------------------------------------------------------------------------------------------------------

    // What stands between the braces of every query. Change one when the job has another name, or to leave series out:
    // app: 'job="app",handler!="/health"' keeps health checks from thinning out the error rate.
    selectors: {
      app: 'job="app"',
      vigie: 'job="vigie"',
      // Sign-ins that count for AuthFailures. A session that cannot be renewed is an old browser, nobody who guesses.
      auth: 'job="vigie",reason!="session"',
      // Calls of models; add project!~"staging|evals" to leave out what no customer sees.
      llm: 'job="vigie"',
      probes: 'job="blackbox"',
      node: 'job="node"',
      // Disks that count for DiskSpaceLow; memory and image file systems are always full or never matter.
      disks: 'job="node",fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660"',
      // The feed of a Supabase project.
      supabase: 'job="supabase"',
      // What Vigie read of Railway and of Sentry, for the `numbers` that come from there; add service="api" or
      // project="backend" to leave the others out.
      railway: 'job="vigie"',
      sentry: 'job="vigie"',
      // Targets that TargetDown speaks of; Vigie itself has VigieDown.
      targets: 'job!="vigie"',
    },

    // Jobs that must always be there: TargetAbsent fires for one that no longer is scraped at all.
    jobs: ['vigie'],

    // Sources of the numbers that can come from several.
    numbers: {
      // Requests, errors and response times: what counts them. The application itself, by prometheus-fastapi-instrumentator
      // ('instrumentator') or by OpenTelemetry ('otel'), is the fastest to tell and tells all. Without metrics of its own,
      // 'railway' (its proxy) or 'sentry' (spans; no 4xx) tell every few minutes, and neither how many requests were slow,
      // so LatencyBudgetBurn is left out.
      http: 'instrumentator',
      // HighCPU, HighMemory, DiskSpaceLow: any of node_exporter, the metrics of the application's own process, Railway, and
      // the feed of Supabase. One that has no data stays silent, so leave one out only where two would describe the same
      // machine twice.
      hosting: ['node', 'process', 'railway', 'supabase'],
    },

    // What one process of the application may use, for the `process` numbers of HighCPU and HighMemory.
    app: {
      // A Python process does not get beyond one core however many there are, so 1 is right for most.
      cpuCores: 1,
      // Bytes; null leaves memory of the process out, because use without a limit says nothing.
      memoryLimitBytes: null,
    },

    // Length of the window over which rates, shares and percentiles are computed. Longer is calmer and slower to see a
    // fault and its end; shorter than four scrape intervals leaves holes. The names of recorded series carry it.
    windows: {
      // HighErrorRate, ServerErrors, ClientErrors, SlowResponse, SlowTailResponse.
      http: '5m',
      // JobFailures. Jobs are fewer than requests, so they are judged over a longer time.
      jobs: '10m',
      // HighCPU.
      cpu: '5m',
      // AuthFailures.
      auth: '5m',
      // PaymentFailures. Payments are few; with many of them a shorter window sees a fault sooner.
      payments: '1h',
      // The LLM alerts, but for the token budget.
      llm: '10m',
    },

    // What is promised for a month: the share of requests that do not fail, and the share that takes at most `bound`
    // seconds, which must be a bound of the application's histogram. The burn alerts compare with it.
    slo: { availability: 0.999, latency: 0.95, bound: '0.5' },

    // How long a gauge that was read once still counts: two or more scrapes may be missed without an alert flapping.
    gaugeWindow: '2m',

    // Seconds between two probes of one page, one number for each pace in use; SiteDown waits for two failures in a
    // row and for one minute. With several paces each probe target carries its own in the label `interval` ("60s").
    probeIntervals: [60],

    // ---------------------------------------------------------------------------------------------------------------
    // When people are told. `warning` and `critical` are what the value must be beyond (exactly at it nothing fires);
    // null leaves that side out. `for` is how long it must last. `minimum` is how many events the window must hold
    // before a share or a percentile of them means anything. `enabled: false` removes the alert.
    // ---------------------------------------------------------------------------------------------------------------
    alerts: {
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
      // Seconds that 99 of 100 requests stay below: the unlucky customers.
      SlowTailResponse: { enabled: true, warning: 1, critical: 5, 'for': '5m', minimum: 100 },

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
      // 7.5, 10, 15, 20 and 30. Raise them for reasoning models and long answers.
      LLMSlowMedian: { enabled: true, warning: 2, 'for': '5m', minimum: 20 },
      LLMSlowTail: { enabled: true, warning: 10, 'for': '5m', minimum: 20 },
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
    },

    // ---------------------------------------------------------------------------------------------------------------
    // Who is told
    // ---------------------------------------------------------------------------------------------------------------

    // How people are reached; null or [] is a channel that is not used. Secrets are files, as Alertmanager sees them.
    channels: {
      // { routing_key_file: '/run/secrets/pagerduty', url: 'https://events.pagerduty.com/v2/enqueue' }
      pagerduty: null,
      // { webhook_url_file: '/run/secrets/slack', channel: '#alerts' }
      slack: null,
      // { smarthost: 'smtp.example.com:587', sender: 'vigie@example.com', username: 'vigie' (or null),
      //   password_file: '/run/secrets/smtp' (or null), require_tls: true, to: ['team@example.com'] }
      email: null,
      // Amazon SNS: { region: 'eu-west-3', profile: null, role_arn: null, api_url: null, to: ['+33612345678'] }
      sms: null,
      // Told of alerts with their `audience` beside everybody else:
      // { pagerduty: …, slack: … as above, email: ['ciso@example.com'], sms: ['+33612345678'] }, at least one of them.
      security: null,
      finance: null,
      // Told of critical alerts that last, in order: the keys of a team, and { name: 'tech-lead', after: '15m' }.
      escalation: [],
      // Warnings wait outside of them: { days: ['monday', 'friday'], opens: '09:00', closes: '18:00' }
      business_hours: null,
      // URL that is called for as long as alerting works; its owner raises the alarm when the calls stop. Or a file
      // that holds it.
      deadmansswitch: null,
      deadmansswitch_file: null,
    },

    routing: {
      // Wait for companions before the first message. A page does not wait long: its alert has waited already.
      pageWait: '10s',
      messageWait: '30s',
      // Pause before a group that changed is told again, its end included.
      groupInterval: '1m',
      // Reminder while nothing changes.
      repeatInterval: '4h',
      // Beat of the dead-man's switch; the service that listens should allow three of them to be missed.
      heartbeat: '1m',
    },

    // Where people reach the parts: the links in messages.
    links: {
      vigie: 'http://localhost:9847',
      prometheus: 'http://localhost:9090',
      alertmanager: 'http://localhost:9093',
      dashboards: 'http://localhost:3000',
    },

    // Uid of each dashboard: part of its address, so of every link in an old message.
    dashboards: {
      ops: 'vigie-ops',
    },

    // ---------------------------------------------------------------------------------------------------------------
    // The generated configuration of Prometheus and blackbox_exporter; not used by the rules
    // ---------------------------------------------------------------------------------------------------------------

    // Where the parts reach each other, host:port; null is a part that is not there.
    stack: {
      vigie: 'vigie:9847',
      alertmanager: 'alertmanager:9093',
      blackbox: 'blackbox:9115',
      node: null,
      // The feed of a Supabase project: { host: 'REFERENCE.supabase.co', password_file: '/run/secrets/supabase_key' }.
      supabase: null,
    },
    // URL of the application's metrics; null when it has none.
    appMetrics: null,
    // Uptime checks: { name: 'api', url: 'https://api.example.com/health', interval: 60 }.
    probes: [],
    // Seconds within which a probed page must have answered.
    probeTimeout: 8,
    // Objects for the Prometheus operator: { namespace: null, labels: { release: 'kube-prometheus-stack' } }, with the labels
    // by which it selects them; null makes none.
    kubernetes: null,
    // Rules for the ruler of Mimir or Grafana Cloud: { namespace: 'vigie' }; null makes none.
    mimir: null,
    // Pace of scraping and of evaluating rules. Every window and `for` above stays meaningful up to 30s.
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
  },
}
