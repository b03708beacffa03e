// Sign-ins: whether somebody tries to get in who should not.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  // The logs of Supabase are read every minute or two.
  local pace = '2m';
  local about(title, description, unit) = subject.new(title, description, unit, 'supabase');
  local window = 'window="10m"';

  // What is usual is read some minutes after the start, because it is much.
  local notYet = panel.withNothing('What is usual is not known yet; it is read some minutes after the start.');
  local usual =
    panel.newTrend(subject.of(signals.guesses, config) {
      title: 'Guesses and what is usual',
      description:
        'Refused sign-ins of ten minutes in which a password or a code was tried, beside the mean of the same hour ' +
        'of earlier days.',
    }) +
    panel.withSeveral +
    panel.withQuery(kit.series(signals.guesses), 'guesses') +
    panel.withQuery(kit.gauge('supabase_auth_failures_recent_baseline', [], window), 'usual') +
    panel.withColour('guesses', 'blue') +
    panel.withDash('usual', 'text');

  dashboard.new(
    'signins',
    'Does somebody try to get in who should not: refused sign-ins, and the patterns of an attack.',
    config
  ) +
  dashboard.withTime('3h') +
  dashboard.withRows([
    layout.row('Is somebody breaking in?', [
      layout.line(4, [
        kit.number(signals.authFailures),
        kit.number(signals.guessesOnAccount),
        kit.number(signals.guessesFromAddress),
        kit.number(signals.accountsFromAddress),
        kit.number(signals.enteredAfterGuesses),
        kit.number(signals.guessesAgainstNormal) + panel.withNothing('not known yet'),
      ]),
      layout.line(8, [kit.trend(signals.authFailures), usual, kit.trend(signals.guessesAgainstNormal) + notYet]),
    ]),
    layout.row('What kind of attack is it?', [
      layout.line(8, [
        kit.trend(signals.guessesOnAccount),
        kit.trend(signals.guessesFromAddress),
        kit.trend(signals.accountsFromAddress),
        kit.trend(signals.enteredAfterGuesses),
      ]),
    ]),
    layout.row('Who signs in, and who does not?', [
      layout.line(8, [
        panel.newBars(
          about(
            'Refused by reason',
            'Sign-ins that were refused in each interval, by reason. A session that cannot be renewed is an old ' +
            'browser.',
            'count'
          )
        ) +
        panel.withInterval(pace) +
        panel.withQuery(kit.increase('supabase_auth_failures_total', ['reason']) + ' > 0', '{{reason}}') +
        panel.withQuiet('Nobody was refused'),
        panel.newBars(about('Let in by method', 'Sign-ins that succeeded in each interval, by method.', 'count')) +
        panel.withInterval(pace) +
        panel.withQuery(kit.increase('supabase_auth_successes_total', ['method']) + ' > 0', '{{method}}') +
        panel.withQuiet('Nobody signed in'),
        panel.newTrend(
          about(
            'Guesses that logs can place',
            'Share of the guesses of ten minutes whose account or address the logs name: where it is low, the ' +
            'patterns above see little.',
            'ratio'
          )
        ) +
        panel.withSeveral +
        panel.withQuery(kit.gauge('supabase_auth_failures_attributed_ratio', ['by'], window), 'by {{by}}') +
        panel.withQuiet('Nobody guessed within the last ten minutes'),
      ]),
    ]),
  ])
