// Where panels stand: a row asks a question, and its lines answer it; panels share the width of a line.
local columns = 24;

local place(line, y) =
  local sum(list) = std.foldl(function(sum, panel) sum + panel.share, list, 0);
  local edge(index) = std.round(columns * sum(line.panels[:index]) / sum(line.panels));
  [
    line.panels[index] { gridPos: { x: edge(index), y: y, w: edge(index + 1) - edge(index), h: line.height } }
    for index in std.range(0, std.length(line.panels) - 1)
  ];

local row(question, y) = {
  type: 'row',
  title: question,
  collapsed: false,
  panels: [],
  gridPos: { x: 0, y: y, w: columns, h: 1 },
};

{
  line(height, panels):: { height: height, panels: panels },

  row(question, lines):: { question: question, lines: lines },

  // The rows with those of their panels for which `wanted` holds; a line or a row of which nothing is left is none.
  only(wanted, rows)::
    local ofLine(line) = $.line(line.height, std.filter(wanted, line.panels));
    local ofRow(row) = $.row(row.question, std.filter(function(line) line.panels != [], std.map(ofLine, row.lines)));
    std.filter(function(row) row.lines != [], std.map(ofRow, rows)),

  // All panels, from the top down, numbered in reading order.
  panels(rows)::
    local add(placed, line) = {
      y: placed.y + line.height,
      panels: placed.panels + place(line, placed.y),
    };
    local addRow(placed, each) = std.foldl(add, each.lines, {
      y: placed.y + 1,
      panels: placed.panels + [row(each.question, placed.y)],
    });
    local placed = std.foldl(addRow, rows, { y: 0, panels: [] });
    std.mapWithIndex(function(index, panel) panel { id: index + 1 }, placed.panels),
}
