// The page that the address names.
import type { GrafanaTheme2 } from '@grafana/data';
import { locationService, LocationServiceProvider } from '@grafana/runtime';
import { ErrorBoundaryAlert, GlobalStyles, PortalContainer, ThemeContext } from '@grafana/ui';
import { useLayoutEffect, useState } from 'react';
import { type Location, Router } from 'react-router-dom';
import { dashboardOf } from '../url';
import { DashboardPage } from './DashboardPage';
import { ListPage } from './ListPage';

export function App({ theme }: { theme: GrafanaTheme2 }) {
  const history = locationService.getHistory();
  const [location, setLocation] = useState<Location>(history.location);
  useLayoutEffect(() => history.listen((next: Location) => setLocation(next)), [history]);
  const uid = dashboardOf(location.pathname);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <Router location={location} navigator={history}>
          <div style={{ minHeight: '100%', padding: 16, background: theme.colors.background.canvas }}>
            <ErrorBoundaryAlert>
              {uid === undefined ? <ListPage /> : <DashboardPage key={uid} uid={uid} />}
            </ErrorBoundaryAlert>
          </div>
        </Router>
      </LocationServiceProvider>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}
