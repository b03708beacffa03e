// The links at the head of a dashboard: to others with a tag, and to addresses.
import { type EmbeddedScene, sceneGraph } from '@grafana/scenes';
import { Dropdown, LinkButton, Menu, ToolbarButton } from '@grafana/ui';
import { fetchKnown, type Summary } from '../api';
import type { DashboardLink } from '../scene/model';
import { linkTo } from '../url';
import { useFetched } from './useFetched';

interface Props {
  links: DashboardLink[];
  uid: string;
  scene: EmbeddedScene;
}

export function DashboardLinks({ links, uid, scene }: Props) {
  const known = useFetched(fetchKnown);
  const others = known.state === 'here' ? known.value.dashboards.filter((each) => each.uid !== uid) : [];
  return links.map((link, index) => {
    if (link.type === 'link') {
      return <Leading key={index} link={link} title={link.title} to={sceneGraph.interpolate(scene, link.url ?? '')} />;
    }
    const tagged = others.filter((each) => link.tags.every((tag) => each.tags.includes(tag)));
    return link.asDropdown ? (
      <Choice key={index} link={link} dashboards={tagged} />
    ) : (
      tagged.map((each) => <Leading key={each.uid} link={link} title={each.title} to={`/d/${each.uid}`} />)
    );
  });
}

function Leading({ link, title, to }: { link: DashboardLink; title: string; to: string }) {
  const target = link.targetBlank ? '_blank' : undefined;
  return (
    <LinkButton
      size="sm"
      variant="secondary"
      href={hrefOf(link, to)}
      target={target}
      tooltip={link.tooltip}
      onMouseDown={(event) => event.currentTarget.setAttribute('href', hrefOf(link, to))}
    >
      {title}
    </LinkButton>
  );
}

function Choice({ link, dashboards }: { link: DashboardLink; dashboards: Summary[] }) {
  const menu = () => (
    <Menu>
      {dashboards.map(({ uid, title }) => (
        <Menu.Item
          key={uid}
          label={title}
          url={hrefOf(link, `/d/${uid}`)}
          target={link.targetBlank ? '_blank' : '_self'}
        />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu}>
      <ToolbarButton variant="canvas" isOpen={false}>
        {link.title}
      </ToolbarButton>
    </Dropdown>
  );
}

/** Asked for when the link is used, for the reader may have chosen another time since the page was drawn. */
function hrefOf(link: DashboardLink, to: string): string {
  return linkTo(to, location.search, { time: link.keepTime, variables: link.includeVars });
}
