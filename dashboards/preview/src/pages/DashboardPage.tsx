// One dashboard: its head with links, and its scene.
import { UrlSyncContextProvider } from '@grafana/scenes';
import { Alert, LoadingPlaceholder, Stack, Text, TextLink } from '@grafana/ui';
import { useCallback, useEffect, useMemo } from 'react';
import { fetchDashboard, fetchKnown, UnknownDashboard } from '../api';
import { sceneOf } from '../scene/dashboard';
import type { Dashboard } from '../scene/model';
import { linkTo } from '../url';
import { DashboardLinks } from './DashboardLinks';
import { DashboardList } from './ListPage';
import { PrometheusState } from './PrometheusState';
import { ThemeSwitch } from './ThemeSwitch';
import { useFetched } from './useFetched';

export function DashboardPage({ uid }: { uid: string }) {
  const dashboard = useFetched(useCallback(() => fetchDashboard(uid), [uid]));
  if (dashboard.state === 'waiting') {
    return <LoadingPlaceholder text="Loading" />;
  }
  if (dashboard.state === 'here') {
    return <Drawn dashboard={dashboard.value} />;
  }
  return dashboard.error instanceof UnknownDashboard ? (
    <Unknown uid={uid} />
  ) : (
    <Alert title={String(dashboard.error)} />
  );
}

function Drawn({ dashboard }: { dashboard: Dashboard }) {
  const scene = useMemo(() => sceneOf(dashboard), [dashboard]);
  useEffect(() => {
    document.title = `${dashboard.title} - Dashboards`;
  }, [dashboard]);
  return (
    <>
      <Stack justifyContent="space-between" alignItems="center">
        <Stack alignItems="baseline" wrap="wrap">
          <TextLink
            href={linkTo('/', location.search, { time: false, variables: false })}
            external={false}
            inline={false}
          >
            Dashboards
          </TextLink>
          <Text element="h1" variant="h3">
            {dashboard.title ?? ''}
          </Text>
          <Text color="secondary">{dashboard.description ?? ''}</Text>
        </Stack>
        <Stack>
          <DashboardLinks links={dashboard.links ?? []} uid={dashboard.uid ?? ''} scene={scene} />
          <ThemeSwitch />
        </Stack>
      </Stack>
      <PrometheusState />
      <UrlSyncContextProvider scene={scene} updateUrlOnInit>
        <scene.Component model={scene} />
      </UrlSyncContextProvider>
    </>
  );
}

function Unknown({ uid }: { uid: string }) {
  const known = useFetched(fetchKnown);
  return (
    <>
      <Alert title={`There is no dashboard ${uid}. These there are:`} />
      {known.state === 'here' && <DashboardList dashboards={known.value.dashboards} />}
    </>
  );
}
