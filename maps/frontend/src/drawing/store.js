// Parcels at the service: each write says which version it changes, so that nobody's work is overwritten unseen.
import { getJson, send } from '../surface/fetch.js';

const path = (id) => `/parcels/${id}`;

export class ParcelStore {
  constructor(geo) {
    this.geo = geo;
  }

  // → {id, etag, geometry}
  async read(id) {
    const { body, etag } = await send(this.geo, 'GET', path(id));
    return kept(body, etag);
  }

  async create(geometry) {
    const feature = { type: 'Feature', geometry, properties: {} };
    const { body, etag } = await send(this.geo, 'POST', '/parcels', { body: feature });
    return kept(body, etag);
  }

  // Throws {status: 412, current: {id, etag, geometry}} when somebody changed the shape since `stored` was read.
  // Where only other fields changed, there is nothing to choose: the shape is saved on top of them.
  async change(stored, geometry) {
    try {
      return await this.patch(stored, geometry);
    } catch (error) {
      if (error.status !== 412) throw error;
      const current = await this.read(stored.id);
      if (sameShape(current, stored)) return this.patch(current, geometry);
      throw Object.assign(error, { current });
    }
  }

  async patch({ id, etag }, geometry) {
    const feature = { type: 'Feature', geometry, properties: {} };
    const answer = await send(this.geo, 'PATCH', path(id), { body: feature, headers: { 'if-match': etag } });
    return kept(answer.body, answer.etag);
  }

  async remove({ id, etag }) {
    await send(this.geo, 'DELETE', path(id), { headers: { 'if-match': etag } });
  }

  near([west, south, east, north]) {
    return getJson(this.geo, '/parcels', { bbox: [west, south, east, north].join(',') });
  }
}

function kept(feature, etag) {
  return {
    id: feature.id ?? feature.properties.id,
    etag: etag ?? `"${feature.properties.version}"`,
    geometry: feature.geometry,
  };
}

function sameShape(a, b) {
  return JSON.stringify(a.geometry) === JSON.stringify(b.geometry);
}
