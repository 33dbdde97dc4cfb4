/** @file The builds of the kernels by name: plain gives the same bits on every engine; relaxed fuses multiply-add where the engine has it; wide is there once it was enabled (wide.ts). */
export type Build = "plain" | "relaxed" | "wide";
