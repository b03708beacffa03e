// Frontend: how the pages feel in the browsers of visitors, and what was deployed.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';
local thresholds = import 'lib/thresholds.libsonnet';
local words = import 'lib/words.libsonnet';
local decimal = (import '../signals/promql.libsonnet').number;

// The marks of web.dev: up to the first a visit is good, beyond the second it is poor.
local vitals = [
  {
    metric: 'lcp',
    title: 'Largest paint',
    unit: 'seconds',
    fair: 2.5,
    poor: 4,
    what: 'Time until the largest part of the page is drawn (LCP).',
  },
  {
    metric: 'inp',
    title: 'Reaction',
    unit: 'seconds',
    fair: 0.2,
    poor: 0.5,
    what: 'Time until the page reacts to a click or a key (INP).',
  },
  {
    metric: 'cls',
    title: 'Layout shift',
    unit: 'score',
    fair: 0.1,
    poor: 0.25,
    what: 'How much the page jumps while it loads (CLS), without unit.',
  },
  {
    metric: 'fcp',
    title: 'First paint',
    unit: 'seconds',
    fair: 1.8,
    poor: 3,
    what: 'Time until anything is drawn (FCP).',
  },
  {
    metric: 'ttfb',
    title: 'First byte',
    unit: 'seconds',
    fair: 0.8,
    poor: 1.8,
    what: 'Time until the first byte arrives (TTFB).',
  },
];

function(config, signals, kit)
  local about(title, description, unit, more={}) = subject.new(title, description, unit, 'vercel', more);
  local of(vital, title) = about(
    title,
    '%s Three in four visits of 24 hours are better. Up to %s it is good, beyond %s poor.' % [
      vital.what,
      decimal(vital.fair),
      decimal(vital.poor),
    ],
    vital.unit,
    { limits: thresholds.marks(vital.fair, vital.poor) },
  );
  local p75(vital, by) = kit.gauge('vercel_web_vitals_p75', by, 'metric="%s"' % vital.metric);
  local number(vital) =
    panel.newNumber(of(vital, vital.title)) + panel.withInstant(p75(vital, []), vital.title);
  local trend(vital) =
    panel.newTrend(of(vital, vital.title + ' over time')) +
    panel.withSeveral + panel.withPace('5m') + panel.withQuery(p75(vital, ['project']), '{{project}}');
  local sessions = kit.gauge('sentry_crash_free_sessions_ratio', ['project'], 'window="24h"');

  dashboard.new('frontend', 'How the pages feel in the browsers of visitors, and what was deployed.', config) +
  dashboard.withTime('24h') +
  dashboard.withRows([
    layout.row('Do the pages feel fast?', [
      layout.line(4, [number(vital) for vital in vitals]),
      layout.line(8, [trend(vital) for vital in vitals[:3]]),
    ]),
    layout.row('Was something deployed?', [
      layout.line(8, [
        panel.newStates(
          about(
            'State of production',
            'State of the last production deployment of each project.',
            'up',
            { words: words.yesNo('ready', 'not ready') }
          )
        ) +
        panel.withQuery(kit.gauge('vercel_deployment_status', ['project'], 'status="ready"'), '{{project}}'),
        panel.newTable(
          about(
            'Production deployments',
            'The last production deployment of each project: when it was made, and how long its build took.',
            'text'
          )
        ) +
        panel.withRows('1000 * %s' % kit.gauge('vercel_deployment_created_timestamp_seconds', ['project'])) +
        panel.withRows(kit.gauge('vercel_deployment_build_seconds', ['project'])) +
        panel.withColumns(['project', 'Value #A', 'Value #B'], ['Project', 'Deployed', 'Build took']) +
        panel.withUnits({ Deployed: 'ago', 'Build took': 'seconds' }),
        panel.newBars(about('Deployments', 'Deployments that ended in each interval, by target and how.', 'count')) +
        panel.withInterval('5m') +
        panel.withQuery(
          kit.increase('vercel_deployments_total', ['target', 'status']) + ' > 0',
          '{{target}}: {{status}}'
        ) +
        panel.withQuiet('Nothing was deployed'),
      ]),
    ]),
    layout.row('Are visitors there, and does it break for them?', [
      layout.line(8, [
        panel.newBars(
          about('Page views', 'Page views in production in each interval, as a drain pushes them.', 'count')
        ) +
        panel.withInterval('5m') +
        panel.withQuery(kit.increase('vercel_page_views_total', ['project']), '{{project}}') +
        panel.withNothing('No page view. They come by a drain: see docs/sources/vercel.md.'),
        panel.newTrend(
          subject.new(
            'Sessions without a crash',
            'Share of the sessions of 24 hours without a crash, by project.',
            'ratio',
            'sentry'
          )
        ) +
        panel.withSeveral + panel.withFloor(0.98) + panel.withQuery(sessions, '{{project}}'),
        panel.newStates(
          about(
            'Attacks',
            'Whether the firewall of Vercel sees an attack that goes on.',
            'up',
            { words: words.noYes('none', 'under attack') }
          )
        ) +
        panel.withQuery(kit.gauge('vercel_firewall_under_attack', ['project']), '{{project}}'),
      ]),
      layout.line(8, [trend(vital) for vital in vitals[3:]]),
    ]),
  ])
