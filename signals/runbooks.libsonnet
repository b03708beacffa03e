// Number of a runbook to its file in runbooks/: what an alert's link leads to.
{
  'RB-001': 'RB-001-site-down.md',
  'RB-002': 'RB-002-database.md',
  'RB-003': 'RB-003-high-latency.md',
  'RB-005': 'RB-005-workers-stuck.md',
  'RB-006': 'RB-006-client-errors.md',
  'RB-007': 'RB-007-resources.md',
  'RB-008': 'RB-008-source-silent.md',
  'RB-009': 'RB-009-monitoring-blind.md',
  'RB-010': 'RB-010-task-events.md',
}
