// The administrator's page: users, classes, texts and colours, examples, what is removed when, keys of other systems.

import { html, useState } from './vendor/preact.js';
import { api } from './shared/api.js';
import { pick } from './shared/i18n.js';
import { startPage } from './shared/page.js';
import { Problem, useLoad, Wait } from './shared/parts.js';
import { toast } from './shared/toast.js';
import { Classes } from './admin/classes.js';
import { Examples, isLoaded } from './admin/examples.js';
import { Keys } from './admin/keys.js';
import { Preset } from './admin/preset.js';
import { Privacy } from './admin/privacy.js';
import { t } from './admin/say.js';
import { Users } from './admin/users.js';

const load = async () => {
  const [{ users }, { classes }, { keys }, removed, { reveals }, { stages }, examples] = await Promise.all(['users', 'classes', 'keys', 'removals', 'reveals', 'stats/stages', 'examples'].map((what) => api.get(`/api/${what}`)));
  return { users, classes, keys, removed, reveals, stages, examples };
};

function App({ site, reloadSite }) {
  const { value, problem, reload } = useLoad(load, []);
  const [examples, setExamples] = useState(null); // as the latest click left them
  /** Runs a change, says so and fetches anew; a problem is said here, or thrown on to a form (`rethrow`). */
  const run = async (work, said, { rethrow = false } = {}) => {
    try {
      await work();
      toast(said);
    } catch (failure) {
      if (rethrow) throw failure;
      toast(t('failed', { message: failure.message }), { kind: 'refuse', seconds: 10 });
      if (failure.code === 'login_needed') return; // fetching would only ask for it again
    }
    reload();
  };
  if (problem && !value) return html`<div class="page"><${Problem} problem=${problem} onRetry=${reload} /></div>`;
  if (!value) return html`<${Wait} />`;
  const found = examples ?? value.examples;
  const offered = found.answers + found.documents > 0 && html`<${Examples} examples=${found} onChange=${setExamples} />`;
  return html`<div class="page sections">
    <h1>${t('title')}</h1>
    ${!isLoaded(found) && offered}
    <${Users} users=${value.users} site=${site} run=${run} />
    <${Classes} classes=${value.classes} stages=${value.stages} users=${value.users} site=${site} word=${pick(site.class_word)} run=${run} />
    <${Preset} site=${site} reloadSite=${reloadSite} />
    ${isLoaded(found) && offered}
    <${Privacy} removed=${value.removed} reveals=${value.reveals} classes=${value.classes} site=${site} reload=${reload} />
    <${Keys} keys=${value.keys} site=${site} run=${run} />
  </div>`;
}

startPage({ here: 'admin', title: () => t('title'), App });
