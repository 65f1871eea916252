// What the chat says of approved answers.
export const texts = {
  zh: {
    label: '标准答案',
    copied_label: '标准答案，经人工审定',
    source: '来源：{source}',
    approved_on: '{day}审定',
    until: '有效期至{day}',
    offers: '您问的是哪一个？',
  },
  en: {
    label: 'Approved answer',
    copied_label: 'approved answer, checked by people',
    source: 'Source: {source}',
    approved_on: 'approved on {day}',
    until: 'valid until {day}',
    offers: 'Which one do you mean?',
  },
};
