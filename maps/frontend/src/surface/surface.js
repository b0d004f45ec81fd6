// Chooses who draws: MapLibre at every move on a GPU ("hard"), MapLibre once per move where software stands in
// for the GPU ("soft"), or our canvas painter where there is no WebGL at all. `#draw=soft` in the address
// of the page chooses by hand.
import { CanvasLayer } from './canvas.js';
import { Scene } from './scene.js';

const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render|warp/i;
const TIERS = ['hard', 'soft', 'canvas'];

// `pane`: of Leaflet, to lie in; the common one by default.
export async function createSurface(map, geo, { pane = 'overlayPane' } = {}) {
  const layer = await makeLayer(chosenTier() ?? probeTier(), geo);
  layer.options = { ...layer.options, pane };
  return new Scene(layer.addTo(map), geo);
}

async function makeLayer(tier, geo) {
  if (tier === 'canvas') return new CanvasLayer(geo);
  const { GlLayer } = await import('./glayer.js');
  return new GlLayer(geo, { live: tier === 'hard' });
}

function chosenTier() {
  const said = new URLSearchParams(window.location.hash.slice(1)).get('draw');
  return TIERS.includes(said) ? said : null;
}

function probeTier() {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return 'canvas';
  const about = gl.getExtension('WEBGL_debug_renderer_info');
  const name = gl.getParameter(about ? about.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return SOFTWARE.test(name) ? 'soft' : 'hard';
}
