/**
 * A search as somebody goes through it: what they look for, in which order, and what was found, by room.
 *
 * @typedef {import('./contract.js').Found} Found
 * @typedef {{slug: string, found: Found[]}} Group
 */

import { Paging } from './paging.js';

/** The contract's limit of a query. */
export const QUERY_MAX = 500;

/** @extends {Paging<Found>} */
export class Search extends Paging {
  query = '';
  /** @type {'newest' | 'rank'} */
  sort = 'newest';
  /** Whether all that was said is searched already. */
  complete = true;

  /** @param {Pick<import('./api.js').Api, 'search'>} api */
  constructor(api) {
    super(async (cursor) => {
      const page = await api.search(this.query, { sort: this.sort, cursor });
      this.complete = page.complete;
      return page;
    });
  }

  /** @param {string} query */
  look(query) {
    const wanted = query.trim();
    if (wanted === this.query && this.known) return Promise.resolve();
    this.query = wanted;
    this.clear();
    return wanted === '' ? Promise.resolve() : this.load();
  }

  /** @param {'newest' | 'rank'} sort */
  order(sort) {
    if (sort === this.sort) return Promise.resolve();
    this.sort = sort;
    if (this.query === '') return Promise.resolve(this.changed());
    this.clear();
    return this.load();
  }

  /**
   * What was found, a run of one room after another: newest first, a room may come again.
   * @returns {Group[]}
   */
  get groups() {
    /** @type {Group[]} */
    const groups = [];
    for (const found of this.items) {
      const last = groups.at(-1);
      if (last?.slug === found.message.room) last.found.push(found);
      else groups.push({ slug: found.message.room, found: [found] });
    }
    return groups;
  }
}

/**
 * The query with one of its filters put in, or taken out where it is there.
 * @param {string} query
 * @param {string} filter Such as `in:lobby`.
 */
export function withFilter(query, filter) {
  const words = query.split(/\s+/u).filter(Boolean);
  return (words.includes(filter) ? words.filter((word) => word !== filter) : [...words, filter]).join(' ');
}
