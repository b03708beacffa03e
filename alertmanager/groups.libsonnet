// Which alerts come as one message. Those of one component of a product do, for one cause shows in several of them; a
// route's `routes` are the exceptions. Alertmanager's routes do not inherit the hours of the one above, so `hours` has them.
function(signals)
  local product = ['product', 'component'];
  local apart = std.set(
    [signal.alert { groupBy: std.set(signal.alert.groupBy) } for signal in signals if signal.alert.groupBy != []],
    function(alert) alert.name
  );
  local routes(labels, hours) = [
    // An alert of somebody else's rule.
    { matchers: ['component=""'], group_by: ['alertname'] + labels } + hours,
  ] + [
    { matchers: ['alertname="%s"' % alert.name], group_by: std.uniq(['alertname'] + labels + alert.groupBy) } + hours
    for alert in apart
  ];
  {
    byCause(hours={}):: { group_by: product, routes: routes(['product'], hours) },

    // A new kind of trouble has a group, and so a wait, of its own; ten machines with the same one are one message.
    byKind:: { group_by: ['alertname'] + product, routes: routes(product, {}) },
  }
