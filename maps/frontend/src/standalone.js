// Everything that a standalone file needs in one script: Leaflet, the bus, the canvas painter, the elements.
// (Drawing, searching, other days and basemaps are left out: they need the service.)
import 'leaflet';
import './loader.js';
import { CanvasLayer } from './surface/canvas.js';
import { Scene } from './surface/scene.js';
import * as added from './elements/added.js';
import * as coverage from './elements/coverage.js';
import * as dust from './elements/dust.js';
import * as dust_samples from './elements/dust_samples.js';
import * as frontages from './elements/frontages.js';
import * as ground from './elements/ground.js';
import * as hotspots from './elements/hotspots.js';
import * as legend from './elements/legend.js';
import * as measures from './elements/measures.js';
import * as parcels from './elements/parcels.js';
import * as problems from './elements/problems.js';
import * as rebounds from './elements/rebounds.js';
import * as roads from './elements/roads.js';
import * as selection from './elements/selection.js';
import * as stations from './elements/stations.js';
import * as work_faces from './elements/work_faces.js';
import * as zones from './elements/zones.js';

const createSurface = async (map, geo) => new Scene(new CanvasLayer(geo).addTo(map), geo);
const elements = {
  added, coverage, dust, dust_samples, frontages, ground, hotspots, legend, measures,
  parcels, problems, rebounds, roads, selection, stations, work_faces, zones,
};

window.geo.modules['surface/surface'] = { createSurface };
for (const [name, element] of Object.entries(elements)) window.geo.modules[`elements/${name}`] = element;
