/** @file The page of text of a panel. */
import type { Panel } from "../state/types.ts";
import { about } from "../text/about.ts";

export function About({ panel }: { readonly panel: Panel }) {
  const { title, passages } = about[panel];
  return (
    <article class="about" id="about">
      <h2>{title}</h2>
      {passages.map(({ heading, paragraphs }) => (
        <section key={heading}>
          <h3>{heading}</h3>
          {paragraphs.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      ))}
    </article>
  );
}
