// What the administrator's page says of the stages of classes.
export const texts = {
  zh: {
    stage: '可以问什么',
    stage_hint: '在服务器上执行，从下一个问题起生效。',
    primary: '小学：只答标准答案',
    lower_secondary: '初中：有限度地问',
    upper_secondary: '高中：自由提问',
    primary_means: '没有标准答案的问题会被婉拒，可以转给人回答；负责的人可在统计页开启一段带领时间，其间自由提问。',
    lower_secondary_means: '每人每天 40 个问题，回答较短，先给提示再给答案；标准答案不受限制。',
    upper_secondary_means: '不另设限制。',
    hints_first: '先给提示，再给答案',
    hints_means: '新对话开始时生效：第一次只给思路，试过再问才给完整解答。',
  },
  en: {
    stage: 'What may be asked',
    stage_hint: 'Kept to by the server, from the next question on.',
    primary: 'Primary: approved answers only',
    lower_secondary: 'Lower secondary: within limits',
    upper_secondary: 'Upper secondary: open',
    primary_means: 'A question without an approved answer is declined kindly and can be sent to a person, who may lead a session on the statistics page in which everything can be asked.',
    lower_secondary_means: '40 questions a day for each person, shorter answers, hints before solutions; approved answers are not limited.',
    upper_secondary_means: 'No further limits.',
    hints_first: 'Hints before solutions',
    hints_means: 'For conversations that begin from now on: first only an idea, and the whole solution when whoever asks has tried.',
  },
};
