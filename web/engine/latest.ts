/** @file One thing at a time, and only the newest: while a question is being answered, later ones replace each other, so that a slider that moves fast never leaves a queue behind. */

export interface Latest<Question> {
  ask(question: Question): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** @param answer does the work; its errors are its own to report. */
export function openLatest<Question>(answer: (question: Question) => Promise<void>): Latest<Question> {
  let waiting: { question: Question } | null = null;
  let running: Promise<void> | null = null;
  async function run(): Promise<void> {
    try {
      while (waiting) {
        const { question } = waiting;
        waiting = null;
        await answer(question);
      }
    } finally {
      running = null;
    }
  }
  return {
    ask(question) {
      waiting = { question };
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
