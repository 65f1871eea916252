// The page of approved answers: what the school or office answers for, word by word.

import { startPage } from './shared/page.js';
import { App } from './answers/app.js';
import { t } from './answers/say.js';

startPage({ here: 'answers', title: () => t('title'), App });
