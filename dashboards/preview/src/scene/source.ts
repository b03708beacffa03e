// Whatever data source a dashboard names, this one answers.
import { UID } from '../prometheus/source';

export const SOURCE = { type: 'prometheus', uid: UID };
