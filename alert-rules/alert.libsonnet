// The alerts of one signal: a warning and a critical one by the same function, so that twins cannot drift apart.
local dashboards = import '../signals/dashboards.libsonnet';
local promql = import '../signals/promql.libsonnet';
local runbooks = import '../signals/runbooks.libsonnet';
local units = import '../signals/units.libsonnet';
local silence = import 'silence.libsonnet';

// How a value and its threshold are compared, in PromQL and in words.
local comparisons = {
  above: { operator: '>', words: 'More than %(limit)s%(lasting)s is %(severity)s.' },
  below: { operator: '<', words: 'Less than %(limit)s%(lasting)s is %(severity)s.' },
  down: { operator: '<', words: '%(after)s is %(severity)s.' },
  present: { operator: null, words: '%(after)s is %(severity)s.' },
};
local severityWords = { none: 'as it should be', info: 'worth knowing', warning: 'a warning', critical: 'critical' };

// Severity to threshold. What is either there or not has one severity, and 1 as its threshold.
local thresholds(settings) =
  if std.objectHas(settings, 'severity') then { [settings.severity]: 1 }
  else {
    [severity]: settings[severity]
    for severity in ['warning', 'critical']
    if std.get(settings, severity) != null
  };

local condition(signal, threshold, settings, config) =
  local alert = signal.alert;
  local value =
    if signal.record == null then std.join('\nor\n', std.objectValues(signal.sources))
    else if signal.gauge then 'last_over_time(%s[%s])' % [signal.record, config.gaugeWindow]
    else signal.record;
  local operator = comparisons[alert.when].operator;
  local events(guard) =
    if std.get(guard, 'window') == null then guard.events
    else 'round(%s * %d)' % [guard.events, promql.seconds(guard.window)];
  local enough = if alert.guard != null then '%s >= %s' % [events(alert.guard), promql.number(settings.minimum)];
  std.join('\nand on (product)\n', [
    if operator == null then value else '%s %s %s' % [value, operator, promql.number(threshold)],
  ] + std.prune([enough, alert.onlyIf]));

// Where another page tells of the same trouble, this one does not fire; a warning is muted by Alertmanager instead, so that
// no silence and no muting keeps a page from anybody.
local unrepeated(expr, alert, severity) =
  std.join('\nunless on (product)\n', [expr] + [
    'ALERTS{alertname="%s",alertstate="firing",severity="critical"%s}' % [page.alert, std.get(page, 'labels', '')]
    for page in if severity == 'critical' then alert.repeats else []
  ]);

local labels(alert, severity) = {
  severity: severity,
  component: alert.component,
  class: alert.class,
  owner: alert.owner,
  [if alert.source != null then 'source']: alert.source,
} + alert.labels;

local annotations(signal, severity, threshold, settings, config) =
  local alert = signal.alert;
  local unit = units[signal.unit];
  local product = '{{ $labels.product | urlquery }}';
  {
    summary: alert.summary,
    description: '%s. %s' % [
      alert.says % { value: unit.value },
      comparisons[alert.when].words % {
        limit: unit.text(threshold),
        lasting: if std.objectHas(settings, 'for') then ' for ' + settings['for'] else '',
        after: if std.objectHas(settings, 'for') then 'After %s that' % settings['for'] else 'That',
        severity: severityWords[severity],
      },
    ],
    value: unit.value,
    threshold: unit.text(threshold),
    action: alert.action,
    runbook_url: '%s/runbooks/%s' % [config.links.vigie, runbooks[alert.runbook]],
    dashboard_url: '%s/d/%s?var-product=%s&from=now-%s&to=now' % [
      config.links.dashboards,
      config.dashboards[dashboards[alert.component].dashboard],
      product,
      std.get(alert.labels, 'window', dashboards[alert.component].back),
    ],
    silence_url: silence(config.links.alertmanager, { alertname: alert.name } + labels(alert, severity)),
  };

// What vigie.yaml may change, said in its own words when it contradicts itself.
// No sentence repeats a threshold, which may come from a variable.
local checked(signal, settings) =
  local alert = signal.alert;
  local unit = units[signal.unit];
  local name = 'thresholds.' + alert.settings;
  local sided = !std.objectHas(settings, 'severity');
  local given(key) = std.get(settings, key) != null;
  local takes = std.join(', ', ['enabled'] + (if sided then ['warning', 'critical'] else []) + (
    if std.objectHas(settings, 'for') then ['for'] else []
  ) + (if alert.guard != null then ['minimum'] else []));
  local order = if alert.when == 'below' then -1 else 1;
  // Whether a value can be beyond the threshold, and can be on this side of it: else it fires never, or always.
  local most = std.get(alert, 'most', unit.most);
  local works(side) =
    local threshold = settings[side];
    if order > 0 then threshold >= unit.least && (most == null || threshold < most)
    else threshold > unit.least && (most == null || threshold <= most);
  local impossible = [side for side in ['warning', 'critical'] if sided && given(side) && !works(side)];
  assert sided || !(std.objectHas(settings, 'warning') || std.objectHas(settings, 'critical')) :
         '%s: has no threshold, because it is about what is up or down; it takes %s' % [name, takes];
  assert alert.guard != null || !given('minimum') :
         '%s: has no minimum, because it is about no share of events; it takes %s' % [name, takes];
  assert !sided || given('warning') || given('critical') :
         '%s: warning and critical are both off; write `enabled: false`' % name;
  assert impossible == [] :
         '%s.%s: expected %s' % [
           name,
           impossible[0],
           if order < 0 && settings[impossible[0]] <= unit.least then 'more than %d' % unit.least else unit.wanted,
         ];
  assert !sided || !given('warning') || !given('critical') || order * settings.warning < order * settings.critical :
         '%s: the warning comes after the critical; put it %s, or one `off` (docs/alerts.md has the defaults)' % [
           name,
           if order > 0 then 'below' else 'above',
         ];
  settings;

{
  // Whether people are told of a signal: its alert is on and something gives its number.
  isOn(signal, config)::
    signal.alert != null && checked(signal, config.alerts[signal.alert.settings]).enabled && signal.sources != {},

  // The rules of the alert of a signal.
  rules(signal, config)::
    local alert = signal.alert;
    local settings = config.alerts[alert.settings];
    local limits = thresholds(settings);
    [
      {
        alert: alert.name,
        expr: unrepeated(condition(signal, limits[severity], settings, config), alert, severity),
        [if std.objectHas(settings, 'for') then 'for']: settings['for'],
        labels: labels(alert, severity),
        annotations: annotations(signal, severity, limits[severity], settings, config),
      }
      for severity in std.objectFields(limits)
    ],
}
