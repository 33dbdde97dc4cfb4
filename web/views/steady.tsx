/** @file A view that is not drawn again while what it depends on is the same: the parts of the page that a moving slider does not touch. */
import { type ComponentChild, createElement, type FunctionComponent } from "preact";

/** The part of a component that decides; preact asks it before every drawing. */
interface Deciding<Props> {
  props: Props;
  shouldComponentUpdate?: (next: Props) => boolean;
}

/** @param parts what the view depends on; compared one by one, by identity. */
export function steady<Props extends object>(
  view: (props: Props) => ComponentChild,
  parts: (props: Props) => readonly unknown[],
): FunctionComponent<Props> {
  return function Steady(this: Deciding<Props>, props: Props) {
    this.shouldComponentUpdate = (next) => {
      const before = parts(this.props);
      return parts(next).some((part, i) => part !== before[i]);
    };
    return createElement(view as FunctionComponent<Props>, props);
  } as FunctionComponent<Props>;
}
