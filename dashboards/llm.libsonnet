// LLM: whether the model answers, quickly, and at a price that was planned.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  // Runs are read every minute.
  local pace = '2m';
  local about(title, description, unit) = subject.new(title, description, unit, 'langsmith');
  local named = '{{project}}';
  local model = ['project', 'model'];
  local rate(name, by, matchers='') = kit.rate('langsmith_%s_total' % name, by, matchers);
  local gauge(name, by) = kit.gauge('langsmith_' + name, by);
  local budget = kit.gauge('langsmith_token_budget', ['project']);

  local models =
    panel.newTable(
      about('Models', 'Every model that a project calls now: how often, how it fails, what it costs.', 'text')
    ) +
    panel.withInterval(pace) +
    panel.withRows(rate('model_calls', model)) +
    panel.withRows('%s / (%s > 0)' % [rate('model_call_errors', model), rate('model_calls', model)]) +
    panel.withRows('60 * (%s)' % kit.rate('langsmith_model_tokens_total', model)) +
    panel.withRows('3600 * (%s)' % rate('model_cost_dollars', model)) +
    panel.withColumns(
      ['model', 'project', 'Value #A', 'Value #B', 'Value #C', 'Value #D'],
      ['Model', 'Project', 'Calls', 'Failed', 'Tokens', 'Cost']
    ) +
    panel.withSort('Cost', true) +
    panel.withUnits({ Calls: 'perSecond', Failed: 'ratio', Tokens: 'perMinute', Cost: 'dollarsPerHour' });

  local burnDown =
    panel.newTrend(
      about(
        'Tokens of the month',
        'Tokens used since the month began (UTC), how many it will be at its end if it goes on so (dashed), and the ' +
        'budget where one is set.',
        'number'
      )
    ) +
    panel.withSeveral +
    panel.withQuery(gauge('token_budget_month_to_date', ['project']), '{{project}}: used') +
    panel.withQuery(gauge('token_budget_projected', ['project']), '{{project}}: at the end') +
    panel.withQuery(budget, '{{project}}: budget') +
    panel.withDashed('.*: at the end', 'dash') +
    panel.withDashed('.*: budget', 'dot');

  dashboard.new('llm', 'Does the model answer, quickly, and at a price that was planned.', config) +
  dashboard.withTime('3h') +
  dashboard.withRows([
    layout.row('Does the model answer, and at what price?', [
      layout.line(4, [
        kit.number(signals.llmErrors),
        kit.number(signals.llmApiErrors),
        kit.number(signals.llmMedian),
        kit.number(signals.llmTail),
        kit.number(signals.llmCost),
        kit.number(signals.llmTokenBudget) + panel.withNothing('no budget'),
      ]),
      layout.line(8, [
        kit.trend(signals.llmErrors),
        kit.trend(signals.llmTail),
        kit.trend(signals.llmCost),
      ]),
    ]),
    layout.row('Which model is it?', [
      layout.line(8, [
        models + panel.withShare(2),
        panel.newTrend(
          about('Mean time by project', 'Mean duration of a request that uses a model, by project.', 'seconds')
        ) +
        panel.withSeveral +
        panel.withPace(pace) +
        panel.withQuery('%s / (%s > 0)' % [
          kit.rate('langsmith_run_duration_seconds_sum', ['project']),
          kit.rate('langsmith_run_duration_seconds_count', ['project']),
        ], named),
      ]),
      layout.line(8, [
        panel.newStack(about('Calls by model', 'Calls of models in a second.', 'perSecond')) +
        panel.withInterval(pace) +
        panel.withQuery(rate('model_calls', model), '{{model}}, {{project}}'),
        kit.trend(signals.llmApiErrors),
        kit.trend(signals.llmMedian),
      ]),
    ]),
    layout.row('What does it cost?', [
      layout.line(8, [
        burnDown + panel.withShare(2),
        kit.trend(signals.llmTokenBudget) + panel.withNothing(
          'No budget: see token_budgets of sources.langsmith in vigie.yaml.'
        ),
      ]),
      layout.line(8, [
        panel.newBars(
          about(
            'Cost by project',
            'Dollars that calls of models cost in each interval, as LangSmith estimates it.',
            'dollars'
          )
        ) +
        panel.withInterval(pace) +
        panel.withQuery(kit.increase('langsmith_cost_dollars_total', ['project']), named),
        panel.newBars(
          about(
            'Tokens by direction',
            'Tokens in each interval: prompts that were sent, and completions that came back.',
            'number'
          )
        ) +
        panel.withInterval(pace) +
        panel.withQuery(kit.increase('langsmith_tokens_total', ['direction']), '{{direction}}'),
        panel.newRanking(
          about('Cost of the month', 'Estimated cost since the month began (UTC), by project.', 'money')
        ) +
        panel.withInstant(gauge('cost_month_to_date_dollars', ['project']), named),
      ]),
    ]),
    layout.row('Are these numbers complete?', [
      layout.line(7, [
        panel.newTrend(
          about('Delay of traces', 'Median time from the end of a request until Vigie saw it ended.', 'seconds')
        ) +
        panel.withSeveral + panel.withQuery(gauge('ingest_lag_seconds', ['project']), named),
        panel.newTrend(about('Requests under way', 'Requests that began and have not ended yet.', 'count')) +
        panel.withSeveral + panel.withQuery(gauge('runs_pending', ['project']), named) + panel.withCeiling(1),
        panel.newTrend(
          about('Reading behind', 'How far reading is behind after a pause; 0 in steady state.', 'seconds')
        ) +
        panel.withQuery(gauge('backlog_seconds', []), 'behind') + panel.withCeiling(1),
      ]),
    ]),
  ])
