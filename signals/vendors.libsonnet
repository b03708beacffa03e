// What others tell us: incidents of vendors, deployments, the view from outside, and certificates.
function(config)
  local promql = import 'promql.libsonnet';
  local vigie = config.selectors.vigie;
  local out = vigie + ',status=~"partial_outage|major_outage"';
  // Whether no deployment is in one of these states; each thing that is deployed has a series for each state.
  local deployed(name, thing, states) = 'min by (product, %s) (1 - %s{%s,status=~"%s"})' % [thing, name, vigie, states];
  local days(timestamp) = promql.exact('(%s - time()) / 86400' % timestamp);

  [
    {
      name: 'vendorOutages',
      title: 'Vendor outages',
      description: 'Parts of a vendor that are out, wholly or partly, as its status page says.',
      unit: 'count',
      gauge: true,
      by: ['vendor'],
      record: 'product_vendor:vendor_outages:max',
      // Some pages name parts, some only speak of the whole.
      sources: {
        statuspages: |||
          max by (product, vendor) (
            sum by (product, vendor, instance) (vendor_status{%(out)s})
            or
            label_replace(sum by (product, vendor, instance) (vendor_page_status{%(out)s}), "of", "page", "", "")
          )
        ||| % { out: out },
      },
      alert: {
        name: 'VendorIncident',
        component: 'vendors',
        class: 'availability',
        owner: 'platform',
        source: 'statuspages',
        runbook: 'RB-014',
        mutedBy: ['SourceSilent'],
        summary: 'A vendor has an incident.',
        says: '{{ $labels.vendor }}, which {{ $labels.product }} depends on, says that something is out (parts: %(value)s)',
        action: 'Read its status page, turn on the fallback if there is one, and wait.',
      },
    },
    {
      name: 'supabaseServices',
      title: 'Supabase services',
      description: 'Whether a service of the Supabase project is healthy, as Supabase says itself.',
      unit: 'up',
      gauge: true,
      by: ['service'],
      record: 'product_service:supabase_service_healthy:max',
      sources: { supabase: promql.gauge('supabase_service_healthy', vigie, ['service']) },
      alert: {
        name: 'SupabaseUnhealthy',
        component: 'database',
        class: 'availability',
        owner: 'backend',
        source: 'supabase',
        runbook: 'RB-002',
        when: 'down',
        mutedBy: ['SourceSilent', 'DatabaseDown'],
        explainedBy: ['supabase'],
        summary: 'A service of Supabase is not healthy.',
        says: 'Supabase says that {{ $labels.service }} of {{ $labels.product }} is not healthy',
        action: 'Open the project in Supabase: a restart or an upgrade passes; for anything else read its status page.',
      },
    },
    {
      name: 'deployment',
      title: 'Deployment',
      description: 'Whether the latest deployment neither failed nor crashed.',
      unit: 'up',
      gauge: true,
      perSource: true,
      by: ['source', 'service', 'project'],
      record: 'product_deployment:status:min',
      sources: {
        railway: deployed('railway_deployment_status', 'service', 'failed|crashed'),
        vercel: deployed('vercel_deployment_status', 'project', 'error'),
      },
      alert: {
        name: 'DeploymentFailed',
        component: 'hosting',
        class: 'availability',
        owner: 'backend',
        runbook: 'RB-015',
        when: 'down',
        mutedBy: ['SourceSilent'],
        explainedBy: ['railway', 'vercel'],
        summary: 'A deployment failed or crashed.',
        says: 'The latest deployment of {{ $labels.service }}{{ $labels.project }} of {{ $labels.product }} failed or crashed',
        action: 'Read its log in Railway or Vercel; if it serves customers, roll back.',
      },
    },
    {
      name: 'monitorUp',
      title: 'View from outside',
      description: 'Whether a monitor outside, at UptimeRobot or Better Stack, sees the page up.',
      unit: 'up',
      gauge: true,
      by: ['provider', 'monitor'],
      record: 'product_monitor:uptime_monitor_up:max',
      sources: { uptime: promql.gauge('uptime_monitor_up', vigie, ['provider', 'monitor']) },
      alert: {
        name: 'UptimeMonitorDown',
        component: 'site',
        class: 'availability',
        owner: 'backend',
        runbook: 'RB-001',
        when: 'down',
        mutedBy: ['SiteDown'],
        summary: 'A page is down for those outside.',
        says: '{{ $labels.provider }} sees {{ $labels.monitor }} of {{ $labels.product }} down',
        action: 'Open the page by a mobile network: if only those outside cannot, it is DNS, the CDN or a firewall.',
      },
    },
    {
      name: 'certificate',
      title: 'Certificate',
      description: 'Days until a certificate ends; after that browsers refuse the page.',
      unit: 'days',
      gauge: true,
      perSource: true,
      by: ['source', 'probe', 'provider', 'monitor'],
      record: 'product_page:certificate_remaining_days:min',
      sources: {
        blackbox: days('min by (product, probe) (probe_ssl_earliest_cert_expiry{%s})' % config.selectors.probes),
        uptime: days(
          'min by (product, provider, monitor) (uptime_monitor_certificate_expiry_timestamp_seconds{%s})' % vigie
        ),
      },
      alert: {
        name: 'CertificateExpiry',
        component: 'site',
        class: 'expiry',
        owner: 'platform',
        runbook: 'RB-016',
        when: 'below',
        summary: 'A certificate ends soon.',
        says: 'The certificate of {{ $labels.probe }}{{ $labels.monitor }} of {{ $labels.product }} ends in %(value)s',
        action: 'Find out why it was not renewed: a DNS record, a challenge that fails, or a domain that was moved.',
      },
    },
  ]
