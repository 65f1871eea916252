// What the dialog about one group says, in both languages.

export const texts = {
  zh: {
    details: '详情…',
    close: '关闭',
    wordings: '单条问法',
    wordings_intro: { one: '{n} 种问法，已遮去个人信息；不说明是谁问的。', other: '{n} 种问法，已遮去个人信息；不按时间排列，也不说明是谁问的。' },
    wordings_none: '这一组的原文都已到期删除，只留下了计数。',
    weeks: '哪几周问过',
    weeks_none: '没有哪一周达到 {k} 人，不能按周显示。',
    weeks_hidden: '没有人问过或不足 {k} 人的周不显示，两者不加区分。',
    week: '从周一',
    questions: '提问数',
    not_shown: '未显示',
  },
  en: {
    details: 'Details…',
    close: 'Close',
    wordings: 'Single wordings',
    wordings_intro: { one: '{n} wording, private details masked; by whom is not told.', other: '{n} wordings, private details masked; in no order of time, and by whom is not told.' },
    wordings_none: 'The words of this group have been deleted with age; only counts are left.',
    weeks: 'In which weeks',
    weeks_none: 'In no week did {k} people ask, so no week can be shown.',
    weeks_hidden: 'Weeks in which nobody or fewer than {k} people asked are not shown, the one like the other.',
    week: 'Week of',
    questions: 'Questions',
    not_shown: 'not shown',
  },
};
