// Whether the model answers, quickly and at a price that was planned, from LangSmith.
function(config)
  local promql = import 'promql.libsonnet';
  local llm = config.selectors.llm;
  local window = config.windows.llm;
  // While runs are too many to list, Vigie withholds the counters and reads LangSmith's statistics of ten minutes instead.
  local stats(name, kind) = 'langsmith_stats_%s{%s}' % [name, llm + kind];
  local ofRuns = ',kind="run"';
  local ofCalls = ',kind="llm"';
  local latest(series) = 'last_over_time(%s[%s])' % [series, config.gaugeWindow];
  local best(expr) = 'max by (product) (sum by (product, instance) (%s)) / 600' % expr;
  local counted(name, kind='') = best(latest(stats(name, kind)));
  local failed(kind) = best('%s * %s' % [latest(stats('error_ratio', kind)), latest(stats('runs', kind))]);
  local rate(counter, instead) = '(\n  %s\n  or\n  %s\n)' % [instead, promql.rate(counter, llm, window)];
  local runs = 'product:langsmith_runs:rate' + window;
  local calls = 'product:langsmith_llm_calls:rate' + window;
  local buckets = 'rate(langsmith_llm_call_duration_seconds_bucket{%s}[%s])' % [llm, window];
  local model = {
    component: 'llm',
    owner: 'backend',
    source: 'langsmith',
    runbook: 'RB-013',
    // Not by SourceSilent, which fires too while statistics stand in.
    explainedBy: ['anthropic', 'langsmith', 'openai'],
  };
  local judgedByCalls = model { guard: { events: calls, window: window } };
  local judgedByRuns = model { guard: { events: runs, window: window } };

  [
    {
      name: 'llmRuns',
      title: 'LLM requests',
      description: 'Requests to the product that use a model (traces), ended in a second.',
      unit: 'perSecond',
      record: runs,
      sources: { langsmith: rate('langsmith_runs_total', counted('runs', ofRuns)) },
    },
    {
      name: 'llmCalls',
      title: 'LLM calls',
      description: 'Calls of a model that ended in a second; one request may make several.',
      unit: 'perSecond',
      record: calls,
      sources: { langsmith: rate('langsmith_llm_calls_total', counted('runs', ofCalls)) },
    },
    {
      name: 'llmMedian',
      title: 'LLM latency p50',
      description: 'Time within which half of the calls of a model are answered.',
      unit: 'seconds',
      record: 'product:langsmith_llm_call_duration_seconds:p50_rate' + window,
      // Medians cannot be joined, so the slowest project speaks for all.
      sources: {
        langsmith: '%s\nor\n%s' % [
          promql.exact('max by (product) (%s)' % latest(stats('duration_p50_seconds', ofCalls))),
          promql.quantile(0.5, buckets, 'product'),
        ],
      },
      alert: judgedByCalls {
        name: 'LLMSlowMedian',
        class: 'latency',
        summary: 'The model answers slowly.',
        says: 'Half of the calls of a model of {{ $labels.product }} take %(value)s or longer',
        action: 'Shorten the prompt, stream the answer, or take a faster model for simple requests.',
      },
    },
    {
      name: 'llmTail',
      title: 'LLM latency p95',
      description: 'Time within which 95 of 100 calls of a model are answered.',
      unit: 'seconds',
      record: 'product:langsmith_llm_call_duration_seconds:p95_rate' + window,
      sources: { langsmith: promql.quantile(0.95, buckets, 'product') },
      alert: judgedByCalls {
        name: 'LLMSlowTail',
        class: 'latency',
        summary: 'Some calls of the model are answered very slowly.',
        says: 'The slowest 5%% of the calls of a model of {{ $labels.product }} take %(value)s or longer',
        action: 'Read the status page of the model; if it is slow, switch to the fallback model.',
      },
    },
    {
      name: 'llmCost',
      title: 'LLM cost per request',
      description: 'What calls of models cost for one request, as LangSmith estimates it. No request costs nothing.',
      unit: 'dollars',
      record: 'product:langsmith_cost_dollars_per_run:ratio_rate' + window,
      sources: { langsmith: promql.share(rate('langsmith_cost_dollars_total', counted('cost_dollars')), runs) },
      alert: judgedByRuns {
        name: 'LLMCostPerRequest',
        class: 'cost',
        explainedBy: [],
        summary: 'Requests to the model are expensive.',
        says: 'A request to {{ $labels.product }} costs %(value)s of model calls on average',
        action: 'Find the longest prompts in LangSmith: shorten them, cache them, or take a cheaper model.',
      },
    },
    {
      name: 'llmErrors',
      title: 'LLM error rate',
      description: 'Share of the requests (traces) that ended in an error. No request counts as no error.',
      unit: 'ratio',
      record: 'product:langsmith_run_errors_per_run:ratio_rate' + window,
      sources: { langsmith: promql.share(rate('langsmith_run_errors_total', failed(ofRuns)), runs) },
      alert: judgedByRuns {
        name: 'LLMErrors',
        class: 'errors',
        mutedBy: ['LLMAPIErrors'],
        summary: 'Requests that use the model fail.',
        says: '%(value)s of the requests of {{ $labels.product }} that use a model end in an error',
        action: 'Open the newest failed traces in LangSmith: the step that failed says whose error it is.',
      },
    },
    {
      name: 'llmApiErrors',
      title: 'LLM API failures',
      description: 'Share of the calls of a model that ended in an error. No call counts as no error.',
      unit: 'ratio',
      record: 'product:langsmith_llm_call_errors_per_call:ratio_rate' + window,
      sources: { langsmith: promql.share(rate('langsmith_llm_call_errors_total', failed(ofCalls)), calls) },
      alert: judgedByCalls {
        name: 'LLMAPIErrors',
        class: 'errors',
        summary: 'The API of the model fails.',
        says: '%(value)s of the calls of a model of {{ $labels.product }} end in an error',
        action: 'Read the status page of the model and its rate limits; if it is down, switch to the fallback model.',
      },
    },
    {
      name: 'llmTokenBudget',
      title: 'LLM token budget',
      description: 'Share of the tokens of a month (UTC) that a project has used.',
      unit: 'ratio',
      gauge: true,
      by: ['project'],
      record: 'product_project:langsmith_tokens_per_budget:ratio',
      sources: {
        langsmith: promql.exact('%s / (%s > 0)' % [
          promql.gauge('langsmith_token_budget_month_to_date', llm, ['project']),
          promql.gauge('langsmith_token_budget', llm, ['project']),
        ]),
      },
      alert: model {
        name: 'LLMTokenBudget',
        most: null,  // a project may use more than its budget
        class: 'cost',
        labels: { audience: 'finance' },
        explainedBy: [],
        summary: 'The token budget of the month is nearly used up.',
        says: 'The project {{ $labels.project }} of {{ $labels.product }} has used %(value)s of the tokens of this month',
        action: 'Tell finance, and decide whether to raise the budget or to use fewer tokens.',
      },
    },
  ]
