// Numbers that stand for words. Colour is never the only sign.
local one(value, text, colour) = {
  type: 'value',
  options: { [value]: { text: text, color: if colour == 'text' then colour else 'dark-' + colour, index: 0 } },
};

{
  yesNo(yes, no, bad='red'):: [one('1', yes, 'green'), one('0', no, bad)],
  noYes(no, yes):: [one('0', no, 'green'), one('1', yes, 'red')],
  // No number at all.
  missing(text):: {
    type: 'special',
    options: { match: 'null+nan', result: { text: text, color: 'transparent', index: 9 } },
  },
  // A word for each value of a label, as in the column of a table.
  of(words):: [one(value, words[value].text, words[value].color) for value in std.objectFields(words)],
  // Nothing is good, anything is not.
  none(text):: [one('0', text, 'green')],
}
