/**
 * Tries a connection as it stands in its dialog, before it is deployed.
 */
import { create, elementOf, icon } from './dom.ts';
import type { Translate } from './field-choice.ts';
import type { AdminFailure } from './node-red.ts';

/** What is tried: the values as they stand in the dialog. A stored secret is meant by Node-RED's placeholder. */
export interface ConnectionTestRequest {
  readonly id: string;
  readonly config: Readonly<Record<string, string | boolean>>;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
}

/** The answer of the admin route. */
export type ConnectionTestResult =
  | { readonly ok: true; readonly address: string; readonly milliseconds: number }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Address of the admin route, relative to the editor. */
const route = 'norce-connect/test';

function failureText(status: number): string {
  if (status === 401 || status === 403) return 'test.notAllowed';
  return status === 0 ? 'test.noAnswer' : 'test.adminError';
}

async function send(request: ConnectionTestRequest, translate: Translate): Promise<ConnectionTestResult> {
  try {
    const answer = await $.ajax({
      url: route,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(request),
      dataType: 'json',
    });
    return answer as ConnectionTestResult;
  } catch (failure) {
    const { status } = failure as AdminFailure;
    return { ok: false, code: `HTTP_${status}`, message: translate(failureText(status), { status }) };
  }
}

function show(result: HTMLElement, state: string, iconName: string, ...texts: readonly string[]): void {
  result.className = `norce-result norce-result-${state}`;
  result.replaceChildren(icon(iconName), create('span', {}, ...texts.map((text) => create('div', {}, text))));
}

/**
 * Connects a button with the test.
 *
 * @param id of the button; the result appears in `<id>-result`
 * @param request reads the dialog
 */
export function prepareConnectionTest(
  id: string,
  request: () => ConnectionTestRequest,
  translate: Translate,
): void {
  const button = elementOf(id) as HTMLButtonElement;
  const result = elementOf(`${id}-result`);
  button.addEventListener('click', async () => {
    button.disabled = true;
    show(result, 'running', 'spinner fa-spin', translate('test.running'));
    const answer = await send(request(), translate);
    if (answer.ok) {
      const { address, milliseconds } = answer;
      show(result, 'good', 'check-circle', translate('test.good', { milliseconds }), address);
    } else {
      show(result, 'bad', 'exclamation-triangle', answer.message, answer.code);
    }
    button.disabled = false;
  });
}
