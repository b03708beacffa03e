// A dashboard: what all of them share.
local layout = import 'layout.libsonnet';
local query = import 'query.libsonnet';
local sources = import '../../signals/sources.libsonnet';
local titles = import 'titles.libsonnet';

local variable(name, label, type) = {
  name: name,
  label: label,
  type: type,
  hide: 0,
  includeAll: false,
  multi: false,
  options: [],
  regex: '',
};

local annotation(name, colour, expr, title) = {
  name: name,
  enable: true,
  hide: false,
  iconColor: colour,
  datasource: query.datasource,
  target: { refId: 'Anno', expr: expr, interval: '60s' },
  titleFormat: title,
};

// A point in time that a series holds, for as long as it is the latest; nothing where nobody tells of deployments.
local deployments(config) =
  local given = sources.given(config);
  local labels = { railway: 'service', vercel: 'project' };
  local of(source) = 'max by (%s) (%s_deployment_created_timestamp_seconds{%s,product="$product"}) * 1000' % [
    labels[source],
    source,
    config.selectors.vigie,
  ];
  local there = [source for source in std.objectFields(labels) if given(source)];
  if there == [] then [] else [
    annotation(
      'Deployments',
      'purple',
      std.join(' or ', [of(source) for source in there]),
      'Deployment of %s' % std.join('', ['{{%s}}' % labels[source] for source in there])
    ) + { useValueForTime: true },
  ];

local pages = annotation(
  'Critical alerts',
  'red',
  'ALERTS{alertstate="firing",severity="critical",product="$product"}',
  '{{alertname}}'
);

{
  new(name, description, config):: {
    uid: config.dashboards[name],
    title: titles[name],
    description: description,
    tags: ['vigie'],
    schemaVersion: 42,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [pages] + deployments(config) },
    links: [
      {
        title: 'Dashboards',
        type: 'dashboards',
        tags: ['vigie'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
        targetBlank: false,
        icon: 'external link',
      },
    ] + [
      each { type: 'link', tags: [], targetBlank: true, icon: 'external link' }
      for each in [
        { title: 'Runbooks', url: config.links.vigie + '/runbooks/' },
        { title: 'Alerts', url: config.links.alertmanager + '/#/alerts' },
      ]
    ],
    templating: {
      list: [
        variable('datasource', 'Data source', 'datasource') { query: 'prometheus', refresh: 1 },
        variable('product', 'Product', 'query') {
          datasource: query.datasource,
          query: { query: 'label_values(up{%s}, product)' % config.selectors.vigie, refId: 'product' },
          refresh: 2,
          sort: 1,
        },
      ],
    },
    panels: [],
    given:: sources.given(config),
  },

  // What happens slowly is looked at from further away.
  withTime(back):: { time: { from: 'now-' + back, to: 'now' } },

  // Panels of what the product does not have are left out, and the others close up.
  withRows(rows):: {
    local left = layout.only(function(panel) self.given(panel.source), rows),
    panels: layout.panels(left),
    // Whether there is anything to answer its first question with.
    answers:: left != [] && left[0].question == rows[0].question,
  },
}
