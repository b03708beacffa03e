// The list of dashboards.
import { Alert, Card, LoadingPlaceholder, Stack, TagList, Text } from '@grafana/ui';
import { fetchKnown, type Summary } from '../api';
import { linkTo } from '../url';
import { ThemeSwitch } from './ThemeSwitch';
import { PrometheusState } from './PrometheusState';
import { useFetched } from './useFetched';

export function ListPage() {
  const known = useFetched(fetchKnown);
  return (
    <Stack direction="column" gap={2}>
      <Stack justifyContent="space-between">
        <Text element="h1">Dashboards</Text>
        <ThemeSwitch />
      </Stack>
      <PrometheusState />
      {known.state === 'waiting' && <LoadingPlaceholder text="Loading" />}
      {known.state === 'failed' && <Alert title={String(known.error)} />}
      {known.state === 'here' && (
        <>
          {known.value.faults.map((fault) => (
            <Alert key={fault} severity="warning" title={fault} />
          ))}
          <DashboardList dashboards={known.value.dashboards} />
        </>
      )}
    </Stack>
  );
}

export function DashboardList({ dashboards }: { dashboards: Summary[] }) {
  if (dashboards.length === 0) {
    return <Alert severity="info" title="The folder holds no dashboards; vigie render writes them." />;
  }
  return (
    <div>
      {dashboards.map(({ uid, title, description, tags }) => (
        <Card key={uid} noMargin={false} href={linkTo(`/d/${uid}`, location.search, { time: true, variables: true })}>
          <Card.Heading>{title}</Card.Heading>
          <Card.Description>{description}</Card.Description>
          <Card.Tags>
            <TagList tags={tags} />
          </Card.Tags>
        </Card>
      ))}
    </div>
  );
}
