// Queries of panels, as Grafana keeps them.
{
  datasource:: { type: 'prometheus', uid: '${datasource}' },

  // One more query for a panel; they are lettered in the order in which they are added.
  add(expr, how):: {
    local previous = super.targets,
    targets: previous + [{
      refId: std.char(std.codepoint('A') + std.length(previous)),
      datasource: $.datasource,
      expr: expr,
    } + how],
  },
}
