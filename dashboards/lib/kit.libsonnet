// What dashboards are built with: panels of signals, which show what is recorded, so that a graph shows what paged; and
// queries of what no signal covers, such as single routes.
local panel = import 'panel.libsonnet';
local subject = import 'subject.libsonnet';
local titles = import 'titles.libsonnet';
local where = import '../../signals/dashboards.libsonnet';

// `rendered` are the names of the dashboards that there are.
function(config, signals, rendered)
  local chosen = 'product="$product"';
  local within(selector, matchers) = std.join(',', std.filter(function(part) part != '', [selector, chosen, matchers]));
  local legend(signal) =
    if signal.by == [] then signal.title else std.join(' ', ['{{%s}}' % label for label in signal.by]);

  local about(signal, title, said) = subject.of(signal, config, said) { title: title };
  local upOrDown = ['up', 'down'];

  {
    local kit = self,

    // -- signals --
    series(signal):: '%s{%s}' % [signal.record, chosen],

    // Address of a dashboard, with the time and the variables of the one that leads there.
    address(name):: '/d/%s?${__url_time_range}&${__all_variables}' % config.dashboards[name],

    // A click on a number leads to the dashboard of what it is about.
    linked(signal)::
      if signal.alert == null then {} else kit.leadingTo(where[signal.alert.component].dashboard),
    leadingTo(name):: panel.withLinks(
      if std.member(rendered, name) then [{ title: 'Open ' + titles[name], url: kit.address(name) }] else []
    ),

    // Names of the dashboards that there are.
    rendered:: rendered,

    // The worst of all series as one number: of now, because a number that is gone must not look as if it were well.
    number(signal, worst='max', title=signal.title, said=upOrDown)::
      panel.newNumber(about(signal, title, said)) +
      panel.withInstant('%s(%s)' % [worst, kit.series(signal)], title),

    trend(signal, title=signal.title + ' over time')::
      panel.newTrend(subject.of(signal, config) { title: title }) +
      (if signal.by == [] then {} else panel.withSeveral) +
      panel.withQuery(kit.series(signal), legend(signal)),

    tiles(signal, said=upOrDown)::
      panel.newTiles(about(signal, signal.title, said)) +
      panel.withInstant(kit.series(signal), legend(signal)),

    states(signal, title=signal.title + ' over time', said=upOrDown)::
      panel.newStates(about(signal, title, said)) +
      panel.withQuery(kit.series(signal), legend(signal)),

    // -- what no signal covers --
    // Series of the application, of Vigie, or of another job.
    app(name, matchers=''):: '%s{%s}' % [name, within(config.selectors.app, matchers)],
    vigie(name, matchers=''):: '%s{%s}' % [name, within(config.selectors.vigie, matchers)],
    of(selector, name, matchers=''):: '%s{%s}' % [name, within(config.selectors[selector], matchers)],

    // Events of the application in a second, or since the point before, by some labels.
    local ofApp(operation, name, by, matchers) =
      'sum by (%s) (%s(%s[$__rate_interval]))' % [std.join(', ', by), operation, kit.app(name, matchers)],
    appRate(name, by, matchers=''):: ofApp('rate', name, by, matchers),
    appIncrease(name, by, matchers=''):: ofApp('increase', name, by, matchers),

    // A gauge of Vigie's; two Vigies that say the same are one.
    gauge(name, by=[], matchers='')::
      'max by (%s) (%s)' % [std.join(', ', by), kit.vigie(name, matchers)],

    local counted(operation, name, by, matchers) = 'max by (%s) (sum by (%s) (%s(%s[$__rate_interval])))' % [
      std.join(', ', by),
      std.join(', ', by + ['instance']),
      operation,
      kit.vigie(name, matchers),
    ],
    // Events of a counter of Vigie's in a second, or since the point before.
    rate(name, by=[], matchers=''):: counted('rate', name, by, matchers),
    increase(name, by=[], matchers=''):: counted('increase', name, by, matchers),
  }
