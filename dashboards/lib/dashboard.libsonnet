// A dashboard: what all of them share.
local layout = import 'layout.libsonnet';
local query = import 'query.libsonnet';
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

// A point in time that a series holds, for as long as it is the latest.
local deployments(config) =
  local of(name, label) =
    'max by (%s) (%s{%s,product="$product"}) * 1000' % [label, name, config.selectors.vigie];
  annotation(
    'Deployments',
    'purple',
    of('railway_deployment_created_timestamp_seconds', 'service') + ' or ' +
    of('vercel_deployment_created_timestamp_seconds', 'project'),
    'Deployment of {{service}}{{project}}'
  ) + { useValueForTime: true };

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
    annotations: { list: [pages, deployments(config)] },
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
  },

  // What happens slowly is looked at from further away.
  withTime(back):: { time: { from: 'now-' + back, to: 'now' } },

  withRows(rows):: { panels: layout.panels(rows) },
}
