// The actions a word may have, strongest first (`pass`: not looked for), and the calls of the word desk. It knows the server's interface, not the page.

import { withQuery } from '../shared/api.js';
import { ownStamps } from './stamps.js';

export const ACTIONS = ['block', 'mask', 'replace', 'review', 'warn', 'log', 'pass'];

/** The desk's calls over `api` (shared/api.js): each returns the server's JSON or throws its problem. */
export function wordDesk(api) {
  const root = '/api/words';
  const own = ownStamps();
  return {
    overview: () => own.load(() => api.get(root), ({ lists }) => lists),
    addList: (list) => api.post(`${root}/lists`, list),
    // A change names what it was made to (`based_on`): if somebody else was there first, it is a conflict.
    editList: (list, change) => own.edit(list, (stamp) => api.patch(`${root}/lists/${list.id}`, { ...change, based_on: stamp }), ({ list: now }) => now),
    deleteList: ({ id, updated_at_ms: stamp, num_words: n }) => api.del(withQuery(`${root}/lists/${id}`, { based_on: stamp, num_words: n })),
    entries: (query) => own.load(() => api.get(`${root}/entries`, query), ({ words }) => words),
    addWord: (word) => api.post(`${root}/entries`, word),
    editWord: (word, change) => own.edit(word, (stamp) => api.patch(`${root}/entries/${word.id}`, { ...change, based_on: stamp }), ({ word: now }) => now),
    /** `stamps`: a Map of id → updated_at_ms. */
    deleteWords: (stamps) => api.post(`${root}/entries/delete`, many(own.newest(stamps))),
    enableWords: (stamps, enabled) => api.post(`${root}/entries/enable`, { ...many(own.newest(stamps)), enabled }),
    importFile: (file, list, { source, licence, dryRun, update = false, asOf = null }) => {
      const form = new FormData();
      form.set('file', file);
      form.set('list_id', list);
      form.set('dry_run', String(dryRun));
      form.set('source', source);
      form.set('licence', licence);
      form.set('update', String(update));
      if (asOf !== null) form.set('as_of_ms', String(asOf));
      return api.upload(`${root}/import`, form);
    },
    exportLink: (list, format) => withQuery(`${root}/export`, { list, format }),
    tryText: (text, direction, use, classId) => api.post(`${root}/try`, { text, direction, use, class_id: classId }),
    samples: () => api.get(`${root}/samples`),
    addSample: (sample) => api.post(`${root}/samples`, sample),
    deleteSample: (id) => api.del(`${root}/samples/${id}`),
    rehearse: (days) => api.post(`${root}/rehearsal`, { days }),
    rehearsal: () => api.get(`${root}/rehearsal`),
    publish: (comment, publishAt = null) => api.post(`${root}/publish`, { comment, publish_at: publishAt }),
    unschedule: (id) => api.post(`${root}/unschedule`, { id }),
    submit: (comment, publishAt = null) => api.post(`${root}/submit`, { comment, publish_at: publishAt }),
    withdraw: (id) => api.post(`${root}/withdraw`, { id }),
    approve: (id) => api.post(`${root}/approve`, { id }),
    refuse: (id, reason) => api.post(`${root}/refuse`, { id, reason }),
    askSecondPerson: (needed) => api.put('/api/approval', { second_person: needed }),
    rollback: (number, draft = null) => api.post(`${root}/rollback`, { number, draft }),
    difference: (query) => api.get(`${root}/difference`, query),
    discard: () => api.post(`${root}/discard`),
    versions: () => api.get(`${root}/versions`),
    changes: (offset, what) => api.get(`${root}/changes`, { offset, limit: 100, what }),
  };
}

const many = (stamps) => ({ ids: [...stamps.keys()], based_on: Object.fromEntries(stamps) });
