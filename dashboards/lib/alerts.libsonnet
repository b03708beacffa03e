// Active alerts: what is wrong, since when, and where to go.
local panel = import 'panel.libsonnet';
local subject = import 'subject.libsonnet';
local titles = import 'titles.libsonnet';
local where = import '../../signals/dashboards.libsonnet';
local words = import 'words.libsonnet';

local columns = ['severity', 'alertname', 'which', 'Value', 'dashboard', 'owner'];
local names = ['How bad', 'What is wrong', 'Which', 'Since', 'Where to look', 'Who acts'];

function(config, signals, kit)
  local firing = |||
    ALERTS_FOR_STATE{product="$product"} * 1000
    and ignoring (alertstate)
    ALERTS{alertstate="firing",severity=~"warning|critical",product="$product"}
  |||;

  // Whatever tells one such alert from another, in one column.
  local telling = std.set(
    ['pattern', 'window'] + std.flattenArrays([signals[name].by for name in std.objectFields(signals) if signals[name].sources != {}])
  );
  local which = 'label_join(%s, "which", " ", %s)' % [firing, std.join(', ', ['"%s"' % label for label in telling])];

  // The dashboard of each part of the product.
  local led(name) = [component for component in std.objectFields(where) if where[component].dashboard == name];
  local withDashboard(expr, name) =
    if led(name) == [] then expr
    else 'label_replace(%s, "dashboard", "%s", "component", "%s")' % [
      expr,
      config.dashboards[name],
      std.join('|', led(name)),
    ];

  panel.newTable(subject.new(
    'Active alerts',
    'Every alert that fires. A click on the alert opens its runbook, one on the place its dashboard.',
    'text',
    'vigie',
  )) +
  panel.withRows(std.foldl(withDashboard, kit.rendered, which)) +
  panel.withColumns(columns, names) +
  panel.withSort('How bad', false) +
  panel.withNothing('No alert fires.') +
  panel.withOverride('How bad', {
    'custom.cellOptions': { type: 'color-background', mode: 'basic' },
    mappings: words.of({
      critical: { text: 'critical', color: 'red' },
      warning: { text: 'warning', color: 'orange' },
    }),
  }) +
  panel.withOverride('What is wrong', {
    links: [{ title: 'Open the runbook', url: config.links.vigie + '/runbooks/${__value.text}', targetBlank: true }],
  }) +
  panel.withUnits({ Since: 'ago' }) +
  panel.withWidths({ 'How bad': 110, Since: 150, 'Where to look': 180, 'Who acts': 110 }) +
  panel.withOverride('Where to look', {
    mappings: words.of(
      { [config.dashboards[name]]: { text: titles[name], color: 'text' } for name in kit.rendered }
    ),
    links: [{ title: 'Open the dashboard', url: '/d/${__value.raw}?${__url_time_range}&${__all_variables}' }],
  })
