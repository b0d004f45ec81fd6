// Everything that a standalone file needs in one script: Leaflet, the bus, the canvas painter, the elements.
// (Drawing is left out: there is no service to write to.)
import 'leaflet';
import './loader.js';
import { CanvasLayer } from './surface/canvas.js';
import { Scene } from './surface/scene.js';
import * as added from './elements/added.js';
import * as dust from './elements/dust.js';
import * as ground from './elements/ground.js';
import * as hotspots from './elements/hotspots.js';
import * as legend from './elements/legend.js';
import * as parcels from './elements/parcels.js';
import * as problems from './elements/problems.js';
import * as roads from './elements/roads.js';
import * as selection from './elements/selection.js';
import * as stations from './elements/stations.js';
import * as zones from './elements/zones.js';

const createSurface = async (map, geo) => new Scene(new CanvasLayer(geo).addTo(map), geo);
const elements = { added, dust, ground, hotspots, legend, parcels, problems, roads, selection, stations, zones };

window.geo.modules['surface/surface'] = { createSurface };
for (const [name, element] of Object.entries(elements)) window.geo.modules[`elements/${name}`] = element;
