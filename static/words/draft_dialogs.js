// The dialogs of a draft on its way: its changes, its rehearsal, publishing or submitting, reviewing; the record and rollback.

import { html } from '../vendor/preact.js';
import { DifferenceDialog } from './difference_view.js';
import { History } from './history.js';
import { PublishDialog } from './publish_dialog.js';
import { RehearsalDialog } from './rehearsal.js';
import { ReviewDialog } from './review_dialog.js';
import { t } from './say.js';
import { RollbackDialog } from './versions.js';

/** `open` says which one is there ({kind, number?}), `setOpen` changes it; `run` runs a change and says its problem. */
export function DraftDialogs({ desk, open, setOpen, overview, run, onChanged }) {
  const { draft, published, way } = overview;
  const close = () => setOpen(null);
  const done = async (work, said) => {
    close();
    await run(work, said);
  };
  const publish = (comment, at) => {
    if (way.second_person) return done(() => desk.submit(comment, at), t('submitted'));
    return done(() => desk.publish(comment, at), ({ published: version, submission }) =>
      version ? t('publishedNow', { number: version.number }) : t('scheduledNow', { at: submission.publish_at }));
  };
  const { submission } = way;
  const approve = () => done(() => desk.approve(submission.id), ({ published: version }) =>
    version ? t('approved', { number: version.number }) : t('approvedLater'));
  const rollBack = (choice) => done(() => desk.rollback(open.number, choice), ({ published: version }) =>
    version ? t('rolledBack', { number: version.number, restores: open.number }) : t('rolledBackDraft', { restores: open.number }));
  switch (open?.kind) {
    case 'changes': return html`<${DifferenceDialog} desk=${desk} from=${published.number} to=${null} onClose=${close} />`;
    case 'rehearse': return html`<${RehearsalDialog} desk=${desk} onClose=${close} onDone=${onChanged} />`;
    case 'publish': return html`<${PublishDialog} draft=${draft} way=${way} onClose=${close} onDone=${publish}
      onRehearse=${() => setOpen({ kind: 'rehearse' })} />`;
    case 'review': return submission && html`<${ReviewDialog} desk=${desk} submission=${submission} published=${published} onClose=${close}
      onApprove=${approve} onRefuse=${(reason) => done(() => desk.refuse(submission.id, reason), t('sentBack'))} />`;
    case 'history': return html`<${History} desk=${desk} onClose=${close} onRollback=${(number) => setOpen({ kind: 'rollback', number })} />`;
    case 'rollback': return html`<${RollbackDialog} number=${open.number} numChanges=${draft.num_changes}
      secondPerson=${way.second_person} onClose=${close} onDone=${rollBack} />`;
    default: return null;
  }
}
