// Every default of the mixin. `vigie render` puts what vigie.yaml says on top; without Python, write
//
//   (import 'mixin.libsonnet') + { _config+:: { product: 'shop', alerts+: { QueueBackup+: { warning: 50 } } } }
local promql = import 'signals/promql.libsonnet';

{
  _config+:: {
    // Name of the product: the `product` label that the generated scrape configuration puts on every target.
    product: 'product',

    // IANA time zone of the people who are told: the times in messages are written in it.
    timezone: 'UTC',

    // ---------------------------------------------------------------------------------------------------------------
    // Where numbers come from
    // ---------------------------------------------------------------------------------------------------------------

    // What the product has: rules, routes and dashboards of everything else are left out. null keeps all of them; a list
    // has names of signals/sources.libsonnet, such as ['app', 'probes', 'postgres', 'redis', 'celery'].
    sources: null,

    // What stands between the braces of every query. Change one when the job has another name, or to leave series out:
    // app: 'job="app",handler!="/health"' keeps health checks from thinning out the error rate. Those that read Vigie
    // follow `vigie`, and `disks` follows `node`, so that a job that is renamed is renamed in one place.
    selectors: {
      app: 'job="app"',
      vigie: 'job="vigie"',
      // Sign-ins that count for AuthFailures. A session that cannot be renewed is an old browser, nobody who guesses.
      auth: self.vigie + ',reason!="session"',
      // Calls of models; add project!~"staging|evals" to leave out what no customer sees.
      llm: self.vigie,
      probes: 'job="blackbox"',
      node: 'job="node"',
      // Disks that count for DiskSpaceLow; memory and image file systems are always full or never matter.
      disks: self.node + ',fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660"',
      // The feed of a Supabase project.
      supabase: 'job="supabase"',
      // What Vigie read of Railway and of Sentry, for the `numbers` that come from there; add service="api" or
      // project="backend" to leave the others out.
      railway: self.vigie,
      sentry: self.vigie,
      // Targets that TargetDown speaks of: those of any product; Vigie itself has VigieDown.
      targets: 'product!="",job!="%s"' % promql.job(self.vigie, 'vigie'),
    },

    // Jobs that must always be there: TargetAbsent fires for one that no longer is scraped at all.
    jobs: [promql.job(self.selectors.vigie, 'vigie')],

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

    // When people are told: thresholds and times of every alert, `_config.alerts`.
    alerts: import 'alert-rules/defaults.libsonnet',

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
      // Reminder of a warning while nothing changes.
      repeatInterval: '4h',
      // The same of a critical alert by Slack, e-mail or SMS.
      criticalRepeat: '1h',
      // The same to PagerDuty, which folds it into the open incident and wakes nobody: within this time an alert that ended
      // under a silence and returns is told.
      pageRepeat: '5m',
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
      api: 'vigie-api',
      workers: 'vigie-workers',
      database: 'vigie-database',
      business: 'vigie-business',
      llm: 'vigie-llm',
      signins: 'vigie-sign-ins',
      frontend: 'vigie-frontend',
      uptime: 'vigie-uptime',
      errors: 'vigie-errors',
      hosting: 'vigie-hosting',
      vigie: 'vigie-itself',
    },

    // ---------------------------------------------------------------------------------------------------------------
    // The generated configuration of Prometheus and blackbox_exporter; not used by the rules
    // ---------------------------------------------------------------------------------------------------------------

    // Where the parts reach each other, host:port; null is a part that is not there. Alerts go to each Alertmanager.
    stack: {
      vigie: 'vigie:9847',
      alertmanager: ['alertmanager:9093'],
      blackbox: 'blackbox:9115',
      node: null,
      // The feed of a Supabase project: { host: 'REFERENCE.supabase.co', password_file: '/run/secrets/supabase_key' }.
      supabase: null,
    },
    // Metrics of the application, one for each copy or service: { url: 'https://app.example.com/metrics' }, and where it
    // asks for them
    //   params: { format: ['prometheus'] }                           the query of the request
    //   basic: { username: 'vigie', password_file: '/run/secrets/app' } or bearer: { token_file: '/run/secrets/app' }
    //   ca_file: '/run/secrets/ca.pem'                               who signs its certificate
    // with the files as Prometheus sees them.
    appMetrics: [],
    // Uptime checks: { name: 'api', url: 'https://api.example.com/health', interval: 60 }, with basic, bearer and ca_file as
    // above, as blackbox_exporter sees the files.
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
