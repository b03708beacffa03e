// The links of a panel, beside its title.
import { Icon, Tooltip } from '@grafana/ui';
import type { DashboardLink } from '../scene/model';

interface Props {
  links: DashboardLink[];
  /** Fills the variables in. */
  fill: (text: string) => string;
}

export function PanelLinks({ links, fill }: Props) {
  return links.map(({ title, url = '', targetBlank }, index) => (
    <Tooltip key={index} content={fill(title)}>
      <a
        href={fill(url)}
        target={targetBlank ? '_blank' : undefined}
        rel="noreferrer"
        aria-label={fill(title)}
        onMouseDown={(event) => {
          event.currentTarget.href = fill(url); // the reader may have chosen another time since the panel was drawn
        }}
      >
        <Icon name="link" />
      </a>
    </Tooltip>
  ));
}
