// A switch for each annotation query, with its name.
import { SceneReactObject, type dataLayers } from '@grafana/scenes';
import { InlineField } from '@grafana/ui';

interface Props {
  layers: dataLayers.AnnotationsDataLayer[];
}

export function switchesFor(layers: Props['layers']): SceneReactObject<Props> {
  return new SceneReactObject({ component: AnnotationSwitches, props: { layers } });
}

function AnnotationSwitches({ layers }: Props) {
  return layers
    .filter((layer) => !layer.state.isHidden)
    .map((layer) => (
      <InlineField key={layer.state.key} label={layer.state.name} style={{ margin: 0 }}>
        <layer.Component model={layer} />
      </InlineField>
    ));
}
