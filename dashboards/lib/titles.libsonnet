// Name of each dashboard to its title: what people see where a link leads there.
{
  ops: 'Ops',
  api: 'API',
  workers: 'Workers',
  database: 'Database',
  business: 'Payments and business',
  llm: 'LLM',
  signins: 'Sign-ins',
  frontend: 'Frontend',
  uptime: 'Uptime and SLO',
  errors: 'Errors',
  hosting: 'Hosting',
  vigie: 'Vigie itself',
}
