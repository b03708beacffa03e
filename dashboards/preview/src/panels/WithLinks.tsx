// A value that leads somewhere when it is clicked, if the dashboard gives it links.
import type { FieldDisplay } from '@grafana/data';
import { DataLinksContextMenu, type DataLinksContextMenuApi } from '@grafana/ui';
import type { ReactElement } from 'react';

interface Props {
  value: FieldDisplay;
  children: (menu: Partial<DataLinksContextMenuApi>) => ReactElement;
}

export function WithLinks({ value: { hasLinks, getLinks }, children }: Props): ReactElement {
  return hasLinks && getLinks ? <DataLinksContextMenu links={getLinks}>{children}</DataLinksContextMenu> : children({});
}
