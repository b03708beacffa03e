// The same for those who run Prometheus and Alertmanager already, for other things too: scrape jobs and rules at a pace of
// their own, and a branch of routes that concerns this product only. docs/existing-stack.md says where each goes.
{
  local config = $._config,
  local ours = 'product="%s"' % config.product,
  local prefixed(name) = 'vigie-' + name,

  // Other servers have other defaults than we write rules for.
  local scraped(job) = { scrape_interval: config.scrapeInterval, scrape_timeout: config.scrapeTimeout } + job,

  // The one alert whose expression has no product, so that the branch takes it too.
  local labelled(rule) =
    if std.get(rule, 'alert') == 'Watchdog' then rule { labels+: { product: config.product } } else rule,

  // Names of receivers and of times are shared with everybody else's.
  local renamed(route) = route {
    [if std.objectHas(route, 'receiver') then 'receiver']: prefixed(super.receiver),
    [if std.objectHas(route, 'routes') then 'routes']: std.map(renamed, super.routes),
    [if std.objectHas(route, 'active_time_intervals') then 'active_time_intervals']:
      std.map(prefixed, super.active_time_intervals),
  },
  local named(list) = [each { name: prefixed(each.name) } for each in list],
  local alertmanager = $.alertmanagerConfig,

  // File name to content.
  existingStack:: {
    'scrape.yaml': { scrape_configs: std.map(scraped, $.prometheusConfig.scrape_configs) },
    'rules.yaml': { groups: [group { rules: std.map(labelled, super.rules) } for group in $.allRules.groups] },
    'alertmanager.yaml': {
      route: { routes: [renamed(alertmanager.route) { matchers: [ours] }] },
      receivers: named(alertmanager.receivers),
      inhibit_rules: [
        rule { source_matchers+: [ours], target_matchers+: [ours] }
        for rule in alertmanager.inhibit_rules
      ],
      [if std.objectHas(alertmanager, 'time_intervals') then 'time_intervals']: named(alertmanager.time_intervals),
    },
  },
}
